/** Keeps the few newest events of each participant beyond their hour in the cluster, in bounded memory. */
import type { ObservedEvent } from '../model/observed.ts'
import { baseNameOf } from '../status/events/fingerprint.ts'
import { newestFirst } from '../status/events/order.ts'

export interface EventMemoryOptions {
  /** ms since 1970. */
  readonly now: () => number
  /** In all namespaces together; beyond it, the oldest of the namespace in which nothing happened for longest goes. */
  readonly capacity?: number
}

type EventChange =
  | { readonly type: 'added' | 'updated'; readonly key: string; readonly object: ObservedEvent }
  | { readonly type: 'deleted'; readonly key: string; readonly previous: ObservedEvent }

/** About one object, or the pods of one component. */
const PER_SUBJECT = 20
const PER_NAMESPACE = 60
const CAPACITY = 50_000
const KEPT_MS = 24 * 3_600_000

export class EventMemory {
  readonly #options: EventMemoryOptions
  /** Namespaces in which something happened lately come last; each with its events by uid. */
  readonly #namespaces = new Map<string, Map<string, ObservedEvent>>()
  #size = 0

  constructor(options: EventMemoryOptions) {
    this.#options = options
  }

  /**
   * Takes a change over; answers the namespace that it concerns. A deletion changes nothing: after an hour the cluster
   * forgets every event, and what it told may still explain a failure.
   */
  take(change: EventChange): string {
    if (change.type === 'deleted') return change.previous.namespace
    const { object, key } = change
    const { namespace } = object
    if (!this.#isOld(object)) this.#put(key, object)
    return namespace
  }

  /** Newest first; none older than a day. */
  of(namespace: string): readonly ObservedEvent[] {
    const events = this.#namespaces.get(namespace)
    if (events === undefined) return []
    this.#dropOld(namespace, events)
    return [...events.values()].toSorted(newestFirst)
  }

  /** When the namespace is gone: one of the same name is another. */
  forget(namespace: string): void {
    this.#size -= this.#namespaces.get(namespace)?.size ?? 0
    this.#namespaces.delete(namespace)
  }

  /** How many events are held. */
  get size(): number {
    return this.#size
  }

  #put(key: string, event: ObservedEvent): void {
    const { namespace, uid } = event
    const events = this.#namespaces.get(namespace) ?? new Map<string, ObservedEvent>()
    this.#namespaces.delete(namespace)
    this.#namespaces.set(namespace, events)
    const before = events.size
    events.set(uid === '' ? key : uid, event)
    this.#size += events.size - before
    if (events.size === before) return
    this.#makeRoom(events, event)
    if (this.#size > (this.#options.capacity ?? CAPACITY)) this.#dropQuietest()
  }

  /** One more than before: at most one has to go. */
  #makeRoom(events: Map<string, ObservedEvent>, added: ObservedEvent): void {
    const subject = subjectOf(added)
    const about = [...events].filter(([, event]) => subjectOf(event) === subject)
    if (about.length > PER_SUBJECT) this.#dropOldest(events, about)
    else if (events.size > PER_NAMESPACE) this.#dropOldest(events, largestGroupOf(events))
  }

  #dropOldest(events: Map<string, ObservedEvent>, among: readonly Entry[]): void {
    const oldest = among.toSorted(([, a], [, b]) => newestFirst(a, b)).at(-1)
    if (oldest !== undefined && events.delete(oldest[0])) this.#size -= 1
  }

  #dropQuietest(): void {
    const [quietest] = this.#namespaces
    if (quietest === undefined) return
    const [namespace, events] = quietest
    this.#dropOldest(events, [...events])
    if (events.size === 0) this.#namespaces.delete(namespace)
  }

  #dropOld(namespace: string, events: Map<string, ObservedEvent>): void {
    for (const [id, event] of events)
      if (this.#isOld(event)) {
        events.delete(id)
        this.#size -= 1
      }
    if (events.size === 0) this.#namespaces.delete(namespace)
  }

  #isOld({ lastSeen }: ObservedEvent): boolean {
    return this.#options.now() - Date.parse(lastSeen) > KEPT_MS
  }
}

type Entry = readonly [id: string, event: ObservedEvent]

/** So that one component that never rests does not take the place of the others. */
function largestGroupOf(events: ReadonlyMap<string, ObservedEvent>): readonly Entry[] {
  const groups = Map.groupBy(events, ([, event]) => subjectOf(event))
  let largest: readonly Entry[] = []
  for (const group of groups.values()) if (group.length > largest.length) largest = group
  return largest
}

/** Pods of one component come and go under names of their own, but tell one story. */
function subjectOf({ about }: ObservedEvent): string {
  return `${about.kind}/${about.kind === 'Pod' ? baseNameOf(about.name) : about.name}`
}
