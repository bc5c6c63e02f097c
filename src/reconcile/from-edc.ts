/** Turns what went wrong with EDC into an outcome. */
import { EdcError, type EdcErrorKind } from '../edc/errors.ts'
import type { Outcome } from '../model/outcome.ts'
import { ISSUER_UNREACHABLE } from './deadline.ts'
import { stalled, waiting } from './outcomes.ts'

/** Between two looks at APIs that come up. */
const EARLY_MS = 500

const REASONS: Readonly<Record<EdcErrorKind, string>> = {
  'not-yet': 'EdcStarting',
  'held-back': 'EdcLeftAlone',
  crowded: 'EdcCrowded',
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

/** Nothing went wrong with this call: it was not made, or came too soon. */
const EARLY: ReadonlySet<EdcErrorKind> = new Set(['not-yet', 'held-back', 'crowded'])

/** Waiting when it is only too early to ask; undefined for anything else. */
export function outcomeOfEarly(error: EdcError): Outcome | undefined {
  const { kind, retryInMs = EARLY_MS } = error
  return EARLY.has(kind) ? waiting(whyOf(error), retryInMs) : undefined
}

export function outcomeOfEdc(error: EdcError, retryInMs: number): Outcome {
  const why = whyOf(error)
  return outcomeOfEarly(error) ?? (STALLING.has(error.kind) ? stalled(why) : waiting(why, retryInMs))
}

/** Of those that say nothing about what is there: the question was not answered. */
export function isUnanswered(reason: string): boolean {
  return reason === ISSUER_UNREACHABLE || UNANSWERED.some((kind) => REASONS[kind] === reason)
}

/** The issuer gave no answer that counts, or is left alone because it gave none. */
export function isSilentIssuer(error: unknown): error is EdcError {
  return error instanceof EdcError && isSilence(error)
}

function isSilence({ targetKind, kind }: EdcError): boolean {
  return targetKind === 'issuer' && SILENT.has(kind)
}

function whyOf(error: EdcError): { readonly reason: string; readonly message: string } {
  const { kind, message } = error
  if (!isSilence(error)) return { reason: REASONS[kind], message }
  return { reason: ISSUER_UNREACHABLE, message: `${message}. ${WHO_ACTS}` }
}

const SILENT: ReadonlySet<EdcErrorKind> = new Set(['held-back', 'unreachable', 'failed'])

const WHO_ACTS = 'Whoever runs the issuer has to act; it is asked again by itself'

const UNANSWERED: readonly EdcErrorKind[] = ['not-yet', 'held-back', 'crowded', 'unreachable', 'failed']
