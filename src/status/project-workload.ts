/** Keeps of a Deployment or StatefulSet what the replica rule needs. */
import type {
  Deployment,
  DeploymentSpec,
  DeploymentStatus,
  StatefulSet,
  StatefulSetSpec,
  StatefulSetStatus,
} from 'kubernetes-types/apps/v1.d.ts'
import type { Container } from 'kubernetes-types/core/v1.d.ts'
import type { KubeObject } from '../model/kubernetes.ts'
import { REPLACING_ANNOTATION } from '../model/names.ts'
import type { ObservedCondition, ObservedWorkload } from '../model/observed.ts'
import { count, probeBudgetMs, readCondition, text } from './defaults.ts'

/** progressDeadlineSeconds of a Deployment that does not set it; StatefulSets have none and get the same. */
const PROGRESS_DEADLINE_SECONDS = 600

export function projectDeployment(object: KubeObject): ObservedWorkload {
  const { spec, status = {} } = object as Deployment
  return {
    kind: 'Deployment',
    ...readIdentity(object),
    ...readSpec(spec),
    ...readCounts(status),
    paused: spec?.paused === true,
    progressDeadlineSeconds: spec?.progressDeadlineSeconds ?? PROGRESS_DEADLINE_SECONDS,
    onDelete: false,
    partition: 0,
    ofCurrentRevision: 0,
    recreate: spec?.strategy?.type === 'Recreate',
  }
}

export function projectStatefulSet(object: KubeObject): ObservedWorkload {
  const { spec, status } = object as StatefulSet
  const { currentRevision, updateRevision, currentReplicas } = status ?? {}
  return {
    kind: 'StatefulSet',
    ...readIdentity(object),
    ...readSpec(spec),
    ...readCounts(status ?? {}),
    paused: false,
    progressDeadlineSeconds: PROGRESS_DEADLINE_SECONDS,
    onDelete: spec?.updateStrategy?.type === 'OnDelete',
    partition: count(spec?.updateStrategy?.rollingUpdate?.partition),
    ofCurrentRevision: count(currentReplicas),
    recreate: false,
    ...(currentRevision !== undefined && { currentRevision }),
    ...(updateRevision !== undefined && { updateRevision }),
  }
}

/** The conditions that the replica rule asks for. */
const JUDGED: readonly string[] = ['Available', 'Progressing', 'ReplicaFailure']

/** What a condition says of a workload that is well is never shown, but would be kept fifty thousand times. */
function readBriefly(raw: Parameters<typeof readCondition>[0]): ObservedCondition {
  const condition = readCondition(raw)
  const well = (condition.status === 'True') !== (condition.type === 'ReplicaFailure')
  return well ? { ...condition, message: '' } : condition
}

type Identity = Pick<
  ObservedWorkload,
  'namespace' | 'name' | 'uid' | 'generation' | 'creationTimestamp' | 'deletionTimestamp' | 'replacing'
>

function readIdentity({ metadata, status }: KubeObject & { readonly status?: object }): Identity {
  const { deletionTimestamp } = metadata
  // Every workload in a cluster has a generation. One from elsewhere that has no status either was seen by nobody.
  const leastGeneration = Object.keys(status ?? {}).length === 0 ? 1 : 0
  return {
    namespace: text(metadata.namespace),
    name: metadata.name,
    uid: text(metadata.uid),
    generation: metadata.generation ?? leastGeneration,
    creationTimestamp: text(metadata.creationTimestamp),
    ...(deletionTimestamp !== undefined && { deletionTimestamp }),
    ...(metadata.annotations?.[REPLACING_ANNOTATION] !== undefined && { replacing: true as const }),
  }
}

type Wishes = Pick<ObservedWorkload, 'desired' | 'minReadySeconds' | 'image' | 'startBudgetMs'>

function readSpec(spec: Partial<DeploymentSpec | StatefulSetSpec> = {}): Wishes {
  const containers = spec.template?.spec?.containers ?? []
  return {
    desired: spec.replicas ?? 1,
    minReadySeconds: count(spec.minReadySeconds),
    image: text(containers[0]?.image),
    startBudgetMs: Math.max(0, ...containers.map(startBudgetMs)),
  }
}

/** What a container is allowed to take until it is ready: its startup probe, then the readiness probe. */
function startBudgetMs({ startupProbe, readinessProbe }: Container): number {
  return probeBudgetMs(startupProbe) + probeBudgetMs(readinessProbe)
}

type Counts = Pick<
  ObservedWorkload,
  'observedGeneration' | 'current' | 'updated' | 'ready' | 'available' | 'conditions'
>

function readCounts(status: DeploymentStatus | Partial<StatefulSetStatus>): Counts {
  return {
    observedGeneration: status.observedGeneration,
    current: count(status.replicas),
    updated: count(status.updatedReplicas),
    ready: count(status.readyReplicas),
    available: count(status.availableReplicas),
    conditions: (status.conditions ?? []).filter(({ type }) => JUDGED.includes(type)).map(readBriefly),
  }
}
