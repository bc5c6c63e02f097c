/** Puts a verdict into conditions: Ready, Reconciling and Stalled as kstatus reads them, ComponentsReady, Reachable (status reference §6.4). */
import type { ObservedRoute } from '../model/observed.ts'
import type { Condition, OBSERVE_CONDITIONS, Participant } from '../model/participant.ts'
import type { Verdict } from './participant.ts'
import { stalledStep } from './participant.ts'

/** What a condition says, before times are put to it. */
export type Said = Pick<Condition, 'status' | 'reason' | 'message'> & {
  readonly type: (typeof OBSERVE_CONDITIONS)[number]
}

export interface Seen {
  readonly participant: Participant
  readonly verdict: Verdict
  /** Undefined: routes are not watched. */
  readonly routes?: readonly ObservedRoute[]
}

/** All of them, always, in the order of the model. */
export function conditionsOf(seen: Seen): readonly Said[] {
  return [ready(seen), reconciling(seen), stalled(seen), componentsReady(seen), reachable(seen)]
}

function ready({ verdict: { phase, reason, message } }: Seen): Said {
  return { type: 'Ready', status: phase === 'READY' ? 'True' : 'False', reason, message }
}

/** True while something changes without a person. */
function reconciling(seen: Seen): Said {
  const { phase, reason, message } = seen.verdict
  const is = (status: 'True' | 'False', why: string, what: string): Said => ({
    type: 'Reconciling',
    status,
    reason: why,
    message: what,
  })
  if (seen.participant.spec.suspended)
    return is(
      'False',
      'Suspended',
      'spec.suspended is true: nothing is created, changed or repaired until it is false',
    )
  if (needsPerson(seen)) return is('False', 'Stalled', 'a person has to act first')
  if (phase !== 'READY') return is('True', reason, message)
  const pending = pendingWork(seen.participant)
  return pending === undefined
    ? is('False', 'Succeeded', 'everything is in place')
    : is('True', pending.reason, pending.message)
}

/** What the reconciler has still to do for a participant that is READY nevertheless. */
function pendingWork({ metadata, status }: Participant): Pick<Said, 'reason' | 'message'> | undefined {
  const step = status?.steps?.find(({ name, state }) => state === 'Waiting' && name !== 'readiness')
  if (step !== undefined) return { reason: step.reason ?? 'Waiting', message: step.message ?? step.name }
  return (status?.observedGeneration ?? 0) < (metadata.generation ?? 0)
    ? { reason: 'SpecChanged', message: 'the latest specification is not applied yet' }
    : undefined
}

/** Abnormal when True: a person has to act. */
function stalled({ participant, verdict }: Seen): Said {
  const type = 'Stalled'
  if (!needsPerson({ participant, verdict }))
    return { type, status: 'False', reason: 'Progressing', message: 'nobody has to act' }
  const step = stalledStep(participant)
  const { reason, message } = verdict
  return step === undefined
    ? { type, status: 'True', reason, message }
    : { type, status: 'True', reason: step.reason ?? reason, message: step.message ?? message }
}

/** A step that cannot go on, or a component that cannot become ready by itself. A deletion has its own ways. */
function needsPerson({ participant, verdict: { phase, components } }: Seen): boolean {
  if (phase === 'DELETING' || phase === 'READY') return stalledStep(participant) !== undefined
  return (
    phase === 'FAILED' || stalledStep(participant) !== undefined || components.some(({ failed }) => failed)
  )
}

function componentsReady({ verdict: { components } }: Seen): Said {
  const type = 'ComponentsReady'
  const waiting = components.filter((component) => !component.ready)
  if (waiting.length === 0 && components.length > 0)
    return {
      type,
      status: 'True',
      reason: 'AllComponentsReady',
      message: 'All components are running and ready',
    }
  const messages = waiting.map(({ name, message }) => `${name}: ${message}`)
  return {
    type,
    status: 'False',
    reason: waiting[0]?.reason ?? 'NoComponents',
    message: messages.join('; ') || 'there is no component yet',
  }
}

/** Information only: many gateways and ingress controllers publish nothing, so this never keeps anything from READY. */
function reachable({ routes = [], participant }: Seen): Said {
  const is = (status: 'True' | 'Unknown', reason: string, message: string): Said => ({
    type: 'Reachable',
    status,
    reason,
    message,
  })
  if (routes.length === 0) {
    const why = participant.status?.steps?.find(({ name }) => name === 'routes')?.message
    const told = why === undefined ? '' : ` (${why})`
    return is(
      'Unknown',
      'NoRoutes',
      `no route is known: the participant is reached inside the cluster only${told}`,
    )
  }
  const pending = routes.filter(({ accepted }) => !accepted)
  const faults = pending.map(({ kind, name, message }) => `${kind} ${name}: ${message}`)
  if (faults.length > 0) return is('Unknown', 'RoutesPending', someOf(faults, '; '))
  const hosts = someOf(
    routes.flatMap((route) => route.hosts),
    ', ',
  )
  return is('True', 'RoutesAccepted', `every route is accepted${hosts === '' ? '' : `: ${hosts}`}`)
}

/** A participant may have hundreds. */
const TOLD = 5

/** Each once, in an order that does not depend on what came first. */
function someOf(texts: readonly string[], between: string): string {
  const all = [...new Set(texts)].toSorted()
  const more = all.length > TOLD ? [`${all.length - TOLD} more`] : []
  return [...all.slice(0, TOLD), ...more].join(between)
}
