/** Tells what happened, newest first: our own steps, and the components that became ready or cannot. */
import type { ParticipantStatusBody } from '../contract/participant-status.ts'
import type { Participant, Step } from '../model/participant.ts'
import type { ComponentVerdict } from './component.ts'
import type { Verdict } from './participant.ts'

type AnswerEvent = Required<ParticipantStatusBody['events'][number]>

const EVENTS_MAX = 10

/** At most ten. Derived from what the cluster holds, so a restart tells the same story. */
export function eventsOf(participant: Participant, verdict: Verdict): readonly AnswerEvent[] {
  const steps = (participant.status?.steps ?? []).flatMap((step) => stepEvent(participant, step) ?? [])
  const components = verdict.components.flatMap((component) => componentEvent(component) ?? [])
  return [...steps, ...components].toSorted(newestFirst).slice(0, EVENTS_MAX)
}

function stepEvent({ metadata }: Participant, step: Step): AnswerEvent | undefined {
  if (step.state === 'Pending') return undefined
  if (step.state === 'Waiting' && step.name === 'readiness') return undefined
  const said = step.message === undefined ? '' : `: ${step.message}`
  return {
    timestamp: step.lastTransitionTime,
    type: step.state === 'Done' ? 'Info' : 'Warning',
    message: `Step ${step.name} ${step.state === 'Done' ? 'done' : step.state.toLowerCase()}${said}`,
    reason: step.reason ?? (step.state === 'Done' ? 'StepDone' : `Step${step.state}`),
    object: `Participant/${metadata.name}`,
    count: Math.max(1, step.attempts),
  }
}

/** A component that merely starts is no event; one that is ready, or that a person should look at, is. */
function componentEvent(component: ComponentVerdict): AnswerEvent | undefined {
  const { kind, name, ready, status, reason, message, since } = component
  if (kind === undefined || since === '') return undefined
  const object = `${kind}/${name}`
  if (ready)
    return { timestamp: since, type: 'Info', message: `${kind} ${name} ready`, reason, object, count: 1 }
  if (status === 'Starting' && ORDINARY.includes(reason)) return undefined
  if (status === 'Pending' && ORDINARY.includes(reason)) return undefined
  return {
    timestamp: since,
    type: 'Warning',
    message: `${kind} ${name}: ${message}`,
    reason,
    object,
    count: 1,
  }
}

/** Reasons every start passes through. */
const ORDINARY: readonly string[] = [
  'NotObserved',
  'RolloutUnfinished',
  'PodsNotReady',
  'NotReady',
  'MinimumReplicasUnavailable',
]

function newestFirst(a: AnswerEvent, b: AnswerEvent): number {
  if (a.timestamp !== b.timestamp) return a.timestamp < b.timestamp ? 1 : -1
  if (a.object === b.object) return 0
  return a.object < b.object ? -1 : 1
}
