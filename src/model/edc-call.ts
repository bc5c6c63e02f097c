/** What is told of calls to EDC and to issuers, for metrics. */

/** What kind of system was asked. */
export const TARGET_KINDS = ['controlplane', 'dataplane', 'identityhub', 'issuer'] as const
export type TargetKind = (typeof TARGET_KINDS)[number]

export interface EdcCallReport {
  readonly targetKind: TargetKind
  /** What for, in a few words without names; there are about twenty. */
  readonly operation: string
  /** `ok`, `given-up` (by its caller), or the kind of the error. */
  readonly outcome: string
  /** With the wait for its turn; undefined when it was not made. */
  readonly ms: number | undefined
}

/** Of what guards a target. `probing`: one call is on its way to see whether the target is well again. */
export const BREAKER_STATES = ['closed', 'open', 'probing'] as const
export type BreakerState = (typeof BREAKER_STATES)[number]

export interface IssuerReading {
  readonly did: string
  readonly breaker: BreakerState
}
