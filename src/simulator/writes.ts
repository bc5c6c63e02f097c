/** Create, replace, patch, apply and delete, with field ownership and dry runs: the write half of the API server. */
import type { Rule } from '../crd/rules.ts'
import { apiVersionOf, type ObjectKey, RESOURCES } from '../model/kubernetes.ts'
import { type Admission, admitted, subjectOf } from './admission.ts'
import { type Applied, applied, requireTyped } from './apply.ts'
import { asText, type JsonObject, listAt, objectAt, omit, withValue } from './json.ts'
import type { Kind } from './kinds.ts'
import type { MemoryState } from './memory-state.ts'
import { managedFieldsOf, type Owner, type Ownership, type UpdateOfFields, updated } from './ownership.ts'
import { patched, type PatchType } from './patches.ts'
import type { StoredObject } from './state.ts'
import { badRequest, conflict, invalid, notFound, required, wrongValue } from './status-fault.ts'

export interface WritesOptions {
  readonly state: MemoryState
  readonly rules: readonly Rule[]
  /** Wall clock, ms since 1970. */
  readonly now: () => number
}

/** What a write is about and how it is meant. */
export interface Target {
  readonly kind: Kind
  readonly key: ObjectKey
  readonly subresource: 'status' | undefined
  readonly manager: string
  readonly strict: boolean
  readonly force: boolean
}

export interface Written {
  readonly object: StoredObject
  readonly created: boolean
}

export class Writes {
  readonly #options: WritesOptions
  #addresses = 9

  constructor(options: WritesOptions) {
    this.#options = options
  }

  create(target: Target, body: JsonObject): StoredObject {
    const { kind, key } = target
    const { metadata, ...content } = kind.hasStatus ? omit(body, 'status') : body
    const { namespace = key.namespace, ...rest } = objectAt({ metadata }, 'metadata')
    if (namespace !== key.namespace && kind.namespaced) throw badRequest(OTHER_NAMESPACE)
    const name =
      rest['name'] ?? (rest['generateName'] && this.#options.state.newName(asText(rest['generateName'])))
    if (!name) throw invalid(kind, '', [required('metadata.name', 'name or generateName is required')])
    const wanted = { ...this.#identity(kind), ...content, metadata: { ...rest, name, namespace } }
    const after = this.#admitted(target, wanted, { before: undefined, applied: false })
    const asSent = kind.hasStatus ? omit(after, 'status') : after
    const ownerships = updated({ ...this.#ownership(target), before: undefined, after: asSent })
    return this.#options.state.create(kind, this.#owned(after, ownerships))
  }

  replace(target: Target, body: JsonObject): StoredObject {
    const { kind, key } = target
    const { name, resourceVersion } = objectAt(body, 'metadata')
    if (name !== key.name) throw badRequest(otherName(name, key.name))
    const before = this.#live(target)
    if (kind.schema !== undefined && resourceVersion === undefined)
      throw invalid({ group: kind.group, kind: kind.plural }, key.name, [
        wrongValue('metadata.resourceVersion', 0, 'must be specified for an update'),
      ])
    return this.#write(target, before, { ...this.#identity(kind), ...body })
  }

  patch(target: Target, { type, body }: { readonly type: PatchType; readonly body: unknown }): StoredObject {
    const before = this.#live(target)
    const after = patched(before, body, { type, shape: target.kind.shape }) as JsonObject
    const { name, uid } = objectAt(after, 'metadata')
    if (name !== before.metadata.name) throw badRequest(otherName(name, before.metadata.name))
    this.#requireUid(target, before, uid)
    return this.#write(target, before, after)
  }

  apply(target: Target, body: JsonObject): Written {
    const { kind, key, force } = target
    requireApplicable(target, body)
    const before = this.#options.state.get(kind, key)
    if (before === undefined) requireCreatable(target, objectAt(body, 'metadata')['uid'])
    requireTyped(body, kind.shape, subjectOf(kind, body))
    const wanted = contentApplied(target, body)
    const owner = this.#owner(target, 'Apply')
    const merged = applied({ live: before, wanted, shape: kind.shape, owner, force })
    const created = before === undefined
    return {
      object: created ? this.#applyNew(target, merged) : this.#applyTo(target, before, { body, merged }),
      created,
    }
  }

  /** Dependents that would be collected keep living: they lose their reference. */
  orphan(kinds: readonly Kind[], uid: string | undefined): void {
    const { state } = this.#options
    for (const kind of kinds)
      for (const object of state.list(kind)) {
        const owners = object.metadata.ownerReferences ?? []
        if (!owners.some((owner) => owner.uid === uid)) continue
        const ownerReferences = owners.filter((owner) => owner.uid !== uid)
        state.update(kind, { ...object, metadata: { ...object.metadata, ownerReferences } })
      }
  }

  /** The `finalize` subresource of a namespace. */
  finalize(name: string, body: JsonObject): StoredObject {
    const before = this.#options.state.get(RESOURCES.Namespace, { name })
    if (before === undefined) throw notFound(RESOURCES.Namespace, name)
    const spec = { ...before.spec, finalizers: listAt(body, 'spec', 'finalizers') }
    const finalizers = listAt(body, 'metadata', 'finalizers')
    const after = withValue(
      { ...before, spec },
      ['metadata', 'finalizers'],
      finalizers.length > 0 ? finalizers : undefined,
    )
    return this.#options.state.update(RESOURCES.Namespace, after as StoredObject)
  }

  #applyNew(target: Target, { object, ownerships }: Applied): StoredObject {
    const { kind, key } = target
    const identified = withValue(object, ['metadata'], { ...objectAt(object, 'metadata'), ...key })
    const after = this.#admitted(target, identified, { before: undefined, applied: true })
    return this.#options.state.create(kind, this.#owned(after, ownerships))
  }

  #applyTo(
    target: Target,
    before: StoredObject,
    { body, merged }: { readonly body: JsonObject; readonly merged: Applied },
  ): StoredObject {
    const read = before.metadata
    const { uid = read.uid, resourceVersion = read.resourceVersion } = objectAt(body, 'metadata')
    // The real server does not hold the uid against a write of the status alone.
    if (target.subresource === undefined) this.#requireUid(target, before, uid)
    const after = this.#admitted(target, merged.object, { before, applied: true })
    const meant = withValue(after, ['metadata', 'resourceVersion'], resourceVersion)
    return this.#store(target, meant as StoredObject, merged.ownerships)
  }

  #write(target: Target, before: StoredObject, wanted: JsonObject): StoredObject {
    const { resourceVersion, uid } = objectAt(wanted, 'metadata')
    const fixed = { name: before.metadata.name, namespace: before.metadata.namespace }
    const metadata = { ...objectAt(wanted, 'metadata'), ...fixed }
    const content =
      target.subresource === undefined
        ? withValue({ ...wanted, metadata }, ['status'], before.status)
        : { ...before, status: wanted['status'] }
    const after = this.#admitted(target, content, { before, applied: false })
    const ownerships = updated({ ...this.#ownership(target), before, after })
    const preconditions = {
      resourceVersion: resourceVersion ?? before.metadata.resourceVersion,
      uid: uid ?? before.metadata.uid,
    }
    const meant = { ...after.metadata, ...preconditions } as StoredObject['metadata']
    return this.#store(target, { ...after, metadata: meant }, ownerships)
  }

  #store({ kind, subresource }: Target, after: StoredObject, ownerships: readonly Ownership[]): StoredObject {
    const { state } = this.#options
    const object = this.#owned(after, ownerships)
    return subresource === undefined ? state.update(kind, object) : state.replaceStatus(kind, object)
  }

  #live({ kind, key }: Target): StoredObject {
    const live = this.#options.state.get(kind, key)
    if (live === undefined) throw notFound(kind, key.name)
    return live
  }

  #admitted(
    { kind, strict }: Target,
    object: JsonObject,
    how: Pick<Admission, 'before' | 'applied'>,
  ): StoredObject {
    const { rules } = this.#options
    const { before } = how
    // Only the `finalize` subresource changes these.
    const isLiveNamespace = kind.kind === 'Namespace' && before !== undefined
    const guarded = isLiveNamespace
      ? withValue(object, ['spec', 'finalizers'], before.spec?.['finalizers'])
      : object
    const newClusterIp = (): string => this.#newClusterIp()
    return admitted(guarded, { kind, rules, strict, ...how, now: this.#now(), newClusterIp })
  }

  #ownership(target: Target): Pick<UpdateOfFields, 'shape' | 'owner' | 'custom'> {
    const { kind } = target
    return { shape: kind.shape, owner: this.#owner(target, 'Update'), custom: kind.schema !== undefined }
  }

  #owner({ kind, manager, subresource }: Target, operation: Owner['operation']): Owner {
    const owner = { manager, operation, apiVersion: apiVersionOf(kind) }
    return subresource === undefined ? owner : { ...owner, subresource }
  }

  #owned(object: StoredObject, ownerships: readonly Ownership[]): StoredObject {
    const managedFields = managedFieldsOf(ownerships, this.#now())
    const value = managedFields.length === 0 ? undefined : managedFields
    return withValue(object, ['metadata', 'managedFields'], value) as StoredObject
  }

  #requireUid({ kind }: Target, before: StoredObject, uid: unknown): void {
    if (uid === before.metadata.uid) return
    const cause = wrongValue('metadata.uid', uid, 'field is immutable')
    throw invalid(kind, before.metadata.name, [cause])
  }

  #identity(kind: Kind): JsonObject {
    return { apiVersion: apiVersionOf(kind), kind: kind.kind }
  }

  #newClusterIp(): string {
    const { state } = this.#options
    const taken = new Set(state.list(RESOURCES.Service).map(({ spec }) => spec?.['clusterIP']))
    for (;;) {
      this.#addresses = (this.#addresses + 1) % 65_534
      const address = `10.96.${this.#addresses >> 8}.${this.#addresses & 255}`
      if (!taken.has(address)) return address
    }
  }

  #now(): string {
    return new Date(this.#options.now()).toISOString().replace(/\.\d+Z$/u, 'Z')
  }
}

const OTHER_NAMESPACE =
  'the namespace of the provided object does not match the namespace sent on the request'

function otherName(name: unknown, wanted: string): string {
  return `the name of the object (${asText(name ?? '')}) does not match the name on the URL (${wanted})`
}

function requireApplicable({ kind, key }: Target, body: JsonObject): void {
  const { name, namespace = key.namespace, managedFields } = objectAt(body, 'metadata')
  if (body['apiVersion'] !== apiVersionOf(kind) || body['kind'] !== kind.kind) {
    const version = asText(body['apiVersion'])
    const group = version.includes('/') ? version : `/${version}`
    throw badRequest(`invalid object type: ${group}, Kind=${asText(body['kind'])}`)
  }
  if (name === undefined)
    throw badRequest(
      `the name of the object (${key.name} based on URL) was undeterminable: name must be provided`,
    )
  if (name !== key.name) throw badRequest(otherName(name, key.name))
  if (namespace !== key.namespace && kind.namespaced) throw badRequest(OTHER_NAMESPACE)
  if (managedFields !== undefined) throw badRequest('metadata.managedFields must be nil')
}

/** A status needs its object, and a uid says that there was one already. */
function requireCreatable({ kind, key, subresource }: Target, uid: unknown): void {
  if (subresource !== undefined) throw notFound(kind, key.name)
  if (uid === undefined) return
  const why = `uid mismatch: the provided object specified uid ${asText(uid)}, and no existing object was found`
  throw conflict(kind, key.name, why)
}

/** What of the body is meant: without what identifies the object, and the status only where it belongs. */
function contentApplied({ kind, subresource }: Target, body: JsonObject): JsonObject {
  if (subresource !== undefined) return 'status' in body ? { status: body['status'] } : {}
  const metadata = omit(objectAt(body, 'metadata'), 'uid', 'resourceVersion')
  const content = { ...body, metadata }
  return kind.hasStatus ? omit(content, 'status') : content
}
