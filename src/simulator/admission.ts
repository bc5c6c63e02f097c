/** Turns what a client sent into what is stored: readable, without what does not belong there, complete and valid. */
import type { Rule } from '../crd/rules.ts'
import { asText, isObject, type JsonObject, objectAt, omit } from './json.ts'
import { defaulted, type Defaulting } from './kind-defaults.ts'
import { decodingFault, faultsOfKind } from './kind-rules.ts'
import { faultsOfDefinition, type Kind } from './kinds.ts'
import { defaultedBySchema, faultsBySchema, prunedBySchema } from './schema.ts'
import type { Shape } from './shape.ts'
import type { StoredObject } from './state.ts'
import { badRequest, type Cause, internal, invalid } from './status-fault.ts'

export interface Admission extends Defaulting {
  readonly kind: Kind
  readonly before: StoredObject | undefined
  readonly rules: readonly Rule[]
  /** `fieldValidation=Strict`: an unknown field is an error, not dropped. */
  readonly strict: boolean
  /** By server-side apply, which words what it cannot read in its own way. */
  readonly applied: boolean
}

/** Throws BadRequest for what cannot be read and Invalid for what may not be. */
export function admitted(object: JsonObject, admission: Admission): StoredObject {
  const { kind } = admission
  const metadata = objectAt(object, 'metadata')
  const unknown = Object.keys(metadata).filter((name) => !METADATA_FIELDS.includes(name))
  const clean = { ...object, metadata: withoutEmpties(omit(metadata, ...unknown)) }
  const unknownPaths = unknown.map((name) => `metadata.${name}`)
  const complete =
    kind.schema === undefined
      ? ofBuiltinKind(clean, admission, unknownPaths)
      : ofCustomKind(clean, { ...admission, schema: kind.schema }, unknownPaths)
  return complete as StoredObject
}

function ofCustomKind(
  object: JsonObject,
  { kind, schema, rules, before, strict }: Admission & { readonly schema: JsonObject },
  unknownInMetadata: readonly string[],
): JsonObject {
  const pruned = prunedBySchema(object, schema)
  if (strict) refuseUnknown(kind, [...unknownInMetadata, ...pruned.unknown])
  const complete = defaultedBySchema(pruned.object, schema) as JsonObject
  return valid(kind, complete, faultsBySchema(complete, { schema, rules, before }))
}

function refuseUnknown(kind: Kind, paths: readonly string[]): void {
  const list = paths.map((path) => `unknown field "${path}"`).join(', ')
  if (paths.length > 0) throw unreadable(kind, `strict decoding error: ${list}`)
}

function valid(kind: Kind, object: JsonObject, faults: readonly Cause[]): JsonObject {
  if (faults.length > 0) throw invalid(kind, asText(objectAt(object, 'metadata')['name']), faults)
  return object
}

const METADATA_FIELDS = [
  'annotations',
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'finalizers',
  'generateName',
  'generation',
  'labels',
  'managedFields',
  'name',
  'namespace',
  'ownerReferences',
  'resourceVersion',
  'selfLink',
  'uid',
]

function ofBuiltinKind(
  object: JsonObject,
  admission: Admission,
  unknownInMetadata: readonly string[],
): JsonObject {
  const { kind, before, applied, rules, strict } = admission
  if (strict) refuseUnknown(kind, unknownInMetadata)
  const wrongType = scalarFault(omit(object, 'status'), kind.shape, kind.kind)
  if (wrongType !== undefined) throw unreadable(kind, `json: ${wrongType}`)
  const fault = decodingFault(kind, object)
  if (fault !== undefined) throw applied ? inconvertible(kind, object, fault) : unreadable(kind, fault)
  const complete = defaulted(kind.kind, kind.kind === 'Event' ? object : withoutNulls(object), admission)
  const isDefinition = kind.kind === 'CustomResourceDefinition'
  const faults = isDefinition ? faultsOfDefinition(complete, rules) : faultsOfKind(kind, complete, before)
  return valid(kind, complete, faults)
}

function inconvertible(kind: Kind, object: JsonObject, why: string): Error {
  const type = `${versionOf(kind)}, Kind=${kind.kind}`
  return internal(
    `failed to convert new object (${subjectOf(kind, object)}) to proper version: unable to convert unstructured object to ${type}: error decoding from json: ${why}`,
  )
}

export function unreadable({ kind, version }: Kind, why: string): Error {
  return badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${why}`)
}

/** `/v1` or `apps/v1`, as `GroupVersion` prints. */
function versionOf({ group, version }: Kind): string {
  return `${group}/${version}`
}

/** How apply's type errors name an object: by what its body says. */
export function subjectOf(kind: Kind, object: JsonObject): string {
  const { namespace = '', name } = objectAt(object, 'metadata')
  return `${asText(namespace)}/${asText(name)}; ${versionOf(kind)}, Kind=${kind.kind}`
}

function withoutEmpties(metadata: JsonObject): JsonObject {
  const kept = Object.entries(metadata).filter(
    ([, value]) => value !== null && !(typeof value === 'object' && Object.keys(value).length === 0),
  )
  return Object.fromEntries(kept)
}

/** The Go types of built-in kinds have no null; an empty `data` is none. */
function withoutNulls(object: JsonObject): JsonObject {
  const entries = Object.entries(object).flatMap(([name, value]) => {
    if (value === null || (name === 'data' && isObject(value) && Object.keys(value).length === 0)) return []
    return [[name, withoutNullsInside(value)] as const]
  })
  return Object.fromEntries(entries)
}

function withoutNullsInside(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNullsInside)
  return isObject(value) ? withoutNulls(value) : value
}

function scalarFault(value: unknown, shape: Shape, path: string): string | undefined {
  if (value === null || value === undefined) return undefined
  if (shape.scalar !== undefined && typeof value !== shape.scalar)
    return `cannot unmarshal ${typeof value} into Go struct field ${path} of type ${shape.scalar === 'number' ? 'int32' : shape.scalar}`
  const parts = Array.isArray(value)
    ? value.map((item: unknown) => scalarFault(item, shape.item(), path))
    : Object.entries(isObject(value) ? value : {}).map(([name, part]) =>
        scalarFault(part, shape.field(name), `${path}.${name}`),
      )
  return parts.find((fault) => fault !== undefined)
}
