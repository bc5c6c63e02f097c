/** Decides from the objects alone whether a participant has been READY at least once (status reference §6.2). */
import type { ObservedPod, ObservedWorkload } from '../model/observed.ts'
import { podsOf } from './expected.ts'
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

/** The controller of a Deployment remembers a finished rollout. Of a StatefulSet only its pods can tell. */
function wasComplete(workload: ObservedWorkload, pods: readonly ObservedPod[]): boolean {
  if (judgeWorkload(workload).ready) return true
  if (workload.kind === 'Deployment')
    return conditionOf(workload, 'Progressing')?.reason === 'NewReplicaSetAvailable'
  return workload.available >= 1 || podsOf(workload, pods).some(({ ready }) => ready)
}
