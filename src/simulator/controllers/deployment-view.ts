/** A Deployment with its ReplicaSets, every default filled in, and the sizes its strategy allows. */
import type { DeploymentSpec, ReplicaSetSpec } from 'kubernetes-types/apps/v1.js'
import type { StoredObject } from '../state.ts'
import type { WorkloadCondition } from './conditions.ts'

export const REVISION = 'deployment.kubernetes.io/revision'
export const DESIRED = 'deployment.kubernetes.io/desired-replicas'
export const MAXIMUM = 'deployment.kubernetes.io/max-replicas'
export const HASH_LABEL = 'pod-template-hash'

export interface ReplicaCounts {
  readonly replicas?: number
  readonly readyReplicas?: number
  readonly availableReplicas?: number
  readonly updatedReplicas?: number
  readonly terminatingReplicas?: number
  readonly observedGeneration?: number
}

export interface DeploymentStatus extends ReplicaCounts {
  readonly unavailableReplicas?: number
  readonly conditions?: readonly WorkloadCondition[]
}

export interface Fleet {
  readonly deployment: StoredObject
  readonly spec: DeploymentSpec
  readonly status: DeploymentStatus
  /** `spec.replicas`. */
  readonly desired: number
  /** Pods allowed above and below `desired` during a rollout. */
  readonly surge: number
  readonly unavailable: number
  readonly recreate: boolean
  readonly templateHash: string
  /** The ReplicaSet of the current template. */
  readonly current: StoredObject | undefined
  /** All others, oldest first. */
  readonly old: readonly StoredObject[]
}

/** Undefined stands for no deadline. */
export function deadlineSecondsOf(spec: DeploymentSpec): number | undefined {
  const seconds = spec.progressDeadlineSeconds ?? 600
  return seconds === 2 ** 31 - 1 ? undefined : seconds
}

export const specOf = (deployment: StoredObject): DeploymentSpec =>
  deployment.spec as unknown as DeploymentSpec

export function fleetOf(
  deployment: StoredObject,
  templateHash: string,
  sets: readonly StoredObject[],
): Fleet {
  const spec = specOf(deployment)
  const desired = spec.replicas ?? 1
  const current = sets.find((set) => set.metadata.labels?.[HASH_LABEL] === templateHash)
  return {
    deployment,
    spec,
    status: (deployment.status ?? {}) as DeploymentStatus,
    desired,
    ...limitsOf(spec, desired),
    recreate: spec.strategy?.type === 'Recreate',
    templateHash,
    current,
    old: sets.filter((set) => set !== current).toSorted((a, b) => revisionOf(a) - revisionOf(b)),
  }
}

export const revisionOf = (set: StoredObject): number => Number(set.metadata.annotations?.[REVISION] ?? 0)
export const sizeOf = (set: StoredObject): number => (set.spec as unknown as ReplicaSetSpec).replicas ?? 1
export const countsOf = (set: StoredObject): ReplicaCounts => (set.status ?? {}) as ReplicaCounts

/** What keeps this ReplicaSet from creating its pods. */
export const failuresOf = (set: StoredObject): readonly WorkloadCondition[] =>
  ((set.status as DeploymentStatus | undefined)?.conditions ?? []).filter(
    ({ type }) => type === 'ReplicaFailure',
  )

export const allSets = ({ current, old }: Fleet): readonly StoredObject[] =>
  current === undefined ? old : [...old, current]

export const total = (
  sets: readonly StoredObject[],
  count: (set: StoredObject) => number | undefined,
): number => sets.reduce((sum, set) => sum + (count(set) ?? 0), 0)

/** Percentages round up for the surge and down for the unavailable; both 0 would be a standstill. */
function limitsOf(spec: DeploymentSpec, desired: number): Pick<Fleet, 'surge' | 'unavailable'> {
  if (spec.strategy?.type === 'Recreate') return { surge: 0, unavailable: 0 }
  const { maxSurge = '25%', maxUnavailable = '25%' } = spec.strategy?.rollingUpdate ?? {}
  const surge = scaled(maxSurge, desired, Math.ceil)
  const unavailable = scaled(maxUnavailable, desired, Math.floor)
  const atLeastOne = surge === 0 && unavailable === 0 ? 1 : unavailable
  return { surge, unavailable: Math.min(atLeastOne, desired) }
}

function scaled(value: number | string, of: number, round: (value: number) => number): number {
  return typeof value === 'number' ? value : round((Number.parseInt(value, 10) / 100) * of)
}
