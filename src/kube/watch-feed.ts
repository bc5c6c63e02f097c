/** Tells of the objects of one kind as they come and keeps none: for whoever remembers them in a way of his own. */
import { type KubeObject, keyOf, type Resource } from '../model/kubernetes.ts'
import type { Log } from '../model/log.ts'
import type { KubeApiError } from './errors.ts'
import type { Kube } from './kube.ts'
import { Milestone } from './milestone.ts'
import { Reflector, type StagedState } from './reflector.ts'
import type { WatchCacheStats } from './watch-cache.ts'
import { WATCH_DEFAULTS, type WatchTuning } from './watch-tuning.ts'

export interface WatchFeedOptions {
  readonly kube: Pick<Kube, 'page' | 'watch'>
  readonly resource: Resource
  readonly fieldSelector?: string
  /** For a watch that can be done without: see {@link ReflectorOptions.onRefused}. */
  readonly onRefused?: (error: KubeApiError) => void
  readonly log: Log
  /** Wall clock, ms since 1970. */
  readonly now: () => number
  readonly random: () => number
  /** Replaces some of {@link WATCH_DEFAULTS}. */
  readonly tuning?: Partial<WatchTuning>
}

/** Does nothing before `start`. */
export class WatchFeed implements AsyncDisposable {
  readonly #options: WatchFeedOptions
  readonly #reflector: Reflector
  readonly #listeners = new Set<{ readonly listener: (object: KubeObject) => void }>()
  readonly #stop = new AbortController()
  readonly #synced = new Milestone()
  readonly #settled = new Milestone()
  #running: Promise<void> | undefined
  #lastContactMs = 0
  #skipped = 0

  constructor(options: WatchFeedOptions) {
    this.#options = options
    this.#reflector = new Reflector({
      ...options,
      tuning: { ...WATCH_DEFAULTS, ...options.tuning },
      sink: {
        stage: () => this.#stage(),
        put: (object) => this.#tell(object),
        remove: () => undefined,
        reached: () => undefined,
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
   * Calls back with each object that is there, was added or was changed, and after a lost position with all of them
   * again: not with what is gone. A listener that throws is logged.
   */
  subscribe(listener: (object: KubeObject) => void): Disposable {
    const subscription = { listener }
    this.#listeners.add(subscription)
    return { [Symbol.dispose]: () => void this.#listeners.delete(subscription) }
  }

  /** True from the first complete state on, for ever. */
  get synced(): boolean {
    return this.#synced.reached
  }

  /** Resolves after the first complete state or the first failure. Rejects with an AbortError when stopped before. */
  async whenSettled(signal?: AbortSignal): Promise<void> {
    await this.#settled.when(this.#stop.signal, signal)
  }

  /** Wall clock, ms since 1970, of the last event, bookmark, completed list or resumed watch; 0 before the first. */
  get lastContactMs(): number {
    return this.#lastContactMs
  }

  /** For metrics; counted since the start. */
  get stats(): WatchCacheStats {
    return { ...this.#reflector.stats, skipped: this.#skipped }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listeners.clear()
    this.#stop.abort()
    await this.#running
  }

  /** Nothing has to be swapped in at once, so objects are told as they come. */
  #stage(): StagedState {
    return {
      put: (object) => this.#tell(object),
      remove: () => undefined,
      commit: async () => {
        this.#heard()
        this.#synced.reach()
        this.#settled.reach()
      },
    }
  }

  #tell(object: KubeObject): void {
    for (const { listener } of this.#listeners) {
      try {
        listener(object)
      } catch (error) {
        this.#skipped += 1
        this.#options.log.error(
          { err: error, kind: object.kind, key: keyOf(object) },
          'an object could not be read',
        )
      }
    }
  }

  #heard(): void {
    this.#lastContactMs = this.#options.now()
  }
}
