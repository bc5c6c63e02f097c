/** Who owns which fields of an object: reads, changes and writes `metadata.managedFields`. */
import {
  decoded,
  difference,
  encoded,
  type FieldSet,
  isNothing,
  minus,
  NOTHING,
  union,
} from './field-sets.ts'
import { isObject, type JsonObject, listAt, omit, same } from './json.ts'
import type { Shape } from './shape.ts'

export interface Owner {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly subresource?: string
}

export interface Ownership extends Owner {
  readonly fields: FieldSet
  /** RFC 3339; undefined: now. */
  readonly time?: string | undefined
}

export function sameOwner(a: Owner, b: Owner): boolean {
  return a.manager === b.manager && a.operation === b.operation && a.subresource === b.subresource
}

export function ownershipsOf(object: JsonObject | undefined): readonly Ownership[] {
  return listAt(object, 'metadata', 'managedFields')
    .filter(isObject)
    .map((entry) => ({
      ...(omit(entry, 'fieldsV1', 'fieldsType') as unknown as Owner),
      fields: decoded(entry['fieldsV1']),
    }))
}

/** As they are after a write: an entry whose fields did not change keeps its time, an empty one goes. */
export function wrote(after: readonly Ownership[], before: readonly Ownership[]): readonly Ownership[] {
  return after
    .filter(({ fields }) => !isNothing(fields))
    .map((entry) => {
      const former = before.find((other) => sameOwner(other, entry))
      const unchanged = former !== undefined && same(encoded(former.fields), encoded(entry.fields))
      return { ...entry, time: unchanged ? former.time : undefined }
    })
}

export interface UpdateOfFields {
  /** Undefined: it is created. */
  readonly before: JsonObject | undefined
  readonly after: JsonObject
  readonly shape: Shape
  readonly owner: Owner
  /** Of a kind from a CustomResourceDefinition. */
  readonly custom: boolean
}

/** After an update other than apply: the writer owns what it changed, and nobody owns what it removed. */
export function updated({ before, after, shape, owner, custom }: UpdateOfFields): readonly Ownership[] {
  const former = ownershipsOf(before)
  const { changed, removed } = difference(
    content(before ?? (custom ? {} : ZERO_OBJECT)),
    content(after),
    shape,
  )
  const taken = withoutSystemFields(changed)
  const mine = former.find((entry) => sameOwner(entry, owner))
  const others = former
    .filter((entry) => entry !== mine)
    .map((entry) => without(entry, union(changed, removed)))
  const fields = union(minus(mine?.fields ?? NOTHING, removed), taken)
  return wrote([...others, { ...owner, fields }], former)
}

function without(entry: Ownership, fields: FieldSet): Ownership {
  return { ...entry, fields: minus(entry.fields, fields) }
}

function content(object: JsonObject): JsonObject {
  return omit(object, 'apiVersion', 'kind')
}

/** Structs that the Go types of built-in kinds always have; a new object does not add them. */
const ZERO_OBJECT = {
  metadata: {},
  spec: {
    strategy: {},
    updateStrategy: {},
    resources: {},
    template: { metadata: {}, spec: { containers: [] } },
  },
  status: {},
}

const SYSTEM_FIELDS = [
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
].map((name) => `f:${name}`)

/** What the server itself writes belongs to nobody (`fieldmanager.stripMeta`). */
export function withoutSystemFields({ children }: FieldSet): FieldSet {
  const top = [...children].filter(([name]) => name !== 'f:apiVersion' && name !== 'f:kind')
  const kept = top.map(([name, child]) => [name, name === 'f:metadata' ? ofMetadata(child) : child] as const)
  return { member: false, children: new Map(kept.filter(([, child]) => !isNothing(child))) }
}

function ofMetadata({ children }: FieldSet): FieldSet {
  const kept = [...children].filter(([name]) => !SYSTEM_FIELDS.includes(name))
  return { member: false, children: new Map(kept) }
}

/** In the order of the real server: applies first, then by time. */
export function managedFieldsOf(ownerships: readonly Ownership[], now: string): readonly JsonObject[] {
  const order = (entry: Required<Pick<Ownership, 'time'>> & Owner): string =>
    [entry.operation, entry.time, entry.manager, entry.subresource ?? ''].join('\n')
  return ownerships
    .map((entry) => ({ ...entry, time: entry.time ?? now }))
    .toSorted((a, b) => (order(a) < order(b) ? -1 : 1))
    .map(({ fields, manager, operation, apiVersion, time, subresource }) => ({
      manager,
      operation,
      apiVersion,
      time,
      fieldsType: 'FieldsV1',
      fieldsV1: encoded(fields),
      ...(subresource === undefined ? {} : { subresource }),
    }))
}

export function describeManager({ manager, operation, apiVersion, subresource }: Owner): string {
  const of = subresource === undefined ? '' : ` with subresource ${JSON.stringify(subresource)}`
  return `${JSON.stringify(manager)}${of}${operation === 'Update' ? ` using ${apiVersion}` : ''}`
}
