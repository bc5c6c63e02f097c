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

/** One clause of the merged replica rule, as people read it in `docs/status-rules.md`. */
export interface WorkloadRule {
  /** A sentence; its test bears the same name. */
  readonly name: string
  readonly signal: string
  /** The state it leads to. */
  readonly state: string
  readonly judge: (workload: ObservedWorkload) => WorkloadVerdict | undefined
}

const terminating: WorkloadRule = {
  name: 'a workload that is being deleted is Terminating, however healthy it looks',
  signal: '`metadata.deletionTimestamp`',
  state: 'Terminating',
  judge: ({ deletionTimestamp }) =>
    deletionTimestamp === undefined ? undefined : notReady('Terminating', 'Terminating', 'is being deleted'),
}

/** A status of an older spec says nothing; a missing observedGeneration is "not yet seen", never "fine". */
const notObserved: WorkloadRule = {
  name: 'a status of an earlier specification says nothing: the workload is Starting',
  signal: '`status.observedGeneration` absent or below `metadata.generation`',
  state: 'Starting',
  judge: ({ observedGeneration = 0, generation }) =>
    observedGeneration >= generation
      ? undefined
      : notReady('Starting', 'NotObserved', 'the cluster has not looked at the latest specification yet'),
}

/** Judged by pods that are left, not by the wish alone: an autoscaler sets the wish before the pods go. */
const scaledToZero: WorkloadRule = {
  name: 'a workload scaled to zero is Stopping while pods are left, then Stopped',
  signal: '`spec.replicas` 0',
  state: 'Stopping, Stopped',
  judge: ({ desired, current }) => {
    if (desired > 0) return undefined
    return current === 0
      ? notReady('Stopped', 'ScaledToZero', 'is scaled to zero')
      : notReady('Stopping', 'ScalingToZero', `is being scaled to zero, ${pods(current)} left`)
  },
}

/** Old pods that still serve make it Degraded: the rollout failed, not the service. */
const rolloutFailed: WorkloadRule = {
  name: 'a rollout that its controller gave up is Failed, or Degraded while old pods serve',
  signal: '`Progressing` False with `ProgressDeadlineExceeded` or `ReplicaSetCreateError`',
  state: 'Failed, Degraded',
  judge: (workload) => {
    const progressing = conditionOf(workload, 'Progressing')
    if (progressing?.status !== 'False') return undefined
    if (!GIVEN_UP.includes(progressing.reason)) return undefined
    return asSaid(workload.available >= 1 ? 'Degraded' : 'Failed', progressing)
  },
}

/** A paused Deployment is ready by its counts and never fails by a deadline: its controller stopped counting time. */
const paused: WorkloadRule = {
  name: 'a paused Deployment is Paused, and ready by its counts',
  signal: '`spec.paused`',
  state: 'Paused',
  judge: (workload) => {
    if (!workload.paused) return undefined
    const missing = countsMissing(workload)
    return missing === undefined
      ? { status: 'Paused', ready: true, reason: 'Paused', message: 'is paused' }
      : notReady('Paused', 'Paused', `is paused: ${missing.message}`)
  },
}

const replicaFailure: WorkloadRule = {
  name: 'a workload whose pods cannot be created is not ready, and says what the API server said',
  signal: '`ReplicaFailure` True',
  state: 'Pending, Starting, Degraded',
  judge: (workload) => {
    const failure = conditionOf(workload, 'ReplicaFailure')
    if (failure?.status !== 'True') return undefined
    return asSaid(stateWithoutAll(workload), failure)
  },
}

const notProgressing: WorkloadRule = {
  name: 'a Deployment that does not progress for another reason is not ready',
  signal: '`Progressing` False with any other reason',
  state: 'Pending, Starting, Degraded',
  judge: (workload) => {
    const progressing = conditionOf(workload, 'Progressing')
    if (progressing?.status !== 'False') return undefined
    return asSaid(stateWithoutAll(workload), progressing)
  },
}

const countsShort: WorkloadRule = {
  name: 'counts that are short of the specification are not ready: Starting in a rollout, Degraded after a loss',
  signal:
    'Deployment: updated ≥ spec, replicas ≤ updated, available ≥ spec; StatefulSet: replicas ≥ spec, replicas ≤ spec or all updated, ready ≥ spec (available with `minReadySeconds`), the revision rolled out (`partition`: updated ≥ spec − partition; `OnDelete`: not asked)',
  state: 'Pending, Starting, Degraded',
  judge: (workload) => {
    const missing = countsMissing(workload)
    if (missing === undefined) return undefined
    // Old pods that serve while new ones come are a rollout under way, not a loss.
    const rolling = missing.reason === 'RolloutUnfinished' && workload.current > 0
    return notReady(rolling ? 'Starting' : stateWithoutAll(workload), missing.reason, missing.message)
  },
}

/** Includes minReadySeconds, which the counts of ready pods do not. */
const unavailable: WorkloadRule = {
  name: 'a Deployment whose pods are ready but not available yet is not ready',
  signal: '`Available` False with full counts',
  state: 'Pending, Starting, Degraded',
  judge: (workload) => {
    const available = conditionOf(workload, 'Available')
    if (available?.status !== 'False') return undefined
    return asSaid(stateWithoutAll(workload), available)
  },
}

/** Reasons of `Progressing` False with which the Deployment controller stops to wait. */
export const GIVEN_UP: readonly string[] = ['ProgressDeadlineExceeded', 'ReplicaSetCreateError']

/** First match wins, so order is meaning (status reference §3, the merged rule). */
export const WORKLOAD_RULES: readonly WorkloadRule[] = [
  terminating,
  notObserved,
  scaledToZero,
  rolloutFailed,
  paused,
  replicaFailure,
  notProgressing,
  countsShort,
  unavailable,
]

/** Decides from the workload's own status whether it is ready, and if not, in which state it is. */
export function judgeWorkload(workload: ObservedWorkload): WorkloadVerdict {
  for (const rule of WORKLOAD_RULES) {
    const verdict = rule.judge(workload)
    if (verdict !== undefined) return verdict
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

/** Surplus pods of the latest specification are on their way out and no outage; earlier ones are an unfinished rollout. */
function deploymentMissing({ desired, updated, current, available }: ObservedWorkload): Missing | undefined {
  if (updated < desired) return unfinished(`${updated} of ${desired} pods have the latest specification`)
  if (current > updated) return unfinished(earlierLeft(current - updated, available))
  if (available < desired) return short(available, desired)
  return undefined
}

/** The old ones go only when the new ones are there: when nothing more serves, that is what it waits for. */
function earlierLeft(earlier: number, available: number): string {
  const left = `${pods(earlier)} of an earlier specification left`
  return available <= earlier ? `${left}, none of the new ones is available yet` : left
}

function statefulSetMissing(workload: ObservedWorkload): Missing | undefined {
  const { desired, current, updated, ready, available, minReadySeconds } = workload
  if (current < desired || current > Math.max(desired, updated))
    return unfinished(`${pods(current)} of ${desired} wanted`)
  if (ready < desired) return short(ready, desired)
  if (minReadySeconds > 0 && available < desired) return short(available, desired)
  return revisionMissing(workload)
}

function revisionMissing(workload: ObservedWorkload): Missing | undefined {
  const { onDelete, partition, updated, desired, currentRevision, updateRevision, ofCurrentRevision } =
    workload
  if (onDelete) return undefined
  if (partition > 0) {
    const wanted = Math.max(0, desired - partition)
    return updated >= wanted
      ? undefined
      : unfinished(`${updated} of ${wanted} pods have the latest specification`)
  }
  const known = currentRevision !== undefined && updateRevision !== undefined
  if (known ? currentRevision === updateRevision : Math.max(updated, ofCurrentRevision) >= desired)
    return undefined
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
 * Some pods serve where more did: Degraded. Otherwise it is still on its way up.
 *
 * A Deployment tells: `NewReplicaSetAvailable` is its controller's memory of "was complete once" (not a sign of health).
 * A StatefulSet does not; that all its pods exist is taken for it.
 */
function stateWithoutAll(workload: ObservedWorkload): ComponentState {
  if (workload.current === 0) return 'Pending'
  return workload.available >= 1 && wasCompleteOnce(workload) ? 'Degraded' : 'Starting'
}

/** As far as the workload itself tells: its rollout was complete at least once. */
function wasCompleteOnce(workload: ObservedWorkload): boolean {
  const progressing = conditionOf(workload, 'Progressing')
  if (progressing !== undefined) return progressing.reason === 'NewReplicaSetAvailable'
  return workload.desired > 1 && workload.available >= 1 && workload.current >= workload.desired
}

function notReady(status: ComponentState, reason: string, message: string): WorkloadVerdict {
  return { status, ready: false, reason, message }
}

/** In the words of the condition; some controllers leave them out. */
function asSaid(
  state: ComponentState,
  { type, status, reason, message }: ObservedCondition,
): WorkloadVerdict {
  return notReady(state, reason || type, message || `its condition ${type} is ${status}`)
}
