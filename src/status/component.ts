/** Judges one expected component: its workload, what its pods say, what was said before, and how long it has been trying. */
import type { Cause } from '../model/causes.ts'
import type { ObservedClaim, ObservedEvent, ObservedPod, ObservedWorkload } from '../model/observed.ts'
import type { ComponentState } from '../model/participant.ts'
import { startDeadline } from './deadline.ts'
import { diagnose, restartsOf } from './diagnosis/diagnose.ts'
import { type Opinion, withFinding } from './opinion.ts'
import { holdOnto, holdUntilStable } from './steadiness.ts'
import { conditionOf, judgeWorkload } from './workload.ts'

export interface ComponentVerdict {
  /** Of the component; where two kinds share a name the later is `name (Kind)`. */
  readonly name: string
  readonly kind: 'Deployment' | 'StatefulSet' | undefined
  readonly status: ComponentState
  readonly ready: boolean
  /** It cannot become ready without a person. */
  readonly failed: boolean
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
  /** Set while counts are short and that is not called a loss yet: since when, ms since 1970. */
  readonly heldSinceMs?: number
  /** Its start deadline was extended, which happens once. */
  readonly extended?: true
}

export interface ComponentInput {
  readonly name: string
  readonly workload: ObservedWorkload | undefined
  /** All pods of the workload, also those that terminate or run an earlier revision. */
  readonly pods: readonly ObservedPod[]
  /** Of the namespace. */
  readonly claims: readonly ObservedClaim[]
  readonly events: readonly ObservedEvent[]
  /** When the participant was created: a workload that is missing is counted from there. RFC 3339. */
  readonly expectedSince: string
  /** A participant that was READY once does not fail by a deadline, it is DEGRADED. */
  readonly everReady: boolean
  /** The verdict before this one. */
  readonly before: ComponentVerdict | undefined
  readonly nowMs: number
}

export function judgeComponent(input: ComponentInput): ComponentVerdict {
  const { workload } = input
  return workload === undefined ? judgeMissing(input) : judgePresent(input, workload)
}

/** Missing stays the state: only whether it is still awaited, or has failed, changes with time. */
function judgeMissing(input: ComponentInput): ComponentVerdict {
  const missing: Opinion = {
    status: 'Missing',
    ready: false,
    failed: false,
    reason: 'WorkloadMissing',
    message: 'its workload does not exist',
    cause: { code: 'WorkloadMissing', who: 'nobody yet' },
  }
  const opinion = input.everReady
    ? { ...missing, cause: { code: 'WorkloadMissing', who: 'operator' } as const }
    : { ...startDeadline(input, missing), status: missing.status }
  return {
    name: input.name,
    kind: undefined,
    desired: 1,
    current: 0,
    readyReplicas: 0,
    since: input.expectedSince,
    restarts: 0,
    ...opinion,
  }
}

function judgePresent(input: ComponentInput, workload: ObservedWorkload): ComponentVerdict {
  const { judged: _judged, ...opinion } = opinionOn(input, workload)
  return {
    name: input.name,
    kind: workload.kind,
    desired: workload.desired,
    current: workload.current,
    readyReplicas: workload.ready,
    since: sinceOf(workload),
    image: workload.image,
    restarts: restartsOf(input.pods),
    ...opinion,
  }
}

/** The replica rule, then what the pods say, then what a first glance must not decide. */
function opinionOn(input: ComponentInput, workload: ObservedWorkload): Opinion {
  const counted: Opinion = { failed: false, ...judgeWorkload(workload) }
  if (isSettled(counted.status)) return settled(input, counted)
  const { pods, claims, events, nowMs } = input
  const diagnosis = diagnose({ workload, pods, claims, events, nowMs })
  const told = withFinding({ opinion: counted, diagnosis, workload, pods, before: input.before, nowMs })
  if (told.ready) return holdUntilStable(input, told)
  const held = holdOnto(input, told)
  if (held !== undefined) return held
  return hasNoDeadline(input, told) ? told : startDeadline(input, told)
}

/**
 * No deadline for what is a verdict already, for what was READY and does not start, and for what is not late but held
 * back: by a person who paused it, by a gate, or by a node that still syncs.
 */
function hasNoDeadline({ everReady }: ComponentInput, { status, failed, judged, cause }: Opinion): boolean {
  if (failed || judged === true || everReady || status === 'Paused') return true
  return cause?.code === 'SchedulingGated' || (cause?.code === 'ConfigMissing' && cause.who === 'nobody yet')
}

/** States in which nobody expects pods to come up, so their silence explains nothing. */
function isSettled(status: ComponentState): boolean {
  return status === 'Stopped' || status === 'Stopping' || status === 'Terminating'
}

/** The count of a Deployment leaves out pods that terminate, but they are still there. */
function settled({ pods }: ComponentInput, opinion: Opinion): Opinion {
  if (opinion.status === 'Terminating') return opinion
  const cause = { code: 'ScaledToZero', who: 'operator' } as const
  const ending = pods.filter(({ terminating }) => terminating).length
  if (opinion.status === 'Stopping' || ending === 0) return { ...opinion, cause }
  const left = ending === 1 ? '1 pod' : `${ending} pods`
  return {
    ...opinion,
    status: 'Stopping',
    reason: 'ScalingToZero',
    message: `is being scaled to zero, ${left} left`,
    cause,
  }
}

function sinceOf(workload: ObservedWorkload): string {
  const available = conditionOf(workload, 'Available')?.lastTransitionTime
  return available === undefined || available === '' ? workload.creationTimestamp : available
}
