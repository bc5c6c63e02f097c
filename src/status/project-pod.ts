/** Keeps of a Pod what tells whether, and why not, its containers run. */
import type { Pod, PodCondition, PodSpec, PodStatus } from 'kubernetes-types/core/v1.d.ts'
import type { KubeObject, ObjectMeta, OwnerReference } from '../model/kubernetes.ts'
import { COMPONENT_LABEL } from '../model/names.ts'
import type { ObservedPod } from '../model/observed.ts'
import { text } from './defaults.ts'
import { GATES_NOT_OPEN } from './diagnosis/nodes.ts'
import { readContainers } from './project-container.ts'

/** Whatever is missing is empty, never an error. */
export function projectPod(object: KubeObject): ObservedPod {
  const pod: RawPod = object
  const { metadata = {}, spec } = pod
  const status = pod.status ?? {}
  const readyCondition = conditionOf(status, 'Ready')
  const ready = readyCondition?.status === 'True'
  return {
    namespace: text(metadata.namespace),
    name: text(metadata.name),
    uid: text(metadata.uid),
    ...readOwner(metadata),
    revision: revisionOf(metadata),
    creationTimestamp: text(metadata.creationTimestamp),
    ...readDeletion(metadata),
    phase: status.phase ?? 'Pending',
    ...readReason(status, readyCondition),
    ready,
    readyTurnedAt: text(readyCondition?.lastTransitionTime),
    node: text(spec?.nodeName),
    ...readScheduling(spec, status),
    claims: readClaims(text(metadata.name), spec),
    containers: readContainers({ spec, status, ready }),
  }
}

/** As it may stand in a dump: everything can be absent. */
interface RawPod {
  readonly metadata?: Partial<ObjectMeta>
  readonly spec?: Pod['spec']
  readonly status?: PodStatus | null
}

function conditionOf({ conditions }: PodStatus, type: string): PodCondition | undefined {
  return conditions?.find((condition) => condition.type === type)
}

/**
 * The pod's own words. Readiness gates are told as they are in the place of a reason: otherwise a pod that waits for
 * one looks like a pod whose node is lost, containers ready and pod not.
 */
function readReason(
  { reason, message }: PodStatus,
  ready: PodCondition | undefined,
): Pick<ObservedPod, 'reason' | 'message'> {
  const gated = (reason ?? '') === '' && ready?.status === 'False' && ready.reason === GATES_NOT_OPEN
  if (gated) return { reason: GATES_NOT_OPEN, message: text(ready.message) }
  return { reason: text(reason), message: text(message) }
}

type Owner = Pick<ObservedPod, 'component' | 'componentKind' | 'ownerUid'>

/** The workload that made the pod: by its owner, so that workloads we only observe need no label of ours. */
function readOwner({ labels, ownerReferences }: Partial<ObjectMeta>): Owner {
  const owner: Partial<OwnerReference> = ownerReferences?.find(({ controller }) => controller === true) ?? {}
  const [ownerUid, name] = [text(owner.uid), text(owner.name)]
  if (owner.kind === 'StatefulSet') return { component: name, componentKind: 'StatefulSet', ownerUid }
  const suffix = `-${text(labels?.['pod-template-hash'])}`
  if (owner.kind === 'ReplicaSet' && suffix !== '-' && name.endsWith(suffix))
    return { component: name.slice(0, -suffix.length), componentKind: 'Deployment', ownerUid }
  return { component: text(labels?.[COMPONENT_LABEL]), componentKind: undefined, ownerUid }
}

function revisionOf({ labels }: Partial<ObjectMeta>): string {
  return labels?.['pod-template-hash'] ?? labels?.['controller-revision-hash'] ?? ''
}

type Deletion = Pick<ObservedPod, 'terminating' | 'deletionTimestamp' | 'finalizers'>

function readDeletion({ deletionTimestamp, finalizers }: Partial<ObjectMeta>): Deletion {
  if ((deletionTimestamp ?? '') === '') return { terminating: false }
  return {
    terminating: true,
    deletionTimestamp: text(deletionTimestamp),
    ...((finalizers?.length ?? 0) > 0 && { finalizers: finalizers ?? [] }),
  }
}

type Scheduling = Pick<ObservedPod, 'unscheduled' | 'disruption'>

function readScheduling(spec: PodSpec | undefined, status: PodStatus): Scheduling {
  const scheduled = conditionOf(status, 'PodScheduled')
  const disruption = conditionOf(status, 'DisruptionTarget')
  return {
    ...(scheduled?.status === 'False' && { unscheduled: readUnscheduled(spec, scheduled) }),
    ...(disruption?.status === 'True' && {
      disruption: { reason: text(disruption.reason), message: text(disruption.message) },
    }),
  }
}

/** The gates themselves say more than the condition, whose text is always the same. */
function readUnscheduled(
  spec: PodSpec | undefined,
  { reason, message, lastTransitionTime }: PodCondition,
): NonNullable<ObservedPod['unscheduled']> {
  const gates = (spec?.schedulingGates ?? []).map(({ name }) => name)
  const gated = reason === 'SchedulingGated' && gates.length > 0
  return {
    reason: text(reason),
    message: gated ? `scheduling gate ${gates.join(', ')}` : text(message),
    since: text(lastTransitionTime),
  }
}

const NO_CLAIMS: readonly string[] = []

/** An ephemeral volume has a claim of its own, named after pod and volume. */
function readClaims(pod: string, spec: PodSpec | undefined): readonly string[] {
  const claims = (spec?.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    if (persistentVolumeClaim) return [text(persistentVolumeClaim.claimName)]
    return ephemeral ? [`${pod}-${name}`] : []
  })
  return claims.length === 0 ? NO_CLAIMS : claims
}
