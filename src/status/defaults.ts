/** Reading Kubernetes JSON, where empty texts and zero counts are simply left out. */
import type { Probe } from 'kubernetes-types/core/v1.d.ts'
import type { ObservedCondition } from '../model/observed.ts'

export function text(value: string | undefined): string {
  return value ?? ''
}

export function count(value: number | undefined): number {
  return value ?? 0
}

interface RawCondition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
  readonly lastTransitionTime?: string
}

export function readCondition(condition: RawCondition): ObservedCondition {
  const { type, status } = condition
  return {
    type,
    status: status === 'True' || status === 'False' ? status : 'Unknown',
    reason: text(condition.reason),
    message: text(condition.message),
    lastTransitionTime: text(condition.lastTransitionTime),
  }
}

/**
 * How long a probe may fail before that means something, ms: initialDelay + failureThreshold × period + timeout, with
 * the defaults of the API (periodSeconds 10, failureThreshold 3, timeoutSeconds 1). 0 without a probe.
 */
export function probeBudgetMs(probe: Probe | null | undefined): number {
  if (probe === undefined || probe === null) return 0
  const { initialDelaySeconds = 0, failureThreshold = 3, periodSeconds = 10, timeoutSeconds = 1 } = probe
  return (initialDelaySeconds + failureThreshold * periodSeconds + timeoutSeconds) * 1000
}
