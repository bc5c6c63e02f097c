/** Keeps of a Pod what tells whether, and why not, its containers run. */
import type { ContainerStateTerminated, ContainerStatus, Pod, PodStatus } from 'kubernetes-types/core/v1.d.ts'
import type { KubeObject, ObjectMeta } from '../model/kubernetes.ts'
import { COMPONENT_LABEL } from '../model/names.ts'
import type { ObservedContainer, ObservedPod, ObservedTermination } from '../model/observed.ts'
import { text } from './defaults.ts'

export function projectPod(object: KubeObject): ObservedPod {
  const { metadata } = object
  const { spec, status = {} } = object as Pod
  const unschedulable = conditionOf(status, 'PodScheduled', 'False')?.message
  return {
    namespace: text(metadata.namespace),
    name: metadata.name,
    uid: text(metadata.uid),
    component: componentOf(metadata),
    revision: revisionOf(metadata),
    creationTimestamp: text(metadata.creationTimestamp),
    terminating: metadata.deletionTimestamp !== undefined,
    phase: status.phase ?? 'Pending',
    reason: text(status.reason),
    message: text(status.message),
    ready: conditionOf(status, 'Ready', 'True') !== undefined,
    ...(unschedulable !== undefined && { unschedulable }),
    containers: readContainers(status, new Set(spec?.initContainers?.map(({ name }) => name))),
  }
}

function conditionOf(
  { conditions = [] }: PodStatus,
  type: string,
  status: string,
): { message?: string } | undefined {
  return conditions.find((condition) => condition.type === type && condition.status === status)
}

/** The name of the workload that made the pod: by its owner, so that workloads we only observe need no label of ours. */
function componentOf({ labels = {}, ownerReferences = [] }: ObjectMeta): string {
  const owner = ownerReferences.find(({ controller }) => controller === true)
  const hash = labels['pod-template-hash']
  if (owner?.kind === 'StatefulSet') return owner.name
  if (owner?.kind === 'ReplicaSet' && hash !== undefined && owner.name.endsWith(`-${hash}`))
    return owner.name.slice(0, -hash.length - 1)
  return text(labels[COMPONENT_LABEL])
}

function revisionOf({ labels = {} }: ObjectMeta): string {
  return labels['pod-template-hash'] ?? labels['controller-revision-hash'] ?? ''
}

function readContainers(status: PodStatus, init: ReadonlySet<string>): readonly ObservedContainer[] {
  const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]
  return all.map((container) => readContainer(container, init.has(container.name)))
}

function readContainer(status: ContainerStatus, init: boolean): ObservedContainer {
  const { waiting, terminated } = status.state ?? {}
  const lastTerminated = status.lastState?.terminated
  return {
    name: status.name,
    image: status.image,
    init,
    ready: status.ready,
    restarts: status.restartCount,
    ...(waiting && { waiting: { reason: text(waiting.reason), message: text(waiting.message) } }),
    ...(terminated && { terminated: readTermination(terminated) }),
    ...(lastTerminated && { lastTerminated: readTermination(lastTerminated) }),
  }
}

function readTermination(state: ContainerStateTerminated): ObservedTermination {
  return {
    reason: text(state.reason),
    exitCode: state.exitCode,
    message: text(state.message),
    finishedAt: text(state.finishedAt),
  }
}
