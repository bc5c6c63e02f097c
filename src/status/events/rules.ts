/** Decides which events about current objects are not worth telling: routine, over, or part of every start. */
import type { ObservedWorkload } from '../../model/observed.ts'
import { msOf } from '../times.ts'
import type { EventRule } from './event-rule.ts'
import { POD_EVENT_RULES } from './pod-events.ts'
import { soundsBad } from './project-event.ts'
import { showsCondition } from './well-being.ts'

/** Normal events that say something a person would want to know. */
const INFORMATIVE: readonly string[] = [
  'Killing',
  'Preempted',
  'NodeNotReady',
  'TaintManagerEviction',
  'SandboxChanged',
  'ScalingReplicaSet',
  'SuccessfulDelete',
  'Pulling',
  'TriggeredScaleUp',
  'NotTriggerScaleUp',
  'WaitForFirstConsumer',
  'ExternalProvisioning',
]

const routine: EventRule = {
  name: 'what every start passes through is not told',
  drops: ({ event: { type, reason } }) =>
    type === 'Normal' && !INFORMATIVE.includes(reason) && !soundsBad(reason),
}

const deletionsByDesign: EventRule = {
  name: 'the deletion of a pod is told only during a roll-out',
  drops: ({ event, subject }) =>
    event.reason === 'SuccessfulDelete' && subject.kind === 'workload' && isRolledOut(subject.workload),
}

function isRolledOut({ desired, current, updated, available }: ObservedWorkload): boolean {
  return current === desired && updated >= desired && available >= desired
}

const podsAreThere: EventRule = {
  name: 'the refusal of pods is over once all of them are there',
  drops: ({ event: { reason }, subject }) =>
    subject.kind === 'workload' && REFUSALS.includes(reason) && hasAllPods(subject.workload),
}

const REFUSALS: readonly string[] = ['FailedCreate', 'ReplicaSetCreateError']

/** A StatefulSet takes the old pod away before it makes the new one, a Deployment mostly does not. */
function hasAllPods({ kind, desired, current, updated }: ObservedWorkload): boolean {
  return current >= desired && (kind === 'StatefulSet' || updated >= desired)
}

const claimIsBound: EventRule = {
  name: 'trouble with a claim is over once it is bound',
  drops: ({ event, subject }) =>
    subject.kind === 'claim' && subject.claim.phase === 'Bound' && BINDING.includes(event.reason),
}

const BINDING: readonly string[] = [
  'FailedBinding',
  'ProvisioningFailed',
  'WaitForFirstConsumer',
  'WaitForPodScheduled',
  'ExternalProvisioning',
  'ClaimMisbound',
  'ClaimLost',
]

const faded: EventRule = {
  name: 'after an hour only what explains a condition that still holds is told',
  drops: ({ event, subject, nowMs }) => {
    const seenMs = msOf(event.lastSeen)
    return seenMs !== undefined && nowMs - seenMs > FADES_MS && !showsCondition(subject, nowMs)
  },
}

/** As long as an API server keeps an event unless it is told otherwise, ms. */
const FADES_MS = 3_600_000

/** An event that one of them drops is not told. */
export const EVENT_RULES: readonly EventRule[] = [
  routine,
  deletionsByDesign,
  ...POD_EVENT_RULES,
  podsAreThere,
  claimIsBound,
  faded,
]
