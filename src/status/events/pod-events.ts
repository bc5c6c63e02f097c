/** Decides which events about a pod are over: the image is there, it has a node, it became ready, or it only starts. */
import type { ObservedContainer, ObservedEvent, ObservedPod } from '../../model/observed.ts'
import { msOf } from '../times.ts'
import type { EventRule } from './event-rule.ts'
import { isBefore } from './order.ts'
import { soundsBad } from './project-event.ts'
import { isShaky } from './well-being.ts'

const imageIsThere: EventRule = {
  name: 'what is said about an image is over once the container does not wait for it',
  drops: ({ event, subject }) =>
    subject.kind === 'pod' &&
    IMAGE_REASONS.includes(event.reason) &&
    /image/iu.test(event.message) &&
    !containersMeant(event, subject.pod).some(awaitsImage),
}

/** Also those of the start of a container, which need another word in the text. */
const IMAGE_REASONS: readonly string[] = [
  'Pulling',
  'Failed',
  'BackOff',
  'InspectFailed',
  'ErrImageNeverPull',
]
/** Waiting for something else than the next attempt after a crash. */
const AWAITS_NO_IMAGE: readonly string[] = [
  'CrashLoopBackOff',
  'CreateContainerConfigError',
  'CreateContainerError',
]

function awaitsImage({ waiting }: ObservedContainer): boolean {
  return waiting !== undefined && !AWAITS_NO_IMAGE.includes(waiting.reason)
}

const scheduled: EventRule = {
  name: 'trouble with scheduling is over once the pod has a node',
  drops: ({ event: { reason }, subject }) =>
    subject.kind === 'pod' && SCHEDULING.includes(reason) && subject.pod.node !== '',
}

const SCHEDULING: readonly string[] = [
  'FailedScheduling',
  'TriggeredScaleUp',
  'NotTriggerScaleUp',
  'WaitingForGates',
]

const podBecameReady: EventRule = {
  name: 'what came before a pod became ready is over',
  drops: ({ event, subject, nowMs }) =>
    subject.kind === 'pod' &&
    hinders(event.reason) &&
    subject.pod.ready &&
    isUpTo(event.lastSeen, subject.pod.readyTurnedAt) &&
    !isShaky(subject.pod, nowMs),
}

/** What can keep a pod from becoming ready, besides all that sounds bad. */
const HINDRANCES: readonly string[] = [
  ...SCHEDULING,
  'Killing',
  'NodeNotReady',
  'NetworkNotReady',
  'Pulling',
  'SandboxChanged',
  'Preempting',
]

function hinders(reason: string): boolean {
  return HINDRANCES.includes(reason) || soundsBad(reason)
}

/** To the second, so a tie is no "after". False when nobody can tell. */
function isUpTo(lastSeen: string, readyTurnedAt: string): boolean {
  if (lastSeen === '' || readyTurnedAt === '') return false
  return !isBefore(readyTurnedAt, lastSeen)
}

const probeOfStart: EventRule = {
  name: 'a probe that fails while its container is still starting is part of the start',
  drops: ({ event, subject, nowMs }) =>
    subject.kind === 'pod' &&
    event.reason === 'Unhealthy' &&
    containersMeant(event, subject.pod).some((container) => isOfStart(event, container, nowMs)),
}

const PROBE = /^(startup|readiness|liveness) probe/iu

/**
 * The budget of the startup probe comes before that of the others. A readiness probe that never succeeds is told once its
 * time is over, even if the last event about it is older; the others would have ended the container.
 */
function isOfStart(
  event: ObservedEvent,
  { runningSince, probes = [] }: ObservedContainer,
  nowMs: number,
): boolean {
  const kind = PROBE.exec(event.message)?.[1]?.toLowerCase()
  const [startMs, seenMs] = [msOf(runningSince), msOf(event.lastSeen)]
  if (kind === undefined || startMs === undefined || seenMs === undefined || seenMs < startMs) return false
  const budgetsMs = probes
    .filter((probe) => probe.kind === kind || probe.kind === 'startup')
    .map(({ budgetMs }) => budgetMs)
  const endMs = startMs + budgetsMs.reduce((sum, budgetMs) => sum + budgetMs, 0)
  return kind === 'readiness' ? nowMs <= endMs : seenMs <= endMs
}

/** Of events that are over, or part of every start. */
export const POD_EVENT_RULES: readonly EventRule[] = [imageIsThere, scheduled, podBecameReady, probeOfStart]

const FIELD_OF_CONTAINER = /^spec\.(?:initContainers|containers|ephemeralContainers)\{(.+)\}$/u

/** The one that the event names, else all. */
function containersMeant(
  { about }: ObservedEvent,
  { containers }: ObservedPod,
): readonly ObservedContainer[] {
  const named = FIELD_OF_CONTAINER.exec(about.fieldPath)?.[1]
  return named === undefined ? containers : containers.filter(({ name }) => name === named)
}
