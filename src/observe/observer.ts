/** The status engine: watches, judges what changed, and puts finished answers into the store. No API call on the way. */
import type { Change, WatchCache } from '../kube/watch-cache.ts'
import type { Log } from '../model/log.ts'
import type { ObservedPod, ObservedWorkload } from '../model/observed.ts'
import type { Participant } from '../model/participant.ts'
import { type Snapshot, judge } from '../status/participant.ts'
import type { StatusStore } from '../store/store.ts'
import { Alarm } from './alarm.ts'
import { type Derived, derive } from './answers.ts'
import { ByNamespace } from './by-namespace.ts'
import type { Caches } from './caches.ts'
import { DirtySet } from './dirty-set.ts'

export interface ObserverOptions {
  readonly caches: Caches
  readonly store: StatusStore
  readonly log: Log
  /** ms since 1970. */
  readonly now: () => number
  /** A short digest of bytes, for entity tags. */
  readonly digest: (bytes: Uint8Array) => string
  /** Told of every new verdict. */
  readonly onDerived: (participant: Participant, derived: Derived) => void
  readonly tuning?: { readonly tickMs?: number; readonly sliceMs?: number }
}

/** Changes within this time are judged together, ms. Short, because it is part of every answer's age. */
const TICK_MS = 5
const SLICE_MS = 10

export class Observer implements AsyncDisposable {
  readonly #options: ObserverOptions
  readonly #workloads = new ByNamespace<ObservedWorkload>()
  readonly #pods = new ByNamespace<ObservedPod>()
  readonly #known = new Map<string, Derived>()
  readonly #alarm: Alarm
  readonly #dirty: DirtySet
  readonly #subscriptions = new DisposableStack()
  #complete = false

  constructor(options: ObserverOptions) {
    const { tickMs = TICK_MS, sliceMs = SLICE_MS } = options.tuning ?? {}
    this.#options = options
    this.#alarm = new Alarm({ wake: (name) => this.#dirty.add(name), now: options.now })
    this.#dirty = new DirtySet({ work: (name) => this.#recompute(name), tickMs, sliceMs })
    const { participants, namespaces, deployments, statefulSets, pods } = options.caches
    this.#follow(participants, ({ key }) => key)
    this.#follow(namespaces, ({ key }) => key)
    this.#follow(deployments, (change) => this.#workloads.take(change))
    this.#follow(statefulSets, (change) => this.#workloads.take(change))
    this.#follow(pods, (change) => this.#pods.take(change))
  }

  /** Starts judging once the caches are synced; resolves when every participant has been judged once. */
  async start(signal?: AbortSignal): Promise<void> {
    await this.#options.caches.whenSynced(signal)
    this.#dirty.start()
    await this.#dirty.whenEmpty()
    this.#complete = true
  }

  /** True after {@link start} resolved: before that, silence about a participant means nothing. */
  get complete(): boolean {
    return this.#complete
  }

  /** Judges a participant now instead of at the next tick, so that the writer of a change reads it at once. */
  refresh(name: string): void {
    if (this.#complete) this.#recompute(name)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#subscriptions.dispose()
    this.#dirty[Symbol.dispose]()
    this.#alarm[Symbol.dispose]()
  }

  #follow<T>(cache: WatchCache<T>, nameOf: (change: Change<T>) => string): void {
    this.#subscriptions.use(cache.subscribe((change) => this.#dirty.add(nameOf(change))))
  }

  #recompute(name: string): void {
    const participant = this.#options.caches.participants.get(name)
    const held = this.#known.get(name)
    if (held !== undefined && held.record.uid !== participant?.metadata.uid) this.#forget(name, held)
    if (participant === undefined) return
    const before = this.#known.get(name)
    const derived = this.#derive(participant, before)
    this.#alarm.set(name, derived.verdict.recheckAtMs)
    this.#options.onDerived(participant, derived)
    this.#known.set(name, derived)
    if (this.#complete && before?.verdict.phase !== derived.verdict.phase) this.#announce(name, derived)
    if (derived.record !== before?.record) this.#settle(this.#options.store.put(derived.record))
  }

  #announce(participant: string, { verdict: { phase, reason, message: why } }: Derived): void {
    this.#options.log.info({ participant, status: phase, reason, why }, 'participant changed state')
  }

  #derive(participant: Participant, before: Derived | undefined): Derived {
    const { caches, digest, now } = this.#options
    const { name } = participant.metadata
    const snapshot: Snapshot = {
      participant,
      namespace: caches.namespaces.get(name),
      workloads: this.#workloads.of(name),
      pods: this.#pods.of(name),
      everReady: participant.status?.firstReadyTime !== undefined || before?.everReady === true,
      nowMs: now(),
    }
    return derive({ snapshot, verdict: judge(snapshot), before, digest })
  }

  #forget(name: string, held: Derived): void {
    this.#known.delete(name)
    this.#alarm.set(name, undefined)
    this.#settle(this.#options.store.remove(name, held.record.uid))
  }

  #settle(written: Promise<void>): void {
    written.catch((error: unknown) =>
      this.#options.log.error({ err: error }, 'the store did not take an answer'),
    )
  }
}
