/** Decides from the objects alone whether a participant has been READY at least once (status reference §6.2). */
import type { ObservedPod, ObservedWorkload } from '../model/observed.ts'
import { podsOf } from './expected.ts'
import { msOf } from './times.ts'
import { conditionOf, judgeWorkload } from './workload.ts'

/**
 * True when every workload shows that it was complete once, and there is one. For participants whose resource does not
 * remember it (`status.firstReadyTime`).
 *
 * A guess with a known hole: a Deployment that was created with 0 replicas shows the same.
 */
export function everReadyByObjects(
  workloads: readonly ObservedWorkload[],
  pods: readonly ObservedPod[],
): boolean {
  return workloads.length > 0 && workloads.every((workload) => wasComplete(workload, pods))
}

/**
 * The controller of a Deployment remembers a finished rollout. Of a StatefulSet, or where the conditions were left out,
 * only the pods can tell, and only when all of them exist: a StatefulSet makes them one after the other, so that the
 * first serves long before the last.
 */
function wasComplete(workload: ObservedWorkload, pods: readonly ObservedPod[]): boolean {
  if (judgeWorkload(workload).ready) return true
  const progressing = conditionOf(workload, 'Progressing')
  if (progressing !== undefined) return progressing.reason === 'NewReplicaSetAvailable'
  if (workload.available >= 1) return workload.current >= workload.desired
  const own = podsOf(workload, pods)
  if (own.length < workload.desired) return false
  return own.some((pod) => (pod.ready && workload.minReadySeconds === 0) || wasReady(pod))
}

/** Not ready is said of a pod before its first container starts: when it was said later, the pod had been ready. */
function wasReady({ ready, readyTurnedAt, containers }: ObservedPod): boolean {
  const turnedMs = msOf(readyTurnedAt)
  if (ready || turnedMs === undefined) return false
  return containers.some((container) => {
    const { runningSince, terminated, lastTerminated } = container
    const startedMs = msOf(lastTerminated?.startedAt ?? runningSince ?? terminated?.startedAt)
    return startedMs !== undefined && startedMs < turnedMs
  })
}
