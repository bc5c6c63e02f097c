/** Reading Kubernetes JSON, where empty texts and zero counts are simply left out. */
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
