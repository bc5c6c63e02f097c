/** What the parts of the built-in cluster share: objects with versions, and a stream of what changed. No HTTP here. */
import type { KubeObject, ObjectKey, Resource } from '../model/kubernetes.ts'

/** An object as the built-in cluster stores it: deeply frozen, with uid, resourceVersion and creationTimestamp. */
export interface StoredObject extends KubeObject {
  readonly spec?: Readonly<Record<string, unknown>>
  readonly status?: Readonly<Record<string, unknown>>
  readonly [field: string]: unknown
}

export interface StateChange {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly resource: Resource
  readonly object: StoredObject
  readonly previous?: StoredObject
}

/** The rules of etcd and the registry: versions, generations, finalizers, preconditions. Faults are `StatusFault`s. */
export interface State {
  get(resource: Resource, key: ObjectKey): StoredObject | undefined
  /** In key order; a namespace narrows it. */
  list(resource: Resource, namespace?: string): readonly StoredObject[]
  create(resource: Resource, object: KubeObject): StoredObject
  /**
   * Replaces the object. `resourceVersion` in it, when given, is a precondition. Bumps `generation` when the spec
   * changed, keeps the status, and removes the object for good when it was deleting and its last finalizer is gone.
   * Nothing is written, and no event sent, when nothing differs.
   */
  update(resource: Resource, object: KubeObject): StoredObject
  /** Replaces `status` only. */
  updateStatus(resource: Resource, key: ObjectKey, status: object): StoredObject
  /** Sets deletionTimestamp while finalizers (or a pod's grace) remain; removes at once otherwise. */
  delete(resource: Resource, key: ObjectKey, options?: DeleteRequest): StoredObject
  /** Called after each change, in order, synchronously; a listener must not write from within, it queues. */
  subscribe(listener: (change: StateChange) => void): Disposable
}

export interface DeleteRequest {
  readonly uid?: string
  readonly resourceVersion?: string
  /** For pods: 0 removes at once; else the kubelet removes it when its containers have ended. */
  readonly gracePeriodSeconds?: number
}
