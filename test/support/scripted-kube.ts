/** The list and watch part of `Kube`, in memory: a test scripts what each page and each watch brings. */
import { KubeApiError } from '../../src/kube/errors.ts'
import type { StatusCause } from '../../src/kube/errors.ts'
import type { Kube, Page, PageOptions, WatchEvent, WatchOptions } from '../../src/kube/kube.ts'
import type { KubeObject, ObjectMeta, Resource } from '../../src/model/kubernetes.ts'
import { eventually } from './eventually.ts'

/** One watch that somebody opened. */
export class ScriptedWatch {
  readonly resource: Resource
  readonly options: WatchOptions
  readonly #steps: (WatchEvent | 'close' | Error)[] = []
  #next = 0
  #wake = (): void => {}
  #open = false

  constructor(resource: Resource, options: WatchOptions) {
    this.resource = resource
    this.options = options
  }

  /** True from the first read until the reader has left. */
  get open(): boolean {
    return this.#open
  }

  send(...events: readonly WatchEvent[]): this {
    for (const event of events) this.#steps.push(event)
    this.#wake()
    return this
  }

  /** The server ends the stream. */
  close(): void {
    this.#steps.push('close')
    this.#wake()
  }

  /** The stream breaks, or is refused when nothing was sent before. */
  fail(error: Error): void {
    this.#steps.push(error)
    this.#wake()
  }

  /**
   * Read by the code under test. Throws the reason of the signal when that is aborted, as a real client does.
   * @yields what was sent, in order
   */
  async *events(): AsyncIterableIterator<WatchEvent> {
    const { signal } = this.options
    const wake = (): void => this.#wake()
    signal.addEventListener('abort', wake)
    this.#open = true
    try {
      for (;;) {
        signal.throwIfAborted()
        const step = this.#steps[this.#next]
        if (step === undefined) await new Promise<void>((resolve) => (this.#wake = resolve))
        else if (step === 'close') return
        else if (step instanceof Error) throw step
        else yield step
        if (step !== undefined) this.#next += 1
      }
    } finally {
      this.#open = false
      signal.removeEventListener('abort', wake)
    }
  }
}

/** Pages are empty, and watches open and silent, until scripted otherwise. */
export class ScriptedKube implements Pick<Kube, 'page' | 'watch'> {
  /** All watches ever asked for, in order. */
  readonly watches: ScriptedWatch[] = []
  /** All pages ever asked for, in order. */
  readonly pages: PageOptions[] = []
  /** Answers a page; `call` counts from 1. */
  answerPage: (options: PageOptions, call: number) => Page<KubeObject> | Promise<Page<KubeObject>> = () => ({
    items: [],
    resourceVersion: '1',
  })
  /** Called with each new watch before it is read; `call` counts from 1. */
  onWatch: (watch: ScriptedWatch, call: number) => void = () => {}

  async page<T extends KubeObject>(_resource: Resource, options: PageOptions = {}): Promise<Page<T>> {
    options.signal?.throwIfAborted()
    this.pages.push(options)
    const page = await this.answerPage(options, this.pages.length)
    options.signal?.throwIfAborted()
    // The caller says which kind it reads, the script which objects there are.
    return page as Page<T>
  }

  watch(resource: Resource, options: WatchOptions): AsyncIterable<WatchEvent> {
    const watch = new ScriptedWatch(resource, options)
    this.watches.push(watch)
    this.onWatch(watch, this.watches.length)
    return watch.events()
  }

  /** Watches that are being read now. */
  get open(): readonly ScriptedWatch[] {
    return this.watches.filter((watch) => watch.open)
  }

  /** The n-th watch, from 1, as soon as it is being read or has ended. */
  nthWatch(n: number): Promise<ScriptedWatch> {
    return eventually(() => this.watches[n - 1], { what: `watch ${n}` })
  }
}

export interface PodOptions extends Partial<ObjectMeta> {
  /** What the tests' projection keeps. */
  readonly phase?: string
}

export interface ScriptedPod extends KubeObject {
  readonly status: { readonly phase: string }
}

/** A pod `space/name` as a server sends it. The uid is made from the name unless given. */
export function aPod(
  name: string,
  resourceVersion: number,
  { phase = 'Running', ...meta }: PodOptions = {},
): ScriptedPod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace: 'space',
      name,
      uid: `uid-of-${name}`,
      resourceVersion: String(resourceVersion),
      ...meta,
    },
    status: { phase },
  }
}

export const added = (object: KubeObject): WatchEvent => ({ type: 'ADDED', object })
export const modified = (object: KubeObject): WatchEvent => ({ type: 'MODIFIED', object })
export const deleted = (object: KubeObject): WatchEvent => ({ type: 'DELETED', object })

export function bookmark(resourceVersion: number, meta: Partial<ObjectMeta> = {}): WatchEvent {
  const metadata = { name: '', resourceVersion: String(resourceVersion), ...meta }
  return { type: 'BOOKMARK', object: { apiVersion: 'v1', kind: 'Pod', metadata } }
}

/** The bookmark that closes the initial events. */
export function endBookmark(resourceVersion: number): WatchEvent {
  return bookmark(resourceVersion, { annotations: { 'k8s.io/initial-events-end': 'true' } })
}

/** An ERROR event: what a server sends once it has answered 200. */
export function inBandError(code: number, reason: string, causes: readonly object[] = []): WatchEvent {
  const status = {
    apiVersion: 'v1',
    kind: 'Status',
    metadata: { name: '' },
    code,
    reason,
    message: `scripted: ${reason}`,
    details: { causes },
  }
  return { type: 'ERROR', object: status }
}

export interface RefusalOptions {
  /** `PATCH /apis/…`. */
  readonly request?: string
  readonly causes?: readonly StatusCause[]
  readonly retryAfterMs?: number
}

/** The error a client throws when the server answers with this code and reason. */
export function refusal(code: number, reason: string, options: RefusalOptions = {}): KubeApiError {
  return new KubeApiError({
    code,
    reason,
    message: 'scripted',
    causes: [],
    request: 'GET /scripted',
    ...options,
  })
}

/** A server without WatchList: it refuses as one with the feature gate off does, and watches otherwise. */
export function kubeWithoutWatchList(): ScriptedKube {
  const kube = new ScriptedKube()
  kube.onWatch = (watch) => {
    if (watch.options.sendInitialEvents === true) watch.fail(refusal(422, 'Invalid'))
  }
  return kube
}
