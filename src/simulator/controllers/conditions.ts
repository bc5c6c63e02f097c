/** Conditions as Kubernetes keeps them: `lastTransitionTime` moves only with `status`. */
import { timeText } from './objects.ts'

/** What controllers of workloads report. */
export interface WorkloadCondition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: string
  readonly message: string
  readonly lastTransitionTime: string
  /** Also moves when reason or message change. */
  readonly lastUpdateTime: string
}

export type NewCondition = Pick<WorkloadCondition, 'type' | 'status' | 'reason' | 'message'>

export function findCondition<T extends { readonly type: string }>(
  conditions: readonly T[] | undefined,
  type: string,
): T | undefined {
  return conditions?.find((condition) => condition.type === type)
}

/**
 * The conditions with this one set. Nothing changes while status and reason stay the same, except with `refresh`:
 * Progressing notes each sign of progress by its `lastUpdateTime`.
 */
export function withCondition(
  conditions: readonly WorkloadCondition[],
  next: NewCondition,
  { nowMs, refresh = false }: { readonly nowMs: number; readonly refresh?: boolean },
): readonly WorkloadCondition[] {
  const before = findCondition(conditions, next.type)
  if (!refresh && before?.status === next.status && before.reason === next.reason) return conditions
  const now = timeText(nowMs)
  const lastTransitionTime = before?.status === next.status ? before.lastTransitionTime : now
  return [
    ...conditions.filter(({ type }) => type !== next.type),
    { ...next, lastTransitionTime, lastUpdateTime: now },
  ]
}

/** Each condition with the time of its last change of status, taken over from before. */
export function stamped<T extends { readonly type: string; readonly status: string }>(
  next: readonly T[],
  before:
    | readonly { readonly type: string; readonly status: string; readonly lastTransitionTime?: string }[]
    | undefined,
  nowMs: number,
): readonly (T & { readonly lastTransitionTime: string })[] {
  return next.map((condition) => {
    const old = findCondition(before, condition.type)
    const kept = old?.status === condition.status ? old.lastTransitionTime : undefined
    return { ...condition, lastTransitionTime: kept ?? timeText(nowMs) }
  })
}
