/** Finds objects by owner and by namespace without scanning. Follows the state's changes; must see all of them. */
import type { ObjectKey, Resource } from '../../model/kubernetes.ts'
import type { State, StateChange, StoredObject } from '../state.ts'
import { keyOfObject, uidOf } from './objects.ts'

export interface ObjectRef {
  readonly resource: Resource
  readonly key: ObjectKey
  readonly uid: string
}

interface Entry {
  readonly ref: ObjectRef
  readonly owners: readonly string[]
}

export class ObjectIndex {
  readonly #state: State
  readonly #entries = new Map<string, Entry>()
  readonly #byOwner = new Map<string, Map<string, ObjectRef>>()
  readonly #byNamespace = new Map<string, Map<string, ObjectRef>>()
  readonly #ownerless = new Map<string, Map<string, ObjectRef>>()

  constructor(state: State) {
    this.#state = state
  }

  apply({ type, resource, object }: StateChange): void {
    const uid = uidOf(object)
    this.#unlink(uid)
    if (type === 'DELETED') return
    const ref = { resource, key: keyOfObject(object), uid }
    const owners = (object.metadata.ownerReferences ?? []).map((owner) => owner.uid)
    this.#entries.set(uid, { ref, owners })
    for (const owner of owners) link(this.#byOwner, owner, ref)
    if (ref.key.namespace === undefined) return
    link(this.#byNamespace, ref.key.namespace, ref)
    if (owners.length === 0) link(this.#ownerless, ref.key.namespace, ref)
  }

  isLive(uid: string): boolean {
    return this.#entries.has(uid)
  }

  dependents(ownerUid: string): readonly ObjectRef[] {
    return [...(this.#byOwner.get(ownerUid)?.values() ?? [])]
  }

  inNamespace(namespace: string): readonly ObjectRef[] {
    return [...(this.#byNamespace.get(namespace)?.values() ?? [])]
  }

  /** The objects of one kind that this one owns, oldest name first. */
  owned(owner: StoredObject, resource: Resource): readonly StoredObject[] {
    return this.#found(this.dependents(uidOf(owner)), resource)
  }

  /** The objects of one kind that nobody owns. */
  orphans(namespace: string, resource: Resource): readonly StoredObject[] {
    return this.#found([...(this.#ownerless.get(namespace)?.values() ?? [])], resource)
  }

  #found(refs: readonly ObjectRef[], resource: Resource): readonly StoredObject[] {
    return refs
      .filter((ref) => ref.resource.kind === resource.kind)
      .map((ref) => this.#state.get(ref.resource, ref.key))
      .filter((object) => object !== undefined)
      .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
  }

  #unlink(uid: string): void {
    const entry = this.#entries.get(uid)
    if (entry === undefined) return
    this.#entries.delete(uid)
    for (const owner of entry.owners) unlink(this.#byOwner, owner, uid)
    if (entry.ref.key.namespace === undefined) return
    unlink(this.#byNamespace, entry.ref.key.namespace, uid)
    unlink(this.#ownerless, entry.ref.key.namespace, uid)
  }
}

function link(index: Map<string, Map<string, ObjectRef>>, group: string, ref: ObjectRef): void {
  const members = index.get(group)
  if (members === undefined) index.set(group, new Map([[ref.uid, ref]]))
  else members.set(ref.uid, ref)
}

function unlink(index: Map<string, Map<string, ObjectRef>>, group: string, uid: string): void {
  const members = index.get(group)
  members?.delete(uid)
  if (members?.size === 0) index.delete(group)
}
