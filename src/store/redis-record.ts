/** Reads what lies in Redis. Anybody can have written there, so nothing is taken for an answer before it has the form of one. */
import { type Phase, PHASES } from '../model/participant.ts'
import type { StatusChange, StatusRecord } from './store.ts'

export const TEXT_FIELDS = ['did', 'reason', 'message', 'lastUpdated', 'etag', 'resourceVersion'] as const
/** Of the hash, in the order in which {@link readRecord} takes their values. */
export const FIELDS = ['uid', 'status', ...TEXT_FIELDS, 'body'] as const

/** Undefined unless every field is there. */
export function readRecord(name: string, values: readonly (Buffer | null)[]): StatusRecord | undefined {
  const body = values.at(-1)
  const [uid, status, did, reason, message, lastUpdated, etag, resourceVersion] = values.map((value) =>
    value?.toString(),
  )
  const texts = { uid, did, reason, message, lastUpdated, etag, resourceVersion }
  if (!body || !isPhase(status) || !isWhole(texts)) return undefined
  return { name, status, body, ...texts }
}

/** Leaves out what is no change. */
export function readChanges(entries: readonly string[]): readonly StatusChange[] {
  return entries.flatMap((entry) => {
    const change = parse(entry) as Partial<StatusChange> | null | undefined
    if (!isPhase(change?.status)) return []
    const { at, status, reason, message } = change
    const texts = { at, reason, message }
    return isWhole(texts) ? [{ ...texts, status }] : []
  })
}

/** False for bytes that are no answer about this participant, or go with a tag that cannot be sent. */
export function canBeAnswered({ name, body, etag }: StatusRecord): boolean {
  const answer = parse(new TextDecoder().decode(body)) as
    | { readonly participantName?: unknown }
    | null
    | undefined
  return STRONG_TAG.test(etag) && answer?.participantName === name
}

/** RFC 9110 §8.8.3, as far as it is ASCII. */
const STRONG_TAG = /^"[\u0021\u0023-\u007e]*"$/u

export function isPhase(text: string | undefined): text is Phase {
  return PHASES.some((phase) => phase === text)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isWhole<T extends object>(texts: T): texts is { [Key in keyof T]: string } & T {
  return Object.values(texts).every((text) => typeof text === 'string')
}
