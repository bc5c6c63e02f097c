/** What a Deployment's status says: counts and conditions, as kube-controller-manager computes them. */
import type { StoredObject } from '../state.ts'
import { findCondition, type NewCondition, type WorkloadCondition, withCondition } from './conditions.ts'
import {
  allSets,
  countsOf,
  deadlineSecondsOf,
  failuresOf,
  type DeploymentStatus,
  type Fleet,
  sizeOf,
  total,
} from './deployment-view.ts'

/** While Progressing says one of these the deadline runs. */
const UNDER_WAY = ['NewReplicaSetCreated', 'FoundNewReplicaSet', 'ReplicaSetUpdated', 'DeploymentResumed']

/** Counts and Available; Progressing as it is. Zero counts are left out, as on the wire. */
export function countedStatus(fleet: Fleet, nowMs: number): DeploymentStatus {
  const { deployment, current, status, desired, unavailable } = fleet
  const sets = allSets(fleet)
  const available = total(sets, (set) => countsOf(set).availableReplicas)
  const conditions = status.conditions ?? []
  return {
    observedGeneration: deployment.metadata.generation ?? 1,
    ...positive(
      'replicas',
      total(sets, (set) => countsOf(set).replicas),
    ),
    ...positive('updatedReplicas', (current && countsOf(current).replicas) ?? 0),
    ...positive(
      'readyReplicas',
      total(sets, (set) => countsOf(set).readyReplicas),
    ),
    ...positive('availableReplicas', available),
    ...positive('unavailableReplicas', total(sets, sizeOf) - available),
    terminatingReplicas: total(sets, (set) => countsOf(set).terminatingReplicas),
    conditions: withFailure(
      withCondition(conditions, availability(available >= desired - unavailable), { nowMs }),
      fleet,
    ),
  }
}

/** The current ReplicaSet's failure to create pods, else an older one's. */
function withFailure(
  conditions: readonly WorkloadCondition[],
  { current, old }: Fleet,
): readonly WorkloadCondition[] {
  const [failure] = [...(current === undefined ? [] : [current]), ...old].flatMap(failuresOf)
  if (failure === undefined) return conditions.filter(({ type }) => type !== 'ReplicaFailure')
  if (findCondition(conditions, 'ReplicaFailure') !== undefined) return conditions
  return [...conditions, { ...failure, lastUpdateTime: failure.lastTransitionTime }]
}

/** The same with what a rollout says about its progress. */
export function rolloutStatus(fleet: Fleet, nowMs: number): DeploymentStatus {
  const status = countedStatus(fleet, nowMs)
  const conditions = status.conditions ?? []
  if (deadlineSecondsOf(fleet.spec) === undefined)
    return { ...status, conditions: conditions.filter(({ type }) => type !== 'Progressing') }
  const before = progressOf(fleet.status)
  const settled = before?.reason === 'NewReplicaSetAvailable' && status.replicas === status.updatedReplicas
  const next = settled ? undefined : progress(fleet, status, nowMs)
  if (next === undefined) return status
  const refresh = next.reason === 'ReplicaSetUpdated'
  return { ...status, conditions: withCondition(conditions, next, { nowMs, refresh }) }
}

export const progressOf = (status: DeploymentStatus): WorkloadCondition | undefined =>
  findCondition(status.conditions, 'Progressing')

/** All pods are of the current template and available. */
export function isComplete({ desired, deployment }: Fleet, status: DeploymentStatus): boolean {
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0, observedGeneration = 0 } = status
  return (
    updatedReplicas === desired &&
    replicas === desired &&
    availableReplicas === desired &&
    observedGeneration >= (deployment.metadata.generation ?? 1)
  )
}

/** Ms until the rollout counts as stuck; undefined when no deadline is running. */
export function untilDeadlineMs(fleet: Fleet, nowMs: number): number | undefined {
  const seconds = deadlineSecondsOf(fleet.spec)
  const condition = progressOf(fleet.status)
  if (seconds === undefined || condition === undefined || isComplete(fleet, fleet.status)) return undefined
  if (!UNDER_WAY.includes(condition.reason)) return undefined
  return Math.max(0, Date.parse(condition.lastUpdateTime) + seconds * 1000 - nowMs)
}

export function progressing(
  reason: string,
  message: string,
  status: WorkloadCondition['status'] = 'True',
): NewCondition {
  return { type: 'Progressing', status, reason, message }
}

function progress(fleet: Fleet, status: DeploymentStatus, nowMs: number): NewCondition | undefined {
  const subject = subjectOf(fleet.deployment, fleet.current)
  if (isComplete(fleet, status))
    return progressing('NewReplicaSetAvailable', `${subject} has successfully progressed.`)
  if (moved(fleet.status, status)) return progressing('ReplicaSetUpdated', `${subject} is progressing.`)
  return untilDeadlineMs(fleet, nowMs) === 0
    ? progressing('ProgressDeadlineExceeded', `${subject} has timed out progressing.`, 'False')
    : undefined
}

function subjectOf(deployment: StoredObject, current: StoredObject | undefined): string {
  return current === undefined
    ? `Deployment "${deployment.metadata.name}"`
    : `ReplicaSet "${current.metadata.name}"`
}

/** More new, fewer old, more ready or more available pods than before. */
function moved(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const old = ({ replicas = 0, updatedReplicas = 0 }: DeploymentStatus): number => replicas - updatedReplicas
  const more = (count: 'updatedReplicas' | 'readyReplicas' | 'availableReplicas'): boolean =>
    (after[count] ?? 0) > (before[count] ?? 0)
  return (
    more('updatedReplicas') || more('readyReplicas') || more('availableReplicas') || old(after) < old(before)
  )
}

function availability(enough: boolean): NewCondition {
  return enough
    ? condition('True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.')
    : condition('False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.')
}

function condition(status: 'True' | 'False', reason: string, message: string): NewCondition {
  return { type: 'Available', status, reason, message }
}

function positive<K extends string>(name: K, count: number): Partial<Record<K, number>> {
  return count > 0 ? ({ [name]: count } as Record<K, number>) : {}
}
