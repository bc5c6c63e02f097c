/** Judges one Deployment or StatefulSet by its own status: the merged replica rule of the status reference, §3. */
import type { ObservedCondition, ObservedWorkload } from '../model/observed.ts'
import type { ComponentState } from '../model/participant.ts'

/** What the replica rule says of a workload. A workload that is not ready always has a message. */
export interface WorkloadVerdict {
  readonly status: ComponentState
  readonly ready: boolean
  readonly reason: string
  readonly message: string
}

type Rule = (workload: ObservedWorkload) => WorkloadVerdict | undefined

const terminating: Rule = ({ deletionTimestamp }) =>
  deletionTimestamp === undefined ? undefined : notReady('Terminating', 'Terminating', 'is being deleted')

/** A status of an older spec says nothing; a missing observedGeneration is "not yet seen", never "fine". */
const notObserved: Rule = ({ observedGeneration = 0, generation }) =>
  observedGeneration >= generation
    ? undefined
    : notReady('Starting', 'NotObserved', 'the cluster has not looked at the latest specification yet')

/** Old pods that still serve make it Degraded: the rollout failed, not the service. */
const rolloutFailed: Rule = (workload) => {
  const progressing = conditionOf(workload, 'Progressing')
  if (progressing?.status !== 'False') return undefined
  if (!['ProgressDeadlineExceeded', 'ReplicaSetCreateError'].includes(progressing.reason)) return undefined
  return notReady(workload.available >= 1 ? 'Degraded' : 'Failed', progressing.reason, progressing.message)
}

/** Judged by pods that are left, not by the wish alone: an autoscaler sets the wish before the pods go. */
const scaledToZero: Rule = ({ desired, current }) => {
  if (desired > 0) return undefined
  return current === 0
    ? notReady('Stopped', 'ScaledToZero', 'is scaled to zero')
    : notReady('Stopping', 'ScalingToZero', `is being scaled to zero, ${current} still run`)
}

/** A paused Deployment is ready by its counts and never fails by a deadline: its controller stopped counting time. */
const paused: Rule = (workload) => {
  if (!workload.paused) return undefined
  const missing = countsMissing(workload)
  return missing === undefined
    ? { status: 'Paused', ready: true, reason: 'Paused', message: 'is paused' }
    : notReady('Paused', 'Paused', `is paused: ${missing.message}`)
}

const replicaFailure: Rule = (workload) => {
  const failure = conditionOf(workload, 'ReplicaFailure')
  if (failure?.status !== 'True') return undefined
  return notReady(stateWithoutAll(workload), failure.reason, failure.message)
}

const countsShort: Rule = (workload) => {
  const missing = countsMissing(workload)
  if (missing === undefined) return undefined
  // Old pods that serve while new ones come are a rollout under way, not a loss.
  const rolling = missing.reason === 'RolloutUnfinished' && workload.current > 0
  return notReady(rolling ? 'Starting' : stateWithoutAll(workload), missing.reason, missing.message)
}

/** Includes minReadySeconds, which the counts of ready pods do not. */
const unavailable: Rule = (workload) => {
  const available = conditionOf(workload, 'Available')
  if (available?.status !== 'False') return undefined
  return notReady(stateWithoutAll(workload), available.reason, available.message)
}

/** First match wins, so order is meaning. */
const rules: readonly Rule[] = [
  terminating,
  notObserved,
  scaledToZero,
  rolloutFailed,
  paused,
  replicaFailure,
  countsShort,
  unavailable,
]

/** Decides from the workload's own status whether it is ready, and if not, in which state it is. */
export function judgeWorkload(workload: ObservedWorkload): WorkloadVerdict {
  for (const rule of rules) {
    const verdict = rule(workload)
    if (verdict) return verdict
  }
  const message = pendingRevision(workload)
  return { status: 'Running', ready: true, reason: 'Running', message }
}

export function conditionOf(workload: ObservedWorkload, type: string): ObservedCondition | undefined {
  return workload.conditions.find((condition) => condition.type === type)
}

interface Missing {
  readonly reason: string
  readonly message: string
}

function countsMissing(workload: ObservedWorkload): Missing | undefined {
  return workload.kind === 'Deployment' ? deploymentMissing(workload) : statefulSetMissing(workload)
}

function deploymentMissing({ desired, updated, current, available }: ObservedWorkload): Missing | undefined {
  if (updated < desired) return unfinished(`${updated} of ${desired} pods have the latest specification`)
  if (current > updated) return unfinished(`${pods(current - updated)} of an earlier specification left`)
  if (current > desired) return unfinished(`${pods(current - desired)} more than wanted`)
  if (available < desired) return short(available, desired)
  return undefined
}

function statefulSetMissing(workload: ObservedWorkload): Missing | undefined {
  const { desired, current, ready, available, minReadySeconds } = workload
  if (current !== desired) return unfinished(`${pods(current)} of ${desired} wanted`)
  if (ready < desired) return short(ready, desired)
  if (minReadySeconds > 0 && available < desired) return short(available, desired)
  return revisionMissing(workload)
}

function revisionMissing(workload: ObservedWorkload): Missing | undefined {
  const { onDelete, partition, updated, desired, currentRevision, updateRevision } = workload
  if (onDelete) return undefined
  if (partition > 0) {
    const wanted = Math.max(0, desired - partition)
    return updated >= wanted
      ? undefined
      : unfinished(`${updated} of ${wanted} pods have the latest specification`)
  }
  if (currentRevision === undefined || updateRevision === undefined) return undefined
  if (currentRevision === updateRevision) return undefined
  return unfinished(`${updated} of ${desired} pods have the latest specification`)
}

/** With OnDelete nobody replaces the pods: ready, but a person should know. */
function pendingRevision({
  onDelete,
  currentRevision,
  updateRevision,
  desired,
  updated,
}: ObservedWorkload): string {
  if (!onDelete || currentRevision === updateRevision) return ''
  return `${pods(desired - updated)} of the earlier specification, until somebody deletes them`
}

function pods(count: number): string {
  return count === 1 ? '1 pod' : `${count} pods`
}

function unfinished(message: string): Missing {
  return { reason: 'RolloutUnfinished', message }
}

function short(ready: number, desired: number): Missing {
  return { reason: 'PodsNotReady', message: `${ready} of ${desired} pods are ready` }
}

/**
 * Some pods serve after a rollout that was once complete: Degraded. Otherwise it is still on its way up.
 * `NewReplicaSetAvailable` is a memory of the controller ("was complete once"), not a sign of health.
 */
function stateWithoutAll(workload: ObservedWorkload): ComponentState {
  if (workload.current === 0) return 'Pending'
  const wasComplete = conditionOf(workload, 'Progressing')?.reason === 'NewReplicaSetAvailable'
  return workload.available >= 1 && (wasComplete || workload.desired > 1) ? 'Degraded' : 'Starting'
}

function notReady(status: ComponentState, reason: string, message: string): WorkloadVerdict {
  return { status, ready: false, reason, message }
}
