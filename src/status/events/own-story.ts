/** Tells what we did and saw ourselves: the steps, and the components that became ready or cannot. */
import type { Participant, Step } from '../../model/participant.ts'
import type { ComponentVerdict } from '../component.ts'
import type { AnswerEvent } from './answer-event.ts'

/** Steps that were taken, are waited for or were given up. */
export function stepEvents({ metadata, status }: Participant): readonly AnswerEvent[] {
  return (status?.steps ?? []).flatMap((step) => stepEvent(metadata.name, step) ?? [])
}

function stepEvent(participant: string, step: Step): AnswerEvent | undefined {
  if (step.state === 'Pending') return undefined
  if (step.state === 'Waiting' && step.name === 'readiness') return undefined
  const said = step.message === undefined ? '' : `: ${step.message}`
  return {
    timestamp: step.lastTransitionTime,
    type: step.state === 'Done' ? 'Info' : 'Warning',
    message: `Step ${step.name} ${step.state === 'Done' ? 'done' : step.state.toLowerCase()}${said}`,
    reason: step.reason ?? (step.state === 'Done' ? 'StepDone' : `Step${step.state}`),
    object: `Participant/${participant}`,
    count: Math.max(1, step.attempts),
  }
}

/** Undefined for one that merely starts; one that is ready, or that a person should look at, is an event. */
export function componentEvent(component: ComponentVerdict): AnswerEvent | undefined {
  const { kind, ready, reason, message, since } = component
  if (kind === undefined || since === '') return undefined
  const name = workloadNameOf(component)
  if (!ready && isOnItsWay(component)) return undefined
  return {
    timestamp: since,
    type: ready ? 'Info' : 'Warning',
    message: ready ? `${kind} ${name} ready` : `${kind} ${name}: ${message}`,
    reason,
    object: `${kind}/${name}`,
    count: 1,
  }
}

/** Without the kind, which the name of a component bears where two kinds share a name. */
export function workloadNameOf({ name, kind }: ComponentVerdict): string {
  const suffix = ` (${kind})`
  return name.endsWith(suffix) ? name.slice(0, -suffix.length) : name
}

/** Reasons that every start passes through. */
const ORDINARY: readonly string[] = [
  'NotObserved',
  'RolloutUnfinished',
  'PodsNotReady',
  'NotReady',
  'MinimumReplicasUnavailable',
  'Stabilising',
]

function isOnItsWay({ status, reason, cause }: ComponentVerdict): boolean {
  const starts = status === 'Starting' || status === 'Pending'
  return starts && cause === undefined && ORDINARY.includes(reason)
}
