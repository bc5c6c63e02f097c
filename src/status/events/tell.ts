/** Tells what happened, newest first: our own steps, the components, and the cluster's events, each story once. */
import type { ObservedEvent } from '../../model/observed.ts'
import type { Participant } from '../../model/participant.ts'
import type { ComponentVerdict } from '../component.ts'
import type { AnswerEvent } from './answer-event.ts'
import { fingerprintOf, tellingOf } from './fingerprint.ts'
import { mergeEvents } from './merge.ts'
import { compare } from './order.ts'
import { componentEvent, stepEvents, workloadNameOf } from './own-story.ts'

export interface TellInput {
  readonly participant: Participant
  readonly components: readonly ComponentVerdict[]
  /** As `relevantEvents` chose them. */
  readonly relevant: readonly ObservedEvent[]
  readonly nowMs: number
}

export interface Story {
  /** At most ten. Newest minute first; within a minute warnings first, then the newest. */
  readonly events: readonly AnswerEvent[]
  /** How many there are, those left out included. */
  readonly total: number
}

const EVENTS_MAX = 10

/** Derived from what the cluster holds, so a restart tells the same story. */
export function tellEvents({ participant, components, relevant, nowMs }: TellInput): Story {
  const merged = mergeEvents(relevant, undatedAt(participant, nowMs))
  const all = [
    ...stepEvents(participant),
    ...components.flatMap((component) => notToldYet(component, relevant) ?? []),
    ...merged,
  ].toSorted(inOrder)
  return { events: all.slice(0, EVENTS_MAX), total: all.length }
}

/** The time of events that bear none, as in dumps written by hand: they happened since the participant exists. */
function undatedAt({ metadata }: Participant, nowMs: number): string {
  return metadata.creationTimestamp ?? `${new Date(nowMs).toISOString().slice(0, 19)}Z`
}

/** What is wrong with a component is not told a second time when an event of the cluster says the same. */
function notToldYet(
  component: ComponentVerdict,
  relevant: readonly ObservedEvent[],
): AnswerEvent | undefined {
  const told = componentEvent(component)
  if (told === undefined || told.type === 'Info') return told
  const name = workloadNameOf(component)
  const own = relevant.filter(
    (event) =>
      event.type === 'Warning' &&
      (tellingOf(event).component === name || event.about.kind === 'PersistentVolumeClaim'),
  )
  const byObject = Map.groupBy(own, ({ about }) => about.name)
  const again = [...byObject].some(([object, events]) => sayTheSame(component.message, object, events))
  return again ? undefined : told
}

/** One contains the other: the condition of a workload often is the text of an event with a word before it. */
function sayTheSame(message: string, object: string, events: readonly ObservedEvent[]): boolean {
  const said = fingerprintOf(message, object)
  const core = coreOf(said)
  return events.some((event) => {
    const { form } = tellingOf(event)
    if (form === '' || said === '') return false
    return form.includes(said) || said.includes(form) || (core !== '' && form.includes(core))
  })
}

/** Shorter than this a text, such as `not found`, does not tell what it is about. */
const CORE_MIN = 20

/** Without our words before and after what the cluster said; empty when too little is left. */
function coreOf(said: string): string {
  const core = said
    .slice(said.indexOf(': ') + 1)
    .replace(/ \(and \d+ more pods?\)$/u, '')
    .trim()
  return core.length < CORE_MIN ? '' : core
}

function inOrder(a: AnswerEvent, b: AnswerEvent): number {
  return (
    compare(minuteOf(b), minuteOf(a)) ||
    compare(b.type, a.type) ||
    compare(b.timestamp, a.timestamp) ||
    compare(a.object, b.object) ||
    compare(a.reason, b.reason) ||
    compare(a.message, b.message) ||
    b.count - a.count
  )
}

function minuteOf({ timestamp }: AnswerEvent): string {
  return timestamp.slice(0, '2026-01-01T00:00'.length)
}
