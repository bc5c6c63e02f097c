/** Asking an issuer for a credential through the identity hub: the body, and what to do about an attempt. Times are ms. */
import type { JsonObject } from './definitions.ts'
import type { EdcProfile } from './profile.ts'

export interface CredentialWish {
  readonly issuerDid: string
  /** Such as `MembershipCredential`. */
  readonly type: string
  /** The id of the credential definition at the issuer. */
  readonly definitionId: string
}

/** `holderPid` is fresh for every attempt: with one that was used before, the credential is issued twice. */
export function credentialRequestBody(
  wish: CredentialWish,
  holderPid: string,
  profile: EdcProfile,
): JsonObject {
  const { issuerDid, type, definitionId } = wish
  return { issuerDid, holderPid, credentials: [{ format: profile.credentialFormat, type, id: definitionId }] }
}

export const REQUEST_STATES = ['CREATED', 'REQUESTING', 'REQUESTED', 'ISSUED', 'ERROR'] as const
export type RequestState = (typeof REQUEST_STATES)[number]

/** Stored before the request is sent, so that a process that dies in between asks with the same pid. */
export interface Attempt {
  readonly holderPid: string
  /** From 1. */
  readonly number: number
  readonly startedAtMs: number
}

export interface CredentialFacts {
  /** Whether the hub holds a credential of that type from that issuer. */
  readonly held: boolean
  /** The last one; undefined when there was none yet. */
  readonly attempt: Attempt | undefined
  /** What the hub says of that attempt; undefined when it does not know it. */
  readonly state: RequestState | undefined
  readonly nowMs: number
}

export interface CredentialTuning {
  /** Between two looks at a request that is under way. */
  readonly pollMs: number
  /** An attempt that takes longer has failed. A hub takes 15 s to give up on an issuer that is out of reach, and more in a queue. */
  readonly deadlineMs: number
  /** Between the start of an attempt and the next, doubling with each up to `backoffMaxMs`. */
  readonly backoffBaseMs: number
  readonly backoffMaxMs: number
  /** From this attempt on it is reported as a failure, and tried on. */
  readonly reportAfterAttempts: number
}

export const CREDENTIAL_TUNING: CredentialTuning = {
  pollMs: 500,
  deadlineMs: 60_000,
  backoffBaseMs: 5_000,
  backoffMaxMs: 300_000,
  reportAfterAttempts: 3,
}

export type CredentialReason = 'CredentialPending' | 'CredentialRefused' | 'CredentialTimedOut'

export type CredentialDecision =
  | { readonly do: 'leave' }
  /** Store an attempt of this number with a fresh pid, then send it. */
  | { readonly do: 'begin'; readonly number: number }
  /** The attempt is stored and the hub never got it: send it, with the pid that it has. */
  | { readonly do: 'send'; readonly holderPid: string }
  /** `failing` is true when a person should know of it. */
  | {
      readonly do: 'wait'
      readonly reason: CredentialReason
      readonly message: string
      readonly recheckAfterMs: number
      readonly failing: boolean
    }

/**
 * A credential that is held counts, whichever attempt brought it. `held` has to be asked after `state`: an attempt that
 * was issued in between would be taken for lost otherwise.
 */
export function decideCredential(facts: CredentialFacts, tuning: CredentialTuning): CredentialDecision {
  const { held, attempt, state, nowMs } = facts
  if (held) return { do: 'leave' }
  if (attempt === undefined) return { do: 'begin', number: 1 }
  const now = { nowMs, tuning }
  const ageMs = nowMs - attempt.startedAtMs
  // Older than any pause after a failure: it was held, and cannot be used any more. That is not one more of a row of failures.
  if (state === 'ISSUED' && ageMs >= tuning.deadlineMs + tuning.backoffMaxMs)
    return { do: 'begin', number: 1 }
  if (state === 'ERROR') return afterFailure('CredentialRefused', attempt, now)
  if (ageMs >= tuning.deadlineMs) return afterFailure('CredentialTimedOut', attempt, now)
  if (state === undefined) return { do: 'send', holderPid: attempt.holderPid }
  return {
    do: 'wait',
    reason: 'CredentialPending',
    message: `the request for the credential is under way (${state})`,
    recheckAfterMs: tuning.pollMs,
    failing: attempt.number > tuning.reportAfterAttempts,
  }
}

const FAILURES = {
  CredentialRefused:
    'the identity hub got no credential: the issuer refused it or is out of reach, which only the log of the identity hub tells',
  CredentialTimedOut: 'the issuer took the request and did not deliver in time; look at the issuer',
} as const

function afterFailure(
  reason: keyof typeof FAILURES,
  attempt: Attempt,
  { nowMs, tuning }: { readonly nowMs: number; readonly tuning: CredentialTuning },
): CredentialDecision {
  const pauseMs = Math.min(tuning.backoffMaxMs, tuning.backoffBaseMs * 2 ** (attempt.number - 1))
  const lengthMs = reason === 'CredentialTimedOut' ? tuning.deadlineMs : 0
  const leftMs = attempt.startedAtMs + lengthMs + pauseMs - nowMs
  if (leftMs <= 0) return { do: 'begin', number: attempt.number + 1 }
  return {
    do: 'wait',
    reason,
    message: `${FAILURES[reason]}; that was attempt ${attempt.number}, the next one follows`,
    recheckAfterMs: leftMs,
    failing: attempt.number >= tuning.reportAfterAttempts,
  }
}

/** A credential as the identity hub lists it. `state` is a number of EDC's `VcStatus`. */
export interface LiveCredential {
  readonly issuerDid: string
  readonly types: readonly string[]
  readonly state: number
}

/** `VcStatus` of 0.15.1: revoked, suspended, expired, error. */
const UNUSABLE: ReadonlySet<number> = new Set([600, 700, 800, -100])

export function holds(credentials: readonly LiveCredential[], { issuerDid, type }: CredentialWish): boolean {
  return credentials.some(
    (one) => one.issuerDid === issuerDid && one.types.includes(type) && !UNUSABLE.has(one.state),
  )
}
