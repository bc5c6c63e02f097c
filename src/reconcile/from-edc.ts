/** Turns what went wrong with EDC into an outcome. */
import type { EdcError, EdcErrorKind } from '../edc/errors.ts'
import type { Outcome } from '../model/outcome.ts'
import { stalled, waiting } from './outcomes.ts'

/** Between two looks at APIs that come up. */
const EARLY_MS = 500

const REASONS: Readonly<Record<EdcErrorKind, string>> = {
  'not-yet': 'EdcStarting',
  'held-back': 'EdcLeftAlone',
  unreachable: 'EdcUnreachable',
  failed: 'EdcFailed',
  conflict: 'EdcChanged',
  absent: 'EdcChanged',
  unauthorised: 'EdcKeyRefused',
  refused: 'EdcRefused',
  broken: 'EdcBroken',
  impossible: 'EdcNoWay',
}

/** Those that only a person can help; they are looked at again all the same. */
const STALLING: ReadonlySet<EdcErrorKind> = new Set(['unauthorised', 'refused', 'broken', 'impossible'])

/** Waiting when it is only too early to ask; undefined for anything else. */
export function outcomeOfEarly({ kind, message, retryInMs = EARLY_MS }: EdcError): Outcome | undefined {
  if (kind !== 'not-yet' && kind !== 'held-back') return undefined
  return waiting({ reason: REASONS[kind], message }, retryInMs)
}

export function outcomeOfEdc(error: EdcError, retryInMs: number): Outcome {
  const { kind, message } = error
  const why = { reason: REASONS[kind], message }
  return outcomeOfEarly(error) ?? (STALLING.has(kind) ? stalled(why) : waiting(why, retryInMs))
}

/** Of those that say nothing about what is there: the question was not answered. */
export function isUnanswered(reason: string): boolean {
  return UNANSWERED.some((kind) => REASONS[kind] === reason)
}

const UNANSWERED: readonly EdcErrorKind[] = ['not-yet', 'held-back', 'unreachable', 'failed']
