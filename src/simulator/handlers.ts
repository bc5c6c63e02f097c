/** What each verb does to a resource: from a request that was read to an answer that can be sent. */
import type { IncomingMessage } from 'node:http'
import { apiVersionOf, type ObjectKey, RESOURCES } from '../model/kubernetes.ts'
import {
  appliedIn,
  contentTypeOf,
  deleteOptionsOf,
  objectIn,
  patchIn,
  type Place,
  textOf,
  unsupportedMedia,
  writeOptionsOf,
} from './api-request.ts'
import { asText, type JsonObject, objectAt, withValue } from './json.ts'
import type { Kinds } from './kinds.ts'
import type { MemoryState } from './memory-state.ts'
import { patched, type PatchType, patchTypeOf } from './patches.ts'
import { listed, versionOf } from './reads.ts'
import type { StoredObject } from './state.ts'
import { type Cause, detailsOf, invalid, notFound, StatusFault, tooLargeVersion } from './status-fault.ts'
import type { Target, Writes } from './writes.ts'

export interface Handling {
  readonly state: MemoryState
  readonly kinds: Kinds
  readonly writes: Writes
}

export interface Call {
  readonly request: IncomingMessage
  readonly place: Place
  readonly query: URLSearchParams
}

export interface Answer {
  readonly code: number
  readonly body: object
}

/** Throws a StatusFault for everything that is not done. */
export async function handled(call: Call, handling: Handling): Promise<Answer> {
  const { kind, namespace, name, subresource } = call.place
  if (name === undefined) return await handledCollection(call, handling)
  const key = keyIn(namespace, name)
  const known = subresource === undefined || (subresource === 'status' && kind.hasStatus)
  if (!known) return await otherSubresource(call, handling, key)
  switch (call.request.method ?? 'GET') {
    case 'GET':
      return { code: 200, body: got(call, handling, key) }
    case 'PUT':
    case 'PATCH':
      return await change(call, handling, key)
    case 'DELETE':
      return await remove(call, handling, key)
    default:
      throw NOT_ALLOWED
  }
}

async function handledCollection(call: Call, handling: Handling): Promise<Answer> {
  const { place, query, request } = call
  switch (request.method ?? 'GET') {
    case 'GET':
      return { code: 200, body: listed(handling.state, place, query) }
    case 'POST':
      return await create(call, handling)
    case 'DELETE':
      return { code: 200, body: deleteCollection(place, query, handling) }
    default:
      throw NOT_ALLOWED
  }
}

const NOT_ALLOWED = new StatusFault({
  code: 405,
  reason: 'MethodNotAllowed',
  message: 'the server does not allow this method on the requested resource',
  details: {},
})

export const NO_SUCH_RESOURCE = new StatusFault({
  code: 404,
  reason: 'NotFound',
  message: 'the server could not find the requested resource',
  details: {},
})

function got({ place: { kind }, query }: Call, { state }: Handling, key: ObjectKey): StoredObject {
  const asked = versionOf(query)
  if (asked !== undefined && asked > state.version) throw tooLargeVersion(asked, state.version)
  const object = state.get(kind, key)
  if (object === undefined) throw notFound(kind, key.name)
  return object
}

async function create({ request, place, query }: Call, { state, writes }: Handling): Promise<Answer> {
  const { kind, namespace } = place
  if (kind.namespaced && namespace === undefined) throw NOT_ALLOWED
  const options = writeOptionsOf(request, query, { options: 'CreateOptions', isApply: false })
  const body = bodyFor(place, await textOf(request), contentTypeOf(request))
  const name = asText(objectAt(body, 'metadata')['name'] ?? '')
  const target: Target = { kind, key: keyIn(namespace, name), subresource: undefined, ...options }
  refuseFaults(target, place.shownAs?.view?.faultsOfNew(body) ?? [])
  const write = (): StoredObject => writes.create(target, body)
  return { code: 201, body: options.dryRun ? state.pretend(write) : write() }
}

function refuseFaults({ kind, key }: Target, faults: readonly Cause[]): void {
  if (faults.length > 0) throw invalid(kind, key.name, faults)
}

/** An object to store, sent in the words of the API that was called. */
function bodyFor({ kind, shownAs = kind }: Place, text: string, contentType: string): JsonObject {
  const body = objectIn(text, contentType, shownAs)
  return shownAs.view?.stored({ apiVersion: apiVersionOf(shownAs), ...body }) ?? body
}

function keyIn(namespace: string | undefined, name: string): ObjectKey {
  return namespace === undefined ? { name } : { namespace, name }
}

async function change(call: Call, handling: Handling, key: ObjectKey): Promise<Answer> {
  const { request, place, query } = call
  const { state, writes } = handling
  const { kind, subresource } = place
  const contentType = contentTypeOf(request)
  const type = request.method === 'PATCH' ? patchTypeFor(place, contentType) : undefined
  const options = writeOptionsOf(request, query, {
    options: type === undefined ? 'UpdateOptions' : 'PatchOptions',
    isApply: type === 'apply',
  })
  const target: Target = {
    kind,
    key,
    subresource: subresource === 'status' ? 'status' : undefined,
    ...options,
  }
  const text = await textOf(request)
  const write = (): Answer =>
    type !== undefined
      ? patch(call, handling, { target, type, text })
      : { code: 200, body: writes.replace(target, bodyFor(place, text, contentType)) }
  return options.dryRun ? state.pretend(write) : write()
}

/** Throws UnsupportedMediaType; what is stored in the names of another API can be merged only, as nothing here does else. */
function patchTypeFor({ kind, shownAs }: Place, contentType: string): PatchType {
  const type = patchTypeOf(contentType)
  if (shownAs !== undefined && type !== 'merge') throw NOT_ALLOWED
  if (type !== undefined && (type !== 'strategic' || kind.schema === undefined)) return type
  throw unsupportedMedia(
    PATCH_TYPES.filter((name) => kind.schema === undefined || !name.includes('strategic')),
  )
}

interface Patching {
  readonly target: Target
  readonly type: PatchType
  readonly text: string
}

function patch(call: Call, { state, writes }: Handling, { target, type, text }: Patching): Answer {
  const { view } = call.place.shownAs ?? {}
  if (view !== undefined) {
    const body = view.stored(objectAt({ patch: patchIn(text) }, 'patch'))
    refuseFaults(target, view.faultsOfPatch(body, state.get(target.kind, target.key) ?? {}))
    return { code: 200, body: writes.patch(target, { type, body }) }
  }
  if (type !== 'apply') return { code: 200, body: writes.patch(target, { type, body: patchIn(text) }) }
  const { object, created } = writes.apply(target, appliedIn(text))
  return { code: created ? 201 : 200, body: object }
}

const PATCH_TYPES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
]

async function remove({ request, place, query }: Call, handling: Handling, key: ObjectKey): Promise<Answer> {
  const { state, kinds, writes } = handling
  const { kind } = place
  const options = deleteOptionsOf(await textOf(request), query)
  const { gracePeriodSeconds } = options
  const asked = {
    ...options.preconditions,
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
  }
  const write = (): StoredObject => {
    const live = state.get(kind, key)
    const gone = state.delete(kind, key, asked)
    if (options.propagationPolicy === 'Orphan') writes.orphan(kinds.all(), live?.metadata.uid)
    if (kind.kind === RESOURCES.CustomResourceDefinition.kind) deleteInstances(gone, handling)
    return gone
  }
  const object = (options.dryRun ?? []).length > 0 ? state.pretend(write) : write()
  const shows = RETURNS_DELETED.has(kind.plural) || object.metadata.deletionTimestamp !== undefined
  if (shows) return { code: 200, body: object }
  const details = { ...detailsOf(kind, key.name), uid: object.metadata.uid }
  return { code: 200, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details } }
}

/** Their storage answers a deletion with the object instead of a Status. */
const RETURNS_DELETED: ReadonlySet<string> = new Set([
  'persistentvolumeclaims',
  'persistentvolumes',
  'pods',
  'resourcequotas',
  'serviceaccounts',
  'services',
])

/** Custom resources go with their definition. */
function deleteInstances(definition: StoredObject, { state }: Handling): void {
  const { group, names, scope, versions } = objectAt(definition, 'spec')
  const { kind, plural } = objectAt({ names }, 'names')
  const version = asText(objectAt(Array.isArray(versions) ? versions[0] : {})['name'])
  const resource = {
    group: asText(group),
    version,
    kind: asText(kind),
    plural: asText(plural),
    namespaced: scope === 'Namespaced',
  }
  for (const { metadata } of state.list(resource)) state.delete(resource, metadata)
}

function deleteCollection({ kind, namespace }: Place, query: URLSearchParams, { state }: Handling): object {
  const list = listed(state, { kind, namespace }, query)
  for (const item of (list as { readonly items: readonly StoredObject[] }).items) {
    const { name, namespace: home } = item.metadata
    state.delete(kind, keyIn(home, name))
  }
  return list
}

async function otherSubresource(call: Call, handling: Handling, key: ObjectKey): Promise<Answer> {
  const { request, place, query } = call
  const { kind, subresource } = place
  const { state, writes } = handling
  if (subresource === 'finalize' && kind.kind === 'Namespace' && request.method === 'PUT')
    return {
      code: 200,
      body: writes.finalize(key.name, objectIn(await textOf(request), contentTypeOf(request), kind)),
    }
  if (subresource !== 'scale' || !SCALABLE.has(kind.kind)) throw NO_SUCH_RESOURCE
  const live = got(call, handling, key)
  if (request.method === 'GET') return { code: 200, body: scaleOf(live) }
  const type = patchTypeOf(contentTypeOf(request))
  const body = patchIn(await textOf(request))
  const wanted = type === undefined ? body : patched(scaleOf(live), body, { type, shape: kind.shape })
  const options = writeOptionsOf(request, query, { options: 'UpdateOptions', isApply: false })
  const target: Target = { kind, key, subresource: undefined, ...options }
  const { replicas } = objectAt(wanted, 'spec')
  const write = (): StoredObject => writes.patch(target, { type: 'merge', body: { spec: { replicas } } })
  return { code: 200, body: scaleOf(options.dryRun ? state.pretend(write) : write()) }
}

const SCALABLE: ReadonlySet<string> = new Set(['Deployment', 'ReplicaSet', 'StatefulSet'])

function scaleOf(object: StoredObject): Readonly<Record<string, unknown>> {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const selector = Object.entries(objectAt(object, 'spec', 'selector', 'matchLabels'))
  const scale = {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: object.spec?.['replicas'] },
    status: { replicas: object.status?.['replicas'] ?? 0 },
  }
  return withValue(
    scale,
    ['status', 'selector'],
    selector.map(([key, value]) => `${key}=${asText(value)}`).join(','),
  )
}
