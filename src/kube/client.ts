/** The Kubernetes API as the product uses it: keeps the promises of `kube.ts` over the transport. */
import { setTimeout as timerDelay } from 'node:timers/promises'
import { UnavailableError } from '../model/errors.ts'
import {
  apiVersionOf,
  type KubeObject,
  type ObjectKey,
  pathOf,
  type Resource,
  resourceOf,
} from '../model/kubernetes.ts'
import type { Log } from '../model/log.ts'
import type { Credentials } from './credentials.ts'
import type {
  ApplyOptions,
  CallOptions,
  DeleteOptions,
  Kube,
  ListOptions,
  Page,
  PageOptions,
  PatchOptions,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from './kube.ts'
import { type CallReport, openTransport, type Transport } from './transport.ts'
import { DEFAULT_TUNING, type Tuning } from './tuning.ts'
import { readWatchEvents } from './watch-stream.ts'

export interface KubeOptions {
  readonly credentials: Credentials
  /** `dataspace-provisioner/<version>`. */
  readonly userAgent: string
  /** From 0 to 1, 1 excluded; spreads retries. */
  readonly random: () => number
  readonly log: Log
  readonly tuning?: Partial<Tuning>
  /** Resolves after so many ms, or rejects when the signal is aborted. Default: a timer. */
  readonly delay?: (ms: number, signal: AbortSignal) => Promise<void>
  /** Called for every request that was made, retries included. */
  readonly onCall?: (report: CallReport) => void
  /** Called for every 429, those that are retried too: for how many ms the API server wants to be left alone. */
  readonly onBusy?: (forMs: number) => void
}

/** Nothing is sent before the first call. Disposing ends all calls and watches with an `UnavailableError`. */
export function openKube(options: KubeOptions): Kube & AsyncDisposable {
  const tuning = { ...DEFAULT_TUNING, ...options.tuning }
  const delay = options.delay ?? timer
  return new KubeClient(openTransport({ ...options, tuning, delay }), tuning)
}

async function timer(ms: number, signal: AbortSignal): Promise<void> {
  await timerDelay(ms, undefined, { signal })
}

const PATCH_TYPES = { json: 'application/json-patch+json', merge: 'application/merge-patch+json' } as const

/** Answers are trusted to be what the API server's schemas say; only their outer shape is checked. */
class KubeClient implements Kube, AsyncDisposable {
  readonly #transport: Transport
  readonly #tuning: Tuning

  constructor(transport: Transport, tuning: Tuning) {
    this.#transport = transport
    this.#tuning = tuning
  }

  async get<T extends KubeObject>(
    resource: Resource,
    key: ObjectKey,
    options: CallOptions = {},
  ): Promise<T | undefined> {
    const path = objectPath(resource, key)
    const found = await this.#transport.call({
      method: 'GET',
      path,
      idempotent: true,
      absentOk: true,
      signal: options.signal,
    })
    return found as T | undefined
  }

  async list<T extends KubeObject>(resource: Resource, options: ListOptions = {}): Promise<Page<T>> {
    const first = await this.page<T>(resource, options)
    const pages = [first.items]
    for (let next = first.continue; next !== undefined;) {
      const page = await this.page<T>(resource, { ...options, continue: next })
      pages.push(page.items)
      next = page.continue
    }
    return { items: pages.flat(), resourceVersion: first.resourceVersion }
  }

  async page<T extends KubeObject>(resource: Resource, options: PageOptions = {}): Promise<Page<T>> {
    const path = pathOf(resource, namespaceOf(options))
    const query = {
      labelSelector: options.labelSelector,
      fieldSelector: options.fieldSelector,
      limit: String(options.limit ?? this.#tuning.pageLimit),
      continue: options.continue,
    }
    const answer = await this.#transport.call({
      method: 'GET',
      path,
      query,
      idempotent: true,
      signal: options.signal,
    })
    return pageOf<T>(answer, resource, path)
  }

  async create<T extends KubeObject>(
    object: T,
    options: WriteOptions & { readonly manager?: string } = {},
  ): Promise<T> {
    const resource = knownResource(object)
    const { namespace } = checkedKey(resource, object.metadata)
    const created = await this.#transport.call({
      method: 'POST',
      path: pathOf(resource, namespaceOf({ namespace })),
      query: { fieldManager: options.manager, fieldValidation: 'Strict' },
      body: object,
      idempotent: false,
      signal: options.signal,
      permit: options.permit,
    })
    return created as T
  }

  async apply<T extends KubeObject>(object: T, options: ApplyOptions): Promise<T> {
    if ('managedFields' in object.metadata) {
      throw new Error(
        `bug: managedFields in an apply of ${object.kind} ${object.metadata.name}; they cannot be applied`,
      )
    }
    const applied = await this.#transport.call({
      method: 'PATCH',
      path: objectPath(knownResource(object), object.metadata, options.subresource),
      query: {
        fieldManager: options.manager,
        force: String(options.force ?? false),
        fieldValidation: 'Strict',
        dryRun: options.dryRun === true ? 'All' : undefined,
      },
      contentType: 'application/apply-patch+yaml',
      body: object,
      idempotent: true,
      signal: options.signal,
      permit: options.permit,
    })
    return applied as T
  }

  async patch<T extends KubeObject>(resource: Resource, key: ObjectKey, options: PatchOptions): Promise<T> {
    const patched = await this.#transport.call({
      method: 'PATCH',
      path: objectPath(resource, key, options.subresource),
      query: { fieldManager: options.manager },
      contentType: PATCH_TYPES[options.type],
      body: options.body as object,
      idempotent: false,
      signal: options.signal,
      permit: options.permit,
    })
    return patched as T
  }

  async delete(
    resource: Resource,
    key: ObjectKey,
    options: DeleteOptions = {},
  ): Promise<KubeObject | undefined> {
    const { uid, resourceVersion, propagationPolicy, signal, permit } = options
    const guarded = uid !== undefined || resourceVersion !== undefined
    const answer = await this.#transport.call({
      method: 'DELETE',
      path: objectPath(resource, key),
      body: {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy,
        ...(guarded ? { preconditions: { uid, resourceVersion } } : {}),
      },
      idempotent: true,
      absentOk: true,
      signal,
      permit,
    })
    const left = answer as KubeObject | undefined
    return left?.kind === resource.kind ? left : undefined
  }

  watch(resource: Resource, options: WatchOptions): AsyncIterable<WatchEvent> {
    const { signal, timeoutSeconds, onAccepted, sendInitialEvents = false } = options
    const path = pathOf(resource)
    const query = {
      watch: '1',
      allowWatchBookmarks: 'true',
      timeoutSeconds: String(timeoutSeconds),
      labelSelector: options.labelSelector,
      fieldSelector: options.fieldSelector,
      resourceVersion: options.resourceVersion,
      ...(sendInitialEvents ? { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' } : {}),
    }
    const timeoutMs = timeoutSeconds * 1000 + this.#tuning.watchGraceMs
    const chunks = this.#transport.stream({ path, query, timeoutMs, onAccepted, signal })
    return readWatchEvents(chunks, { request: `GET ${path}`, maxLineBytes: this.#tuning.maxEventBytes })
  }

  async version(options: CallOptions = {}): Promise<{ readonly gitVersion: string }> {
    const answer = await this.#transport.call({
      method: 'GET',
      path: '/version',
      idempotent: true,
      signal: options.signal,
    })
    return answer as { readonly gitVersion: string }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transport[Symbol.asyncDispose]()
  }
}

function knownResource(object: KubeObject): Resource {
  const resource = resourceOf(object)
  if (resource !== undefined) return resource
  throw new Error(`bug: ${object.apiVersion} ${object.kind} is not in the table of resources; add it there`)
}

function objectPath(resource: Resource, key: ObjectKey, subresource?: 'status'): string {
  const path = pathOf(resource, checkedKey(resource, key))
  return subresource === undefined ? path : `${path}/${subresource}`
}

/** A missing part would ask for another object, perhaps for all of them, and a 404 would look like an answer. */
function checkedKey(resource: Resource, { namespace, name }: ObjectKey): ObjectKey {
  if (resource.namespaced && !isSegment(namespace))
    throw new Error(`bug: ${resource.kind} "${name}" has no namespace`)
  if (!isSegment(name)) throw new Error(`bug: "${name}" cannot be the name of a ${resource.kind}`)
  return { name, ...namespaceOf({ namespace }) }
}

function isSegment(text: string | undefined): boolean {
  return text !== undefined && text !== '' && text !== '.' && text !== '..'
}

function namespaceOf({ namespace }: { readonly namespace?: string | undefined }): {
  readonly namespace?: string
} {
  return namespace === undefined ? {} : { namespace }
}

/** The API server leaves kind and apiVersion out of the items of a list; here they are put back. */
function pageOf<T extends KubeObject>(answer: unknown, resource: Resource, path: string): Page<T> {
  const { items, metadata } = answer as {
    readonly items?: readonly T[] | null
    readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string }
  }
  if (metadata?.resourceVersion === undefined) {
    throw new UnavailableError(
      `GET ${path}: the answer is not a list; check that the address is the API server's`,
    )
  }
  const type = { apiVersion: apiVersionOf(resource), kind: resource.kind }
  return {
    items: (items ?? []).map((item) => ({ ...type, ...item })),
    resourceVersion: metadata.resourceVersion,
    ...(metadata.continue ? { continue: metadata.continue } : {}),
  }
}
