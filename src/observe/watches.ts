/** Opens single watches: those that every verdict needs, and those that only add to one and may be refused. */
import type { KubeApiError } from '../kube/errors.ts'
import { WatchCache, type WatchCacheOptions } from '../kube/watch-cache.ts'
import { WatchFeed, type WatchFeedOptions } from '../kube/watch-feed.ts'
import { type KubeObject, RESOURCES, type Resource } from '../model/kubernetes.ts'
import { SharedTexts } from './shared-texts.ts'

/** What health checks and metrics look at. */
export interface LiveWatch {
  /** True from the first complete state on. */
  readonly synced: boolean
  /** Of the last event or bookmark, ms since 1970; 0 before the first. */
  readonly lastContactMs: number
  readonly stats: WatchFeed['stats']
  /** Objects held; left out where none is. */
  readonly size?: number
}

/** What the life of the caches needs to know of each. */
export type Watch = LiveWatch & AsyncDisposable & Pick<WatchCache<unknown>, 'start' | 'whenSettled'>

export type RequiredWatch = Watch & Pick<WatchCache<unknown>, 'whenSynced'>

export type WatchesOptions = Omit<WatchFeedOptions, 'resource' | 'fieldSelector' | 'onRefused'>

type Selector = Pick<WatchCacheOptions<unknown>, 'labelSelector'>

type OptionalSelector = Selector & Pick<WatchCacheOptions<unknown>, 'mayBeUnserved'>

/** The API server keeps no watch cache of events, so it promises no bookmarks: their silence means nothing. */
const EVENT_SILENCE_MS = 900_000

export class Watches {
  readonly #options: WatchesOptions
  readonly #refused = new Set<string>()
  readonly #texts = new SharedTexts()

  constructor(options: WatchesOptions) {
    this.#options = options
  }

  /** Without it there is no verdict. */
  required<T>(
    resource: Resource,
    project: (object: KubeObject) => T | undefined,
    selector: Selector = {},
  ): WatchCache<T> {
    return new WatchCache<T>({ ...this.#options, ...selector, resource, project: this.#sharing(project) })
  }

  /** Without it verdicts know less. */
  optional<T>(
    resource: Resource,
    project: (object: KubeObject) => T | undefined,
    selector: OptionalSelector,
  ): WatchCache<T> {
    const onRefused = this.#onRefused(resource)
    return new WatchCache<T>({
      ...this.#options,
      ...selector,
      resource,
      project: this.#sharing(project),
      onRefused,
    })
  }

  /** Without them verdicts know less. */
  events(fieldSelector: string): WatchFeed {
    const resource = RESOURCES.Event
    const tuning = { ...this.#options.tuning, silenceMs: EVENT_SILENCE_MS }
    const onRefused = this.#onRefused(resource)
    return new WatchFeed({ ...this.#options, resource, fieldSelector, onRefused, tuning })
  }

  #sharing<T>(project: (object: KubeObject) => T | undefined): (object: KubeObject) => T | undefined {
    return (object) => this.#texts.within(project(object))
  }

  /** Says once for each kind, not at each attempt, which right is missing. */
  #onRefused({ plural, group }: Resource): (error: KubeApiError) => void {
    return (err) => {
      if (this.#refused.has(plural)) return
      this.#refused.add(plural)
      const missing = `list and watch ${[plural, group].filter((part) => part !== '').join('.')} in all namespaces`
      this.#options.log.warn(
        { missing, err },
        'a right is missing; verdicts do without it until it is granted',
      )
    }
  }
}
