/** A live, projected copy of all objects of one kind, kept by list and watch. What everything reads the cluster from. */
import type { KubeObject, Resource } from '../model/kubernetes.ts'
import type { Log } from '../model/log.ts'
import { ChangeFeed } from './change-feed.ts'
import type { Change } from './change-feed.ts'
import type { KubeApiError } from './errors.ts'
import type { Kube } from './kube.ts'
import { Milestone } from './milestone.ts'
import { Reflector } from './reflector.ts'
import type { ReflectorStats, StagedState } from './reflector.ts'
import { TimeSlice } from './time-slice.ts'
import { WatchStore } from './watch-store.ts'
import type { Replacement } from './watch-store.ts'
import { WATCH_DEFAULTS } from './watch-tuning.ts'
import type { WatchTuning } from './watch-tuning.ts'

export type { Change } from './change-feed.ts'

export interface WatchCacheOptions<T> {
  readonly kube: Pick<Kube, 'page' | 'watch'>
  readonly resource: Resource
  readonly labelSelector?: string
  readonly fieldSelector?: string
  /**
   * Called once per ingested object; the raw object is dropped afterwards. Undefined keeps the object out, as if it were
   * not there. When it throws, that is logged and the object keeps its last projection, or stays out.
   */
  readonly project: (object: KubeObject) => T | undefined
  /** For a watch that can be done without: see {@link ReflectorOptions.onRefused}. */
  readonly onRefused?: (error: KubeApiError) => void
  /** For a kind that not every cluster serves: see {@link ReflectorOptions.mayBeUnserved}. */
  readonly mayBeUnserved?: boolean
  readonly log: Log
  /** Wall clock, ms since 1970. */
  readonly now: () => number
  readonly random: () => number
  /** Replaces some of {@link WATCH_DEFAULTS}. */
  readonly tuning?: Partial<WatchTuning>
}

export interface WatchCacheStats extends ReflectorStats {
  /** Objects, at each ingestion, whose projection threw. */
  readonly skipped: number
}

/** Does nothing before `start`; serves what it holds for as long as it lives, connected or not. */
export class WatchCache<T> implements AsyncDisposable {
  readonly #now: () => number
  readonly #store: WatchStore<T>
  readonly #feed: ChangeFeed<T>
  readonly #slice: TimeSlice
  readonly #reflector: Reflector
  readonly #stop = new AbortController()
  readonly #synced = new Milestone()
  readonly #settled = new Milestone()
  #running: Promise<void> | undefined
  #lastContactMs = 0

  constructor({ project, tuning, ...options }: WatchCacheOptions<T>) {
    const patience = { ...WATCH_DEFAULTS, ...tuning }
    this.#now = options.now
    this.#feed = new ChangeFeed(options.log)
    this.#store = new WatchStore({ project, log: options.log })
    this.#slice = new TimeSlice(patience.sliceMs)
    this.#reflector = new Reflector({
      ...options,
      tuning: patience,
      sink: {
        stage: () => this.#stage(),
        put: (object) => this.#tell(this.#store.put(object)),
        remove: (object) => this.#tell(this.#store.remove(object)),
        reached: (resourceVersion) => this.#store.reached(resourceVersion),
        heard: () => this.#heard(),
        failed: () => this.#settled.reach(),
      },
    })
  }

  /** Starts the watch, once: later calls, and calls after the disposal, do nothing. */
  start(): void {
    this.#running ??= this.#reflector.run(this.#stop.signal)
  }

  /**
   * Calls back with every change from now on: synchronously, in order, after the cache shows it. A listener that throws
   * is logged. Whoever subscribes before `start` is told the whole state as additions.
   */
  subscribe(listener: (change: Change<T>) => void): Disposable {
    return this.#feed.subscribe(listener)
  }

  /** True from the first complete state on (and all listeners know it), for ever. */
  get synced(): boolean {
    return this.#synced.reached
  }

  /** Rejects with an AbortError when the signal is aborted, or the cache disposed, before that. */
  async whenSynced(signal?: AbortSignal): Promise<void> {
    await this.#synced.when(this.#stop.signal, signal)
  }

  /** The same, but content with a first failure: for whoever can do without, as long as it stays away. */
  async whenSettled(signal?: AbortSignal): Promise<void> {
    await this.#settled.when(this.#stop.signal, signal)
  }

  /** By the key that `keyOf` makes. */
  get(key: string): T | undefined {
    return this.#store.get(key)
  }

  entries(): IterableIterator<[string, T]> {
    return this.#store.entries()
  }

  get size(): number {
    return this.#store.size
  }

  /** Wall clock, ms since 1970, of the last event, bookmark, completed list or resumed watch; 0 before the first. */
  get lastContactMs(): number {
    return this.#lastContactMs
  }

  /** For metrics; counted since the start. */
  get stats(): WatchCacheStats {
    return { ...this.#reflector.stats, skipped: this.#store.skipped }
  }

  /**
   * Takes the result of our own write at once, so that whoever wrote also reads it.
   *
   * Ignored unless its resourceVersion is newer than all the watch has delivered and than what is held. It must be an
   * object this watch will deliver too, labels included.
   */
  note(object: KubeObject): void {
    // What is still to be told of a new list must not show this write already.
    this.#feed.collect()
    this.#tell(this.#store.note(object))
  }

  /** Ends the open watch and forgets the listeners; what is held can still be read. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#feed.close()
    this.#stop.abort()
    await this.#running
  }

  #stage(): StagedState {
    const replacement: Replacement<T> = new Map()
    return {
      put: (object) => this.#store.stage(replacement, object),
      remove: (object) => this.#store.unstage(replacement, object),
      commit: (resourceVersion) => this.#commit(replacement, resourceVersion),
    }
  }

  async #commit(replacement: Replacement<T>, resourceVersion: string): Promise<void> {
    this.#feed.follow(this.#store.replace(replacement, resourceVersion))
    this.#heard()
    await this.#feed.drain(this.#slice)
    this.#synced.reach()
    this.#settled.reach()
  }

  #tell(changes: readonly Change<T>[]): void {
    this.#feed.push(changes)
    this.#feed.flush()
  }

  #heard(): void {
    this.#lastContactMs = this.#now()
  }
}
