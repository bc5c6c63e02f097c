/**
 * Keeps one kind of object reflected into a sink: lists, watches, and starts again whenever that ends. Never gives up.
 *
 * The rules are those of client-go's Reflector (tools/cache/reflector.go), WatchList after KEP-3157.
 */
import timers from 'node:timers/promises'
import type { KubeObject, Resource } from '../model/kubernetes.ts'
import type { Log } from '../model/log.ts'
import { backoffMs } from './backoff.ts'
import { hasReason } from './errors.ts'
import type { KubeApiError } from './errors.ts'
import type { Kube, WatchEvent, WatchOptions } from './kube.ts'
import { TimeSlice } from './time-slice.ts'
import { endOfError, errorOfStatus, isInitialEventsEnd } from './watch-end.ts'
import type { WatchEnd } from './watch-end.ts'
import { WatchGuard } from './watch-guard.ts'
import type { WatchTuning } from './watch-tuning.ts'

/** A full state in the making. */
export interface StagedState {
  put(object: KubeObject): void
  remove(object: KubeObject): void
  /** Swaps it in, as of this resourceVersion; resolves when everyone has been told. */
  commit(resourceVersion: string): Promise<void>
}

/** Where the reflected objects go. None of this throws. */
export interface WatchSink {
  stage(): StagedState
  put(object: KubeObject): void
  remove(object: KubeObject): void
  /** A bookmark: nothing else has happened up to this resourceVersion. */
  reached(resourceVersion: string): void
  /** The server has told the latest of what is reflected: no error, not half a state. */
  heard(): void
  /** A list or a watch failed; it will be tried again. */
  failed(): void
}

export interface ReflectorOptions {
  readonly kube: Pick<Kube, 'page' | 'watch'>
  readonly resource: Resource
  readonly labelSelector?: string
  readonly fieldSelector?: string
  readonly sink: WatchSink
  /**
   * For a watch that can be done without: told each time that this account may not list or watch (403). That is then no
   * warning of the log: whoever is told knows what is missing without it.
   */
  readonly onRefused?: (error: KubeApiError) => void
  /**
   * For a kind that not every cluster serves: where it does not (404) there are no objects, which is no failure. It is
   * asked for again from time to time, in case its CustomResourceDefinition is installed.
   */
  readonly mayBeUnserved?: boolean
  readonly log: Log
  /** Wall clock, ms since 1970. */
  readonly now: () => number
  readonly random: () => number
  readonly tuning: WatchTuning
}

export interface ReflectorStats {
  /** Events taken, bookmarks included. */
  readonly events: number
  /** Times the position was lost and the whole state had to be fetched again. */
  readonly relists: number
  /** Times a list or watch failed, or was closed so soon that the next one had to wait. */
  readonly restarts: number
  /** Watches cut because they were silent, or older than they may get. */
  readonly stalls: number
  /** False once the server has turned out not to stream initial states. */
  readonly watchList: boolean
}

export class Reflector {
  readonly #options: ReflectorOptions
  readonly #slice: TimeSlice
  /** Where the next watch starts; undefined: with the whole state. */
  #resourceVersion: string | undefined
  #failures = 0
  #stats = { events: 0, relists: 0, restarts: 0, stalls: 0, watchList: true }

  constructor(options: ReflectorOptions) {
    this.#options = options
    this.#slice = new TimeSlice(options.tuning.sliceMs)
  }

  get stats(): ReflectorStats {
    return { ...this.#stats }
  }

  /** Resolves, and never rejects, after `stop` was aborted and the open watch has ended. */
  async run(stop: AbortSignal): Promise<void> {
    const { now, tuning } = this.#options
    while (!stop.aborted) {
      const startedAt = now()
      const end = await this.#pass(stop)
      if (stop.aborted) return
      if (now() - startedAt >= tuning.healthyMs) this.#failures = 0
      await this.#prepareNext(end, stop)
    }
  }

  async #pass(stop: AbortSignal): Promise<WatchEnd> {
    try {
      if (this.#resourceVersion === undefined && !this.#stats.watchList) await this.#list(stop)
    } catch (error) {
      return endOfError(error, false)
    }
    return this.#watch(stop)
  }

  /** All pages show the state at the resourceVersion of the first one, so the watch starts there. */
  async #list(stop: AbortSignal): Promise<void> {
    const { kube, resource, sink, tuning } = this.#options
    const staged = sink.stage()
    const options = { ...this.#selector, limit: tuning.pageSize, signal: stop }
    let page = await kube.page(resource, options)
    const { resourceVersion } = page
    await this.#stagePage(staged, page.items)
    while (page.continue !== undefined && page.continue !== '') {
      page = await kube.page(resource, { ...options, continue: page.continue })
      await this.#stagePage(staged, page.items)
    }
    await this.#commit(staged, resourceVersion)
  }

  async #stagePage(staged: StagedState, items: readonly KubeObject[]): Promise<void> {
    for (const item of items) {
      staged.put(item)
      if (this.#slice.over) await this.#slice.rest()
    }
  }

  async #watch(stop: AbortSignal): Promise<WatchEnd> {
    const { now, random, tuning } = this.#options
    const streaming = this.#resourceVersion === undefined
    const timeoutMs = tuning.timeoutMinMs + random() * (tuning.timeoutMaxMs - tuning.timeoutMinMs)
    using guard = new WatchGuard({
      stop,
      silenceMs: tuning.silenceMs,
      lifeMs: timeoutMs + tuning.timeoutGraceMs,
      ...(streaming && {
        initial: { eventsMs: tuning.initialEventsMs, silenceMs: tuning.initialSilenceMs },
      }),
    })
    const openedAt = now()
    try {
      await this.#follow(guard, Math.ceil(timeoutMs / 1_000))
      // Nobody but a middleman that wants no long streams closes one before its end bookmark.
      if (this.#resourceVersion === undefined) return { kind: 'cannot-stream' }
      if (guard.cut !== undefined) return { kind: 'stalled', cut: guard.cut }
      return { kind: now() - openedAt < tuning.shortWatchMs ? 'short' : 'closed' }
    } catch (error) {
      if (guard.cut === 'no-end-bookmark') return { kind: 'cannot-stream' }
      if (guard.cut !== undefined) return { kind: 'stalled', cut: guard.cut }
      return endOfError(error, this.#resourceVersion === undefined)
    }
  }

  async #follow(guard: WatchGuard, timeoutSeconds: number): Promise<void> {
    const { kube, resource, sink, tuning } = this.#options
    const resourceVersion = this.#resourceVersion
    let staged = resourceVersion === undefined ? sink.stage() : undefined
    const onAccepted = (): void => guard.tellAfter(tuning.calmMs, () => sink.heard())
    const options: WatchOptions = {
      ...this.#selector,
      ...(resourceVersion === undefined ? { sendInitialEvents: true } : { resourceVersion, onAccepted }),
      timeoutSeconds,
      signal: guard.signal,
    }
    for await (const event of kube.watch(resource, options)) {
      guard.heard()
      this.#stats.events += 1
      if (event.type === 'ERROR') throw errorOfStatus(event.object, resource)
      if (staged === undefined) this.#take(event)
      else if (isInitialEventsEnd(event)) {
        guard.complete()
        await this.#commit(staged, event.object.metadata.resourceVersion)
        staged = undefined
      } else stageEvent(staged, event)
      if (this.#slice.over) await this.#slice.rest()
    }
  }

  async #commit(staged: StagedState, resourceVersion: string): Promise<void> {
    await staged.commit(resourceVersion)
    this.#resourceVersion = resourceVersion
  }

  #take({ type, object }: WatchEvent): void {
    const { sink } = this.#options
    const { resourceVersion } = object.metadata
    sink.heard()
    if (type === 'ADDED' || type === 'MODIFIED') sink.put(object)
    if (type === 'DELETED') sink.remove(object)
    if (resourceVersion === undefined) return
    if (type === 'BOOKMARK') sink.reached(resourceVersion)
    this.#resourceVersion = resourceVersion
  }

  get #selector(): Pick<WatchOptions, 'labelSelector' | 'fieldSelector'> {
    const { labelSelector, fieldSelector } = this.#options
    return {
      ...(labelSelector !== undefined && { labelSelector }),
      ...(fieldSelector !== undefined && { fieldSelector }),
    }
  }

  /** Counts, logs and waits as the end of the last pass asks for. */
  async #prepareNext(end: WatchEnd, stop: AbortSignal): Promise<void> {
    const { log, resource } = this.#options
    switch (end.kind) {
      case 'closed':
        return
      case 'stalled':
        this.#stats.stalls += 1
        log.info({ resource: resource.plural, cut: end.cut }, 'a watch stalled; starting it again')
        return
      case 'cannot-stream':
        this.#stats.watchList = false
        log.info({ resource: resource.plural }, 'the server does not stream initial states; listing in pages')
        return
      case 'expired':
        this.#stats.relists += 1
        this.#resourceVersion = undefined
        this.#options.sink.failed()
        return this.#wait('the position of a watch is lost; listing again', {
          stop,
          error: end.error,
          // After hours of silence, or without bookmarks, that is what happens.
          usual: this.#failures === 0,
        })
      case 'short':
        this.#stats.restarts += 1
        return this.#wait('the server closed a watch at once; starting it again', { stop })
      case 'failed':
        if (this.#options.mayBeUnserved === true && hasReason(end.error, 'NotFound'))
          return this.#waitUntilServed(end.error, stop)
        this.#stats.restarts += 1
        this.#options.sink.failed()
        return this.#wait('a watch failed; starting it again', { stop, ...end })
    }
  }

  async #waitUntilServed(error: KubeApiError, stop: AbortSignal): Promise<void> {
    const { log, random, resource, sink, tuning } = this.#options
    await sink.stage().commit('0')
    this.#resourceVersion = undefined
    this.#failures = 0
    const waitMs = Math.ceil(tuning.unservedMs * (1 - random() / 2))
    log.debug(
      { resource: resource.plural, waitMs, err: error },
      'this kind is not served; asking again later',
    )
    await rest(waitMs, stop)
  }

  async #wait(text: string, pause: Pause): Promise<void> {
    const { random, tuning } = this.#options
    const { stop, retryAfterMs = 0 } = pause
    const backoff = { baseMs: tuning.backoffBaseMs, maxMs: tuning.backoffMaxMs, random, spread: 0.5 }
    const ownMs = backoffMs(this.#failures, backoff)
    const waitMs = Math.max(ownMs, Math.min(retryAfterMs, tuning.backoffMaxMs))
    this.#failures += 1
    this.#logWait(text, pause, waitMs)
    await rest(waitMs, stop)
  }

  #logWait(text: string, { error, usual = false }: Pause, waitMs: number): void {
    const { log, onRefused, resource } = this.#options
    const fields = { resource: resource.plural, failures: this.#failures, waitMs, err: error }
    if (onRefused !== undefined && hasReason(error, 'Forbidden')) {
      onRefused(error)
      log.debug(fields, text)
    } else if (usual) log.info(fields, text)
    else log.warn(fields, text)
  }
}

interface Pause {
  readonly stop: AbortSignal
  readonly error?: unknown
  /** Nothing that a person should look at. */
  readonly usual?: boolean
  /** What the server asked for. */
  readonly retryAfterMs?: number
}

async function rest(ms: number, stop: AbortSignal): Promise<void> {
  await timers.setTimeout(ms, undefined, { signal: stop }).catch(() => {
    // Stopped while waiting: the caller looks at the signal.
  })
}

function stageEvent(staged: StagedState, { type, object }: WatchEvent): void {
  if (type === 'ADDED' || type === 'MODIFIED') staged.put(object)
  if (type === 'DELETED') staged.remove(object)
}
