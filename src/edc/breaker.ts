/** Decides whether a target that failed is asked again yet. Values only; the time is an argument, in ms. */
import type { EdcTuning } from './tuning.ts'

type BreakerTuning = Pick<EdcTuning, 'failuresToOpen' | 'coolDownMs' | 'coolDownMaxMs'>

export interface Breaker {
  /** In a row. */
  readonly failures: number
  /** Until then nothing is asked; undefined while it is closed. */
  readonly openUntilMs?: number
  /** One call is on its way to see whether it is well again; nothing else is asked meanwhile. */
  readonly probing: boolean
}

export const CLOSED: Breaker = { failures: 0, probing: false }

export type Admission =
  | { readonly kind: 'go'; readonly breaker: Breaker }
  | { readonly kind: 'held-back'; readonly retryInMs: number }

/** Asked before a call, which then has to end in one of the three ways below. */
export function admit(breaker: Breaker, nowMs: number, { coolDownMs }: BreakerTuning): Admission {
  const { openUntilMs, probing } = breaker
  if (openUntilMs === undefined) return { kind: 'go', breaker }
  if (nowMs < openUntilMs) return { kind: 'held-back', retryInMs: openUntilMs - nowMs }
  if (probing) return { kind: 'held-back', retryInMs: coolDownMs }
  return { kind: 'go', breaker: { ...breaker, probing: true } }
}

/** It answered, be it that the answer was no. */
export function afterAnswer(): Breaker {
  return CLOSED
}

/** Calls that were under way when it opened and fail now tell nothing new. */
export function afterFailure(breaker: Breaker, nowMs: number, tuning: BreakerTuning): Breaker {
  const { failuresToOpen, coolDownMs, coolDownMaxMs } = tuning
  if (breaker.openUntilMs !== undefined && !breaker.probing) return breaker
  const more = breaker.failures + 1
  if (more < failuresToOpen) return { failures: more, probing: false }
  const waitMs = Math.min(coolDownMaxMs, coolDownMs * 2 ** (more - failuresToOpen))
  return { failures: more, openUntilMs: nowMs + waitMs, probing: false }
}

/** The call said nothing about the target: it was given up by its caller, or the target is only starting. */
export function afterNothing(breaker: Breaker): Breaker {
  return { ...breaker, probing: false }
}
