/** Gathers from the caches all that a verdict on a participant looks at, and tells whose surroundings changed. */
import type { Change } from '../kube/watch-cache.ts'
import { type KubeObject, keyOf } from '../model/kubernetes.ts'
import type {
  ObservedClaim,
  ObservedEvent,
  ObservedPod,
  ObservedRoute,
  ObservedWorkload,
} from '../model/observed.ts'
import { projectEvent } from '../status/events/project-event.ts'
import type { Snapshot } from '../status/participant.ts'
import { ByNamespace } from './by-namespace.ts'
import type { Caches } from './caches.ts'
import { EventMemory } from './event-memory.ts'
import { LegacyView } from './legacy-view.ts'

/** What the cluster shows; what is remembered is added by whoever judges. */
export type Surroundings = Omit<Snapshot, 'before' | 'everReady' | 'nowMs'>

export interface ClusterViewOptions {
  readonly caches: Caches
  /** ms since 1970. */
  readonly now: () => number
  /** Told the name of each participant, or namespace, that has to be looked at again. */
  readonly changed: (name: string) => void
}

/** A cluster has many more events than ours: about a megabyte of them. */
const STRANGE_EVENTS = 2_000

type Subscribable<T> = { subscribe(listener: (change: Change<T>) => void): Disposable }

/** Asks nobody: everything is in memory already. */
export class ClusterView implements Disposable {
  readonly #caches: Caches
  readonly #workloads = new ByNamespace<ObservedWorkload>()
  readonly #pods = new ByNamespace<ObservedPod>()
  readonly #claims = new ByNamespace<ObservedClaim>()
  readonly #routes = new ByNamespace<ObservedRoute>()
  readonly #events: EventMemory
  /** Of namespaces that are no participant's, in case they turn out to be one's. */
  readonly #strange: EventMemory
  readonly #legacy: LegacyView | undefined
  readonly #changed: (name: string) => void
  readonly #subscriptions = new DisposableStack()

  constructor({ caches, now, changed }: ClusterViewOptions) {
    this.#caches = caches
    this.#changed = changed
    this.#events = new EventMemory({ now })
    this.#strange = new EventMemory({ now, capacity: STRANGE_EVENTS })
    this.#follow(caches.participants, ({ key }) => key)
    this.#follow(caches.namespaces, ({ key }) => key)
    this.#follow(caches.deployments, (change) => this.#workloads.take(change))
    this.#follow(caches.statefulSets, (change) => this.#workloads.take(change))
    this.#follow(caches.pods, (change) => this.#pods.take(change))
    this.#follow(caches.claims, (change) => this.#claims.take(change))
    for (const cache of caches.routes) this.#follow(cache, (change) => this.#routes.take(change))
    for (const feed of caches.events)
      this.#subscriptions.use(feed.subscribe((object) => this.#takeEvent(object)))
    if (caches.legacy !== undefined)
      this.#legacy = this.#subscriptions.use(new LegacyView(caches.legacy, changed))
  }

  /** True for a namespace that discovery takes for a participant. */
  isDiscovered(name: string): boolean {
    return (
      this.#caches.participants.get(name) === undefined && this.#legacy?.participantOf(name) !== undefined
    )
  }

  /** Undefined when there is no such participant. */
  of(name: string): Surroundings | undefined {
    const found = this.#managed(name) ?? this.#legacy?.of(name)
    return found && { ...found, events: this.#eventsOf(name) }
  }

  /** Drops what is only remembered: the participant is gone, and a namesake has nothing to do with it. */
  forget(name: string): void {
    this.#events.forget(name)
    this.#strange.forget(name)
  }

  [Symbol.dispose](): void {
    this.#subscriptions.dispose()
  }

  #follow<T>(cache: Subscribable<T>, nameOf: (change: Change<T>) => string): void {
    this.#subscriptions.use(cache.subscribe((change) => this.#changed(nameOf(change))))
  }

  #managed(name: string): Omit<Surroundings, 'events'> | undefined {
    const participant = this.#caches.participants.get(name)
    return (
      participant && {
        participant,
        namespace: this.#caches.namespaces.get(name),
        workloads: this.#workloads.of(name),
        pods: this.#pods.of(name),
        claims: this.#claims.of(name),
        routes: this.#routes.of(name),
      }
    )
  }

  #takeEvent(object: KubeObject): void {
    const { namespace = '' } = object.metadata
    const isOurs = this.#caches.participants.get(namespace) !== undefined || this.isDiscovered(namespace)
    const memory = isOurs ? this.#events : this.#strange
    memory.take({ type: 'added', key: keyOf(object), object: projectEvent(object) })
    if (isOurs) this.#changed(namespace)
  }

  /** With what happened before the namespace was known to be a participant's. */
  #eventsOf(name: string): readonly ObservedEvent[] {
    for (const object of this.#strange.of(name))
      this.#events.take({ type: 'added', key: object.name, object })
    this.#strange.forget(name)
    return this.#events.of(name)
  }
}
