/** What a StatefulSet's status says. It has no conditions, and no deadline either. */
import type { StatefulSetSpec, StatefulSetStatus } from 'kubernetes-types/apps/v1.js'
import type { StoredObject } from '../state.ts'
import { revisionOf, type Revisions } from './controller-revisions.ts'
import { isDeleting, isReady, podStatusOf, untilAvailableMs } from './objects.ts'

export function statefulSetStatus(
  set: StoredObject,
  pods: readonly StoredObject[],
  { current, update, nowMs }: Revisions & { readonly nowMs: number },
): StatefulSetStatus {
  const spec = set.spec as unknown as StatefulSetSpec
  const minReadySeconds = spec.minReadySeconds ?? 0
  const ready = pods.filter((pod) => podStatusOf(pod).phase === 'Running' && isReady(pod))
  const available = ready.filter((pod) => untilAvailableMs(pod, { minReadySeconds, nowMs }) === 0)
  const staying = pods.filter((pod) => !isDeleting(pod))
  const ofRevision = (name: string): number => staying.filter((pod) => revisionOf(pod) === name).length
  const updated = ofRevision(update.name)
  const desired = spec.replicas ?? 1
  const complete =
    spec.updateStrategy?.type !== 'OnDelete' &&
    [updated, ready.length, pods.length].every((count) => count === desired)
  const finished = complete ? update : current
  const currentReplicas = ofRevision(finished.name)
  return {
    observedGeneration: set.metadata.generation ?? 1,
    replicas: pods.length,
    ...(ready.length > 0 && { readyReplicas: ready.length }),
    availableReplicas: available.length,
    ...(currentReplicas > 0 && { currentReplicas }),
    ...(updated > 0 && { updatedReplicas: updated }),
    currentRevision: finished.name,
    updateRevision: update.name,
    collisionCount: 0,
  }
}
