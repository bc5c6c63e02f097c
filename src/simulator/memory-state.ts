/** The built-in cluster's etcd and generic registry: objects, versions, generations, finalizers, and what changed. */
import { keyOf, type KubeObject, type ObjectKey, type Resource, RESOURCES } from '../model/kubernetes.ts'
import { History, type Revision, rewound } from './history.ts'
import { frozen, omit, same, valueAt, withValue } from './json.ts'
import {
  asGone,
  asNewNamespace,
  GRACE,
  graceOf,
  hasGeneration,
  isHeld,
  isNewGeneration,
  remainingGrace,
} from './lifecycle.ts'
import { withLimitDefaults } from './limit-range.ts'
import { faultsOfMetadata, faultsOfNewFinalizers } from './metadata-rules.ts'
import { type ConflictWords, OF_DELETION, OF_UPDATE } from './preconditions.ts'
import { refusalOf } from './refusal.ts'
import type { DeleteRequest, State, StateChange, StoredObject } from './state.ts'
import { alreadyExists, forbidden, internal, invalid, notFound, qualified } from './status-fault.ts'

export interface StateOptions {
  /** Wall clock, ms since 1970. */
  readonly now: () => number
  readonly newUid: () => string
  /** Changes kept for watches and continued lists. Default 10,000. */
  readonly historyLength?: number
}

/** `State` with what an API server needs besides: the past, and writes that only pretend. */
export class MemoryState implements State {
  readonly #options: StateOptions
  readonly #collections = new Map<string, Map<string, StoredObject>>()
  /** In etcd's order: the text of `namespace/name`. */
  readonly #sortedKeys = new Map<string, readonly string[]>()
  readonly #listeners = new Set<(change: StateChange) => void>()
  readonly #history: History
  #version = 0
  #pretending = false

  constructor(options: StateOptions) {
    this.#options = options
    this.#history = new History(options.historyLength ?? 10_000)
    for (const name of ['default', 'kube-node-lease', 'kube-public', 'kube-system'])
      this.create(RESOURCES.Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  }

  /** resourceVersion of the last change of anything. */
  get version(): number {
    return this.#version
  }

  get(resource: Resource, key: ObjectKey): StoredObject | undefined {
    return this.#collection(resource).get(keyOf({ metadata: key }))
  }

  list(resource: Resource, namespace?: string): readonly StoredObject[] {
    const collection = this.#collection(resource)
    const id = qualified(resource)
    let keys = this.#sortedKeys.get(id)
    if (keys === undefined) this.#sortedKeys.set(id, (keys = [...collection.keys()].toSorted()))
    const inside = namespace === undefined ? keys : keys.filter((key) => key.startsWith(`${namespace}/`))
    return inside.flatMap((key) => collection.get(key) ?? [])
  }

  /** The collection as it was at this version; undefined when that is forgotten. */
  listAt(resource: Resource, version: number): readonly StoredObject[] | undefined {
    const changes = this.#history.since(version)
    return changes && rewound(resource, this.list(resource), changes)
  }

  /** All changes after this version; undefined when some are forgotten. */
  changesSince(version: number): readonly Revision[] | undefined {
    return this.#history.since(version)
  }

  /** As after a compaction: whoever comes back with an older version is told that it expired. */
  forgetHistory(): void {
    this.#history.forget(this.#version)
  }

  /** Runs a write and returns its result; nothing is stored, nobody is told. */
  pretend<T>(write: () => T): T {
    this.#pretending = true
    try {
      return write()
    } finally {
      this.#pretending = false
    }
  }

  /** `generateName` with something behind it that nobody else has. */
  newName(prefix: string): string {
    return prefix + this.#options.newUid().slice(-5)
  }

  create(resource: Resource, object: KubeObject): StoredObject {
    const { metadata, ...rest } = object as StoredObject
    if (metadata.resourceVersion !== undefined)
      throw internal('resourceVersion should not be set on objects to be created')
    const { name } = metadata
    const named: StoredObject = {
      ...rest,
      metadata: {
        ...omit({ ...metadata }, 'deletionTimestamp', 'deletionGracePeriodSeconds', 'namespace'),
        ...(resource.namespaced ? { namespace: metadata.namespace ?? 'default' } : {}),
        name,
        uid: this.#options.newUid(),
        ...(hasGeneration(resource) ? { generation: 1 } : {}),
        creationTimestamp: this.#timestamp(),
      },
    }
    refuse(resource, name, faultsOfMetadata(resource, named))
    const created = resource.kind === RESOURCES.Pod.kind ? withLimitDefaults(this, named) : named
    if (this.get(resource, created.metadata) !== undefined) throw alreadyExists(resource, name)
    this.#requireNamespace(resource, created)
    const refusal = refusalOf(this, resource, created)
    if (refusal !== undefined) throw refusal
    return this.#commit(
      resource,
      undefined,
      resource.kind === 'Namespace' ? asNewNamespace(created) : created,
    )
  }

  update(resource: Resource, object: KubeObject): StoredObject {
    const before = this.#expected(resource, object.metadata, OF_UPDATE)
    const { status: _, ...rest } = object as StoredObject
    const kept = before.status === undefined ? {} : { status: before.status }
    return this.#replace(resource, before, { ...rest, metadata: object.metadata, ...kept })
  }

  updateStatus(resource: Resource, key: ObjectKey, status: object): StoredObject {
    const before = this.get(resource, key)
    if (before === undefined) throw notFound(resource, key.name)
    return this.#replace(resource, before, { ...before, status: { ...status } })
  }

  /** Replaces `status` and who owns what in it; like `update`, minds the resourceVersion. */
  replaceStatus(resource: Resource, object: StoredObject): StoredObject {
    const before = this.#expected(resource, object.metadata, OF_UPDATE)
    const { managedFields } = object.metadata as { readonly managedFields?: unknown }
    const after = withValue({ ...before }, ['status'], object.status)
    return this.#replace(
      resource,
      before,
      withValue(after, ['metadata', 'managedFields'], managedFields) as StoredObject,
    )
  }

  delete(resource: Resource, key: ObjectKey, options: DeleteRequest = {}): StoredObject {
    const before = this.#expected(resource, { ...key, ...options }, OF_DELETION)
    if (resource.kind === 'Namespace' && IMMORTAL.includes(key.name))
      throw forbidden(resource, key.name, { why: 'this namespace may not be deleted' })
    const grace = resource.kind === 'Pod' ? graceOf(before, options.gracePeriodSeconds) : 0
    if (grace === 0 && !isHeld(resource, before)) return this.#commit(resource, before, 'gone')
    const { deletionTimestamp } = before.metadata
    if (deletionTimestamp !== undefined && grace >= remainingGrace(before)) return before
    return this.#commit(resource, before, this.#terminating(resource, before, grace))
  }

  subscribe(listener: (change: StateChange) => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  #terminating(resource: Resource, before: StoredObject, graceSeconds: number): StoredObject {
    const { generation, deletionTimestamp } = before.metadata
    const isNamespace = resource.kind === 'Namespace'
    const metadata = {
      ...before.metadata,
      ...(generation === undefined || deletionTimestamp !== undefined ? {} : { generation: generation + 1 }),
      deletionTimestamp: this.#timestamp(graceSeconds),
      ...(isNamespace ? {} : { deletionGracePeriodSeconds: graceSeconds }),
    }
    const status = isNamespace ? { ...before.status, phase: 'Terminating' } : before.status
    return { ...before, metadata, ...(status === undefined ? {} : { status }) }
  }

  #replace(resource: Resource, before: StoredObject, wanted: StoredObject): StoredObject {
    const { uid, creationTimestamp, generation, deletionTimestamp, resourceVersion } = before.metadata
    const deletionGracePeriodSeconds = valueAt(before, GRACE)
    const fixed = { uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, resourceVersion }
    const bumped = generation !== undefined && isNewGeneration(resource, before, wanted)
    const after: StoredObject = {
      ...wanted,
      metadata: {
        ...wanted.metadata,
        ...(Object.fromEntries(Object.entries(fixed).filter(([, value]) => value !== undefined)) as object),
        ...(generation === undefined ? {} : { generation: bumped ? generation + 1 : generation }),
      },
    }
    const { name } = before.metadata
    refuse(resource, name, [
      ...faultsOfMetadata(resource, after),
      ...faultsOfNewFinalizers(before.metadata, after.metadata),
    ])
    const freed = !isHeld(resource, after) && isHeld(resource, before) && remainingGrace(before) === 0
    if (deletionTimestamp !== undefined && freed) {
      this.#commit(resource, before, 'gone')
      return frozen(after)
    }
    return same(before, after) ? before : this.#commit(resource, before, after)
  }

  /** The type of the change follows from what was there and what is. */
  #commit(
    resource: Resource,
    previous: StoredObject | undefined,
    after: StoredObject | 'gone',
  ): StoredObject {
    const object = after === 'gone' && previous !== undefined ? asGone(previous) : (after as StoredObject)
    const type: StateChange['type'] =
      previous === undefined ? 'ADDED' : after === 'gone' ? 'DELETED' : 'MODIFIED'
    if (this.#pretending) return frozen(object)
    const version = ++this.#version
    const metadata = { ...object.metadata, resourceVersion: String(version) }
    const stored = frozen<StoredObject>({ ...object, metadata })
    const collection = this.#collection(resource)
    if (type === 'DELETED') collection.delete(keyOf(stored))
    else collection.set(keyOf(stored), stored)
    if (type !== 'MODIFIED') this.#sortedKeys.delete(qualified(resource))
    const change = { type, resource, object: stored, ...(previous === undefined ? {} : { previous }) }
    this.#history.add({ version, change })
    for (const listener of this.#listeners) listener(change)
    return stored
  }

  /** The live object, if it is the one that is meant. */
  #expected(
    resource: Resource,
    wanted: Partial<DeleteRequest> & ObjectKey,
    words: ConflictWords,
  ): StoredObject {
    const { name, uid, resourceVersion } = wanted
    const live = this.get(resource, wanted)
    if (live === undefined) throw notFound(resource, name)
    if (uid !== undefined && uid !== live.metadata.uid) throw words.uid(resource, live, uid)
    if (resourceVersion !== undefined && resourceVersion !== live.metadata.resourceVersion)
      throw words.version(resource, live, resourceVersion)
    return live
  }

  #requireNamespace(resource: Resource, { metadata }: StoredObject): void {
    if (!resource.namespaced || metadata.namespace === undefined) return
    const namespace = this.get(RESOURCES.Namespace, { name: metadata.namespace })
    if (namespace === undefined) throw notFound(RESOURCES.Namespace, metadata.namespace)
    if (namespace.metadata.deletionTimestamp === undefined) return
    throw forbidden(resource, metadata.name, {
      why: `unable to create new content in namespace ${metadata.namespace} because it is being terminated`,
      causes: [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${metadata.namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ],
    })
  }

  #collection(resource: Resource): Map<string, StoredObject> {
    const id = qualified(resource)
    let collection = this.#collections.get(id)
    if (collection === undefined) this.#collections.set(id, (collection = new Map()))
    return collection
  }

  #timestamp(plusSeconds = 0): string {
    return new Date(this.#options.now() + plusSeconds * 1000).toISOString().replace(/\.\d+Z$/u, 'Z')
  }
}

/** Starts empty but for the namespaces that every cluster has. */
export function openState(options: StateOptions): MemoryState {
  return new MemoryState(options)
}

/** Namespaces that the NamespaceLifecycle admission plugin never lets go. */
const IMMORTAL = ['default', 'kube-system', 'kube-public']

function refuse(resource: Resource, name: string, causes: Parameters<typeof invalid>[2]): void {
  if (causes.length > 0) throw invalid(resource, name, causes)
}
