/** Server-side apply: merges what one manager wants into what is there, and says whose fields stand against it. */
import {
  abandoned,
  common,
  difference,
  type FieldSet,
  fieldsOf,
  isNothing,
  minus,
  NOTHING,
  pathsOf,
  stepOf,
  union,
} from './field-sets.ts'
import { asText, isObject, type JsonObject, omit } from './json.ts'
import {
  describeManager,
  type Ownership,
  ownershipsOf,
  type Owner,
  sameOwner,
  withoutSystemFields,
  wrote,
} from './ownership.ts'
import { isLeaf, itemKey, type Shape } from './shape.ts'
import { internal, StatusFault } from './status-fault.ts'

export interface ApplyRequest {
  /** Undefined: it is created. */
  readonly live: JsonObject | undefined
  /** What the manager wants: all of it, and nothing else. */
  readonly wanted: JsonObject
  readonly shape: Shape
  readonly owner: Owner
  readonly force: boolean
}

export interface Applied {
  readonly object: JsonObject
  readonly ownerships: readonly Ownership[]
}

/** Throws a Conflict with one cause per field that another manager owns with another value, unless forced. */
export function applied({ live, wanted, shape, owner, force }: ApplyRequest): Applied {
  const before = ownershipsOf(live)
  const mine = withoutSystemFields(fieldsOf(wanted, shape))
  const others = before.filter((entry) => !sameOwner(entry, owner))
  const formerly = before.find((entry) => sameOwner(entry, owner))?.fields ?? NOTHING
  const kept = others.reduce((all, { fields }) => union(all, fields), mine)
  const merged = pruned(mergedWith(live, wanted, shape), abandoned(formerly, kept), shape)
  const object = isObject(merged) ? merged : {}
  const { changed } = difference(live, object, shape)
  const conflicts = others
    .map((entry) => ({ ...entry, fields: common(entry.fields, changed) }))
    .filter(({ fields }) => !isNothing(fields))
  if (conflicts.length > 0 && !force && live !== undefined) throw conflictWith(conflicts)
  const left = others.map((entry) => ({ ...entry, fields: minus(entry.fields, changed) }))
  return { object, ownerships: wrote([...left, { ...owner, fields: mine }], before) }
}

function conflictWith(conflicts: readonly Ownership[]): StatusFault {
  const groups = conflicts.map((entry) => ({ who: describeManager(entry), paths: pathsOf(entry.fields) }))
  const causes = groups.flatMap(({ who, paths }) =>
    paths.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${who}`, field })),
  )
  const list = groups.map(
    ({ who, paths }) => `conflicts with ${who}:\n${paths.map((path) => `- ${path}`).join('\n')}`,
  )
  const [only] = causes
  const text = causes.length === 1 ? `${only?.message}: ${only?.field}` : list.join('\n')
  return new StatusFault({
    code: 409,
    reason: 'Conflict',
    message: `Apply failed with ${causes.length} conflict${causes.length === 1 ? '' : 's'}: ${text}`,
    details: { causes },
  })
}

/** What is wanted wins; what it does not mention stays. */
function mergedWith(live: unknown, wanted: unknown, shape: Shape): unknown {
  if (wanted === undefined) return live
  if (Array.isArray(wanted) && Array.isArray(live) && shape.list !== 'atomic')
    return mergedList(live, wanted, shape)
  if (!isObject(wanted) || !isObject(live) || shape.atomic) return wanted
  const inner = Object.entries(wanted).map(
    ([name, value]) => [name, mergedWith(live[name], value, shape.field(name))] as const,
  )
  return { ...live, ...Object.fromEntries(inner) }
}

/** Items keep the order in which they are wanted; those that only live objects have stay where they were among them. */
function mergedList(live: readonly unknown[], wanted: readonly unknown[], shape: Shape): readonly unknown[] {
  const wantedKeys = new Set(wanted.map((item) => itemKey(item, shape)))
  const liveByKey = new Map(live.map((item) => [itemKey(item, shape), item]))
  const merged: unknown[] = []
  let at = 0
  const takeUnwanted = (): void => {
    for (; at < live.length && !wantedKeys.has(itemKey(live[at], shape)); at++) merged.push(live[at])
  }
  takeUnwanted()
  for (const item of wanted) {
    const key = itemKey(item, shape)
    merged.push(shape.list === 'set' ? item : mergedWith(liveByKey.get(key), item, shape.item()))
    if (at < live.length && itemKey(live[at], shape) === key) at++
    takeUnwanted()
  }
  return [...merged, ...live.slice(at).filter((item) => !wantedKeys.has(itemKey(item, shape)))]
}

/** Takes these fields out; a container that becomes empty by it goes too. */
function pruned(value: unknown, doomed: FieldSet, shape: Shape): unknown {
  if (doomed.children.size === 0) return value
  if (Array.isArray(value)) {
    const rest = value.flatMap((item: unknown) => {
      const fields = doomed.children.get(itemKey(item, shape))
      if (fields?.member) return []
      return [fields === undefined ? item : pruned(item, fields, shape.item())]
    })
    return rest.length === 0 && value.length > 0 ? undefined : rest
  }
  if (!isObject(value)) return value
  const entries = Object.entries(value).flatMap(([name, part]) => {
    const fields = doomed.children.get(`f:${name}`)
    if (fields?.member) return []
    const rest = fields === undefined ? part : pruned(part, fields, shape.field(name))
    return rest === undefined ? [] : [[name, rest] as const]
  })
  return entries.length === 0 && Object.keys(value).length > 0 ? undefined : Object.fromEntries(entries)
}

/**
 * Refuses what the typed converter of the real server refuses before anything else: fields that the schema does not
 * declare, scalars of another type, and list items without or with the same key. It answers 500 for them.
 */
export function requireTyped(wanted: JsonObject, shape: Shape, subject: string): void {
  const fault = typeFault(omit(wanted, 'apiVersion', 'kind'), shape, '')
  if (fault !== undefined) throw internal(`failed to create typed patch object (${subject}): ${fault}`)
}

function typeFault(value: unknown, shape: Shape, path: string): string | undefined {
  if (value === null || value === undefined) return undefined
  if (shape.scalar !== undefined && typeof value !== shape.scalar)
    return `${path}: ${expected(shape.scalar, value)}`
  if (Array.isArray(value)) return isLeaf(value, shape) ? undefined : listFault(value, shape, path)
  return isObject(value) ? fieldFault(value, shape, path) : undefined
}

function fieldFault(object: JsonObject, shape: Shape, path: string): string | undefined {
  for (const [name, part] of Object.entries(object)) {
    if (!shape.knows(name)) return `${path}.${name}: field not declared in schema`
    const fault = typeFault(part, shape.field(name), `${path}.${name}`)
    if (fault !== undefined) return fault
  }
  return undefined
}

function listFault(list: readonly unknown[], shape: Shape, path: string): string | undefined {
  const seen = new Set<string>()
  for (const [index, item] of list.entries()) {
    const key = itemKey(item, shape)
    if (key === 'k:{}') {
      const keys = JSON.stringify(shape.keys)
      return `${path}: element ${index}: associative list with keys has an element that omits all key fields ${keys} (and doesn't have default values for any key fields)`
    }
    if (seen.has(key)) return `${path}: duplicate entries for key ${stepOf(key)}`
    seen.add(key)
    const fault = shape.list === 'set' ? undefined : typeFault(item, shape.item(), path + stepOf(key))
    if (fault !== undefined) return fault
  }
  return undefined
}

function expected(scalar: string, value: unknown): string {
  if (scalar === 'number') return `expected numeric (int or float), got ${typeof value}`
  return `expected ${scalar}, got &value.valueUnstructured{Value:${isObject(value) ? 'map[]' : asText(value)}}`
}
