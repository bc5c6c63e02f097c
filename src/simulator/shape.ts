/** Which lists and maps server-side apply merges by key and which it replaces as a whole: the `x-kubernetes-*` of a schema. */
import { isObject, type JsonObject, objectAt, valueAt } from './json.ts'

export interface Shape {
  /** How a list here merges. */
  readonly list: 'atomic' | 'set' | 'map'
  readonly keys: readonly string[]
  /** A map that is one value. */
  readonly atomic: boolean
  /** What a scalar here has to be, where that is known. */
  readonly scalar: 'string' | 'number' | 'boolean' | undefined
  field(name: string): Shape
  /** True for a field of a struct, false for an entry of a map. */
  declares(name: string): boolean
  /** False for a field that can not be there at all. */
  knows(name: string): boolean
  item(): Shape
  /** For a key that an item leaves out. */
  keyDefault(name: string): unknown
}

const OPEN = {
  list: 'atomic',
  keys: [],
  atomic: false,
  scalar: undefined,
  declares: () => true,
  knows: () => true,
  keyDefault: () => undefined,
} as const satisfies Omit<Shape, 'field' | 'item'>

/** Anything below a field that preserves what it does not know: maps merge, lists do not. */
const UNKNOWN: Shape = { ...OPEN, field: () => UNKNOWN, item: () => UNKNOWN, declares: () => false }

/** A value that nobody can own in parts. */
export function isLeaf(value: unknown, shape: Shape): boolean {
  if (Array.isArray(value)) return shape.list === 'atomic' || value.length === 0
  return !isObject(value) || shape.atomic || Object.keys(value).length === 0
}

/** The name of a list's item in a set of fields. Throws nothing: an item without its key gets a name all the same. */
export function itemKey(item: unknown, shape: Shape): string {
  if (shape.list === 'set') return `v:${JSON.stringify(item)}`
  const pairs = shape.keys
    .toSorted()
    .map((key) => [key, valueAt(item, [key]) ?? shape.keyDefault(key)] as const)
  return `k:${JSON.stringify(Object.fromEntries(pairs))}`
}

/** The shape of a custom resource, from its structural schema. */
export function schemaShape(schema: JsonObject, root = false): Shape {
  const items = objectAt(schema, 'items')
  const properties = objectAt(schema, 'properties')
  const entries = schema['additionalProperties']
  const declares = (name: string): boolean =>
    name in properties || (root && ['apiVersion', 'kind', 'metadata'].includes(name))
  const open = isObject(entries) || schema['x-kubernetes-preserve-unknown-fields'] === true || !schema['type']
  return {
    list: (schema['x-kubernetes-list-type'] as Shape['list'] | undefined) ?? 'atomic',
    keys: (schema['x-kubernetes-list-map-keys'] as readonly string[] | undefined) ?? [],
    atomic: schema['x-kubernetes-map-type'] === 'atomic',
    scalar: scalarOf(schema['type']),
    declares,
    knows: (name) => declares(name) || open,
    field: (name) => {
      if (root && name === 'metadata') return builtinShape('').field('metadata')
      const inner = properties[name] ?? entries
      return isObject(inner) ? schemaShape(inner) : UNKNOWN
    },
    item: () => schemaShape(items),
    keyDefault: (name) => objectAt(items, 'properties', name)['default'],
  }
}

function scalarOf(type: unknown): Shape['scalar'] {
  if (type === 'string' || type === 'boolean' || type === 'number') return type
  return type === 'integer' ? 'number' : undefined
}

/** Of the built-in kinds, whose field names say enough: keys as in the published OpenAPI document. */
export function builtinShape(kind: string): Shape {
  return named({ kind, name: '', parent: '' })
}

interface Place {
  readonly kind: string
  readonly name: string
  readonly parent: string
}

function named(place: Place): Shape {
  const keys = keysOf(place)
  const isSet = place.name === 'finalizers' && place.parent === 'metadata'
  return {
    ...OPEN,
    list: isSet ? 'set' : keys === undefined ? 'atomic' : 'map',
    keys: keys ?? [],
    atomic: ATOMIC_MAPS.has(place.name),
    scalar: builtinScalar(place),
    // In a schema the names of fields are somebody's data.
    field: (name) => (name === 'openAPIV3Schema' ? UNKNOWN : named({ ...place, name, parent: place.name })),
    item: () => named({ ...place, name: `${place.name}[]`, parent: place.name }),
    keyDefault: (name) => (name === 'protocol' ? 'TCP' : undefined),
  }
}

function keysOf({ kind, name, parent }: Place): readonly string[] | undefined {
  // The same words elsewhere are atomic lists: a ServiceAccount's pull secrets, a NetworkPolicy's ports.
  if (name === 'imagePullSecrets') return parent === 'spec' ? ['name'] : undefined
  if (name !== 'ports') return LIST_KEYS[name]
  if (kind === 'Service') return ['port', 'protocol']
  return parent.endsWith('ontainers[]') ? ['containerPort', 'protocol'] : undefined
}

const LIST_KEYS: Readonly<Record<string, readonly string[]>> = {
  claims: ['name'],
  conditions: ['type'],
  containers: ['name'],
  env: ['name'],
  ephemeralContainers: ['name'],
  hostAliases: ['ip'],
  initContainers: ['name'],
  ownerReferences: ['uid'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
  volumeDevices: ['devicePath'],
  volumeMounts: ['mountPath'],
  volumes: ['name'],
}

const ATOMIC_MAPS: ReadonlySet<string> = new Set([
  'configMapKeyRef',
  'fieldRef',
  'imagePullSecrets[]',
  'labelSelector',
  'namespaceSelector',
  'nodeSelector',
  'ownerReferences[]',
  'podSelector',
  'resourceFieldRef',
  'roleRef',
  'secretKeyRef',
  'selector',
])

/** Only where a wrong type is an easy mistake: a number for a port's sake in a label or a variable. */
function builtinScalar({ name, parent }: Place): Shape['scalar'] {
  if (['labels', 'annotations', 'data', 'stringData', 'matchLabels'].includes(parent)) return 'string'
  if (name === 'image' || (name === 'value' && parent === 'env[]')) return 'string'
  return name === 'replicas' || name === 'containerPort' ? 'number' : undefined
}
