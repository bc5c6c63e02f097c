/** Decides whether and when a call is made again. */
import { backoffMs } from './backoff.ts'
import { KubeApiError } from './errors.ts'
import { NoAnswerError } from './no-answer.ts'
import type { Tuning } from './tuning.ts'

export interface RetryPolicy extends Pick<
  Tuning,
  'maxAttempts' | 'backoffBaseMs' | 'backoffMaxMs' | 'retryAfterMaxMs'
> {
  /** From 0 to 1, 1 excluded. */
  readonly random: () => number
}

export interface Failure {
  readonly error: unknown
  /** How many times the call was made so far. */
  readonly attempts: number
  /** The call does no harm when carried out twice. */
  readonly idempotent: boolean
}

/**
 * How many ms to wait before the next attempt; undefined when there must be none. Full jitter, so that many callers
 * do not return in step; what a `Retry-After` asks for comes on top.
 */
export function retryDelay(failure: Failure, policy: RetryPolicy): number | undefined {
  const { error, attempts } = failure
  if (attempts >= policy.maxAttempts || !mayRepeat(failure)) return undefined
  const ownMs = backoffMs(attempts - 1, {
    baseMs: policy.backoffBaseMs,
    maxMs: policy.backoffMaxMs,
    random: policy.random,
  })
  const askedMs = error instanceof KubeApiError ? (error.retryAfterMs ?? 0) : 0
  return Math.min(askedMs, policy.retryAfterMaxMs) + ownMs
}

function mayRepeat({ error, idempotent }: Failure): boolean {
  if (error instanceof NoAnswerError) {
    return error.fate === 'unsent' || (error.fate === 'lost' && idempotent)
  }
  if (!(error instanceof KubeApiError)) return false
  // 429: refused before anything was done. 501 will not change.
  return error.code === 429 || (idempotent && error.code >= 500 && error.code !== 501)
}
