/** Judges one expected component: its workload, what its pods say, and how long it has been trying. */
import type { Cause } from '../model/causes.ts'
import type { ObservedPod, ObservedWorkload } from '../model/observed.ts'
import type { ComponentState } from '../model/participant.ts'
import { findInPods, restartsOf } from './pod.ts'
import { conditionOf, judgeWorkload } from './workload.ts'

export interface ComponentVerdict {
  readonly name: string
  readonly kind: 'Deployment' | 'StatefulSet' | undefined
  readonly status: ComponentState
  readonly ready: boolean
  readonly desired: number
  readonly current: number
  readonly readyReplicas: number
  readonly reason: string
  /** Empty only for a component that is ready and has nothing to tell. */
  readonly message: string
  /** Absent for a component that is ready or simply on its way. */
  readonly cause?: Cause
  /** RFC 3339; since when it is in this state, as far as the cluster tells. */
  readonly since: string
  readonly image?: string
  readonly restarts: number
  /** When the verdict changes by time alone, ms since 1970. */
  readonly recheckAtMs?: number
}

export interface ComponentInput {
  readonly name: string
  readonly workload: ObservedWorkload | undefined
  readonly pods: readonly ObservedPod[]
  /** When the participant was created: a workload that is missing is counted from there. RFC 3339. */
  readonly expectedSince: string
  /** A participant that was READY once does not fail by a deadline, it is DEGRADED. */
  readonly everReady: boolean
  readonly nowMs: number
}

/** How long a component may take to become ready for the first time, when its Deployment does not say longer. */
const START_DEADLINE_MS = 600_000

export function judgeComponent(input: ComponentInput): ComponentVerdict {
  const { workload } = input
  const verdict = workload === undefined ? judgeMissing(input) : judgePresent(input, workload)
  return verdict.ready || verdict.status === 'Failed' || input.everReady
    ? verdict
    : withDeadline(input, verdict)
}

function judgeMissing({ name, expectedSince }: ComponentInput): ComponentVerdict {
  return {
    name,
    kind: undefined,
    status: 'Missing',
    ready: false,
    desired: 1,
    current: 0,
    readyReplicas: 0,
    reason: 'WorkloadMissing',
    message: 'its workload does not exist',
    since: expectedSince,
    restarts: 0,
  }
}

function judgePresent({ name, pods }: ComponentInput, workload: ObservedWorkload): ComponentVerdict {
  const verdict = judgeWorkload(workload)
  const finding = verdict.ready || isSettled(verdict.status) ? undefined : findInPods(pods)
  return {
    name,
    kind: workload.kind,
    status: verdict.status,
    ready: verdict.ready,
    desired: workload.desired,
    current: workload.current,
    readyReplicas: workload.ready,
    reason: finding?.reason ?? verdict.reason,
    message: finding === undefined ? verdict.message : `${verdict.message}; ${finding.message}`,
    since: sinceOf(workload),
    image: workload.image,
    restarts: restartsOf(pods),
  }
}

/** States in which nobody expects pods to come up, so their silence explains nothing. */
function isSettled(status: ComponentState): boolean {
  return status === 'Stopped' || status === 'Stopping' || status === 'Terminating'
}

function sinceOf(workload: ObservedWorkload): string {
  const available = conditionOf(workload, 'Available')?.lastTransitionTime
  return available === undefined || available === '' ? workload.creationTimestamp : available
}

/** StatefulSets know no deadline, and a Deployment whose pods only never get ready is late to tell: so one of our own. */
function withDeadline(input: ComponentInput, verdict: ComponentVerdict): ComponentVerdict {
  const startedAt = Date.parse(input.workload?.creationTimestamp ?? input.expectedSince)
  const allowedMs = Math.max(START_DEADLINE_MS, (input.workload?.progressDeadlineSeconds ?? 0) * 1000)
  const deadlineMs = startedAt + allowedMs
  if (input.nowMs < deadlineMs) return { ...verdict, recheckAtMs: deadlineMs }
  return {
    ...verdict,
    status: verdict.status === 'Degraded' ? 'Degraded' : 'Failed',
    message: `not ready after ${Math.round(allowedMs / 60_000)} min: ${verdict.message}`,
  }
}
