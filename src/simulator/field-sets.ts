/** Sets of fields as server-side apply keeps them: a tree whose members are what somebody owns (`FieldsV1` on the wire). */
import { isObject, type JsonObject, same } from './json.ts'
import { isLeaf, itemKey, type Shape } from './shape.ts'

/** Children are named as in `FieldsV1`: `f:name`, `k:{"name":"x"}`, `v:"x"`. */
export interface FieldSet {
  readonly member: boolean
  readonly children: ReadonlyMap<string, FieldSet>
}

export const NOTHING: FieldSet = { member: false, children: new Map() }
const MEMBER: FieldSet = { member: true, children: new Map() }

export const isNothing = ({ member, children }: FieldSet): boolean => !member && children.size === 0

export function union(a: FieldSet, b: FieldSet): FieldSet {
  return combined(a, b, (left, right) => left || right)
}

export function minus(a: FieldSet, b: FieldSet): FieldSet {
  return combined(a, b, (left, right) => left && !right)
}

export function common(a: FieldSet, b: FieldSet): FieldSet {
  return combined(a, b, (left, right) => left && right)
}

function combined(a: FieldSet, b: FieldSet, keeps: (left: boolean, right: boolean) => boolean): FieldSet {
  const names = new Set([...a.children.keys(), ...b.children.keys()])
  const pairs = [...names].map(
    (name) =>
      [name, combined(a.children.get(name) ?? NOTHING, b.children.get(name) ?? NOTHING, keeps)] as const,
  )
  return {
    member: keeps(a.member, b.member),
    children: new Map(pairs.filter(([, child]) => !isNothing(child))),
  }
}

/** Members of `owned` at or under which `kept` has none: what nobody wants any more. */
export function abandoned(owned: FieldSet, kept: FieldSet | undefined): FieldSet {
  if (kept === undefined && owned.member) return MEMBER
  const pairs = [...owned.children].map(
    ([name, child]) => [name, abandoned(child, kept?.children.get(name))] as const,
  )
  return { member: false, children: new Map(pairs.filter(([, child]) => !isNothing(child))) }
}

/** What whoever applies this object owns: its leaves, and the items of its lists. */
export function fieldsOf(value: unknown, shape: Shape): FieldSet {
  if (isLeaf(value, shape)) return MEMBER
  return {
    member: false,
    children: new Map(
      parts(value, shape).map(({ key, value: part, shape: inner, entry }) => {
        const fields = fieldsOf(part, inner)
        return [key, entry ? { ...fields, member: true } : fields] as const
      }),
    ),
  }
}

export interface Difference {
  /** What is new or has another value. Of something new, every level counts. */
  readonly changed: FieldSet
  readonly removed: FieldSet
}

export function difference(before: unknown, after: unknown, shape: Shape): Difference {
  if (before === undefined) return { changed: everything(after, shape), removed: NOTHING }
  if (after === undefined) return { changed: NOTHING, removed: everything(before, shape) }
  if (isFlat(before, shape) || isFlat(after, shape))
    return { changed: same(before, after) ? NOTHING : MEMBER, removed: NOTHING }
  return differenceOfParts(parts(before, shape), parts(after, shape))
}

function differenceOfParts(before: readonly Part[], after: readonly Part[]): Difference {
  const left = new Map(before.map((part) => [part.key, part]))
  const right = new Map(after.map((part) => [part.key, part]))
  const changed = new Map<string, FieldSet>()
  const removed = new Map<string, FieldSet>()
  for (const [key, part] of new Map([...left, ...right])) {
    const inner = difference(left.get(key)?.value, right.get(key)?.value, part.shape)
    if (!isNothing(inner.changed)) changed.set(key, inner.changed)
    if (!isNothing(inner.removed)) removed.set(key, inner.removed)
  }
  return { changed: { member: false, children: changed }, removed: { member: false, children: removed } }
}

/** An empty container can still be compared member by member. */
function isFlat(value: unknown, shape: Shape): boolean {
  return (
    isLeaf(value, shape) &&
    !(Array.isArray(value) ? shape.list !== 'atomic' : isObject(value) && !shape.atomic)
  )
}

function everything(value: unknown, shape: Shape): FieldSet {
  if (isLeaf(value, shape)) return MEMBER
  const pairs = parts(value, shape).map((part) => [part.key, everything(part.value, part.shape)] as const)
  return { member: true, children: new Map(pairs) }
}

interface Part {
  readonly key: string
  readonly value: unknown
  readonly shape: Shape
  /** An item of a list or an entry of a map, not a declared field: it can be owned by itself. */
  readonly entry: boolean
}

function parts(value: unknown, shape: Shape): readonly Part[] {
  if (Array.isArray(value))
    return value.map((item: unknown) => ({
      key: itemKey(item, shape),
      value: item,
      shape: shape.item(),
      entry: true,
    }))
  return Object.entries(isObject(value) ? value : {})
    .filter(([, part]) => part !== undefined)
    .map(([name, part]) => ({
      key: `f:${name}`,
      value: part,
      shape: shape.field(name),
      entry: !shape.declares(name),
    }))
}

/** Reads `fieldsV1`. */
export function decoded(fields: unknown): FieldSet {
  const entries = Object.entries(isObject(fields) ? fields : {})
  const children = entries
    .filter(([name]) => name !== '.')
    .map(([name, child]) => [name, decoded(child)] as const)
  return { member: entries.length === 0 || entries.length > children.length, children: new Map(children) }
}

/** Writes `fieldsV1`: `{}` is a member, `.` one that has members under it. */
export function encoded({ member, children }: FieldSet): JsonObject {
  const sorted = [...children].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const entries = sorted.map(([name, child]) => [name, encoded(child)] as const)
  return Object.fromEntries(member && children.size > 0 ? [['.', {}], ...entries] : entries)
}

/** The members as people read them: `.spec.containers[name="main"].image`. */
export function pathsOf({ member, children }: FieldSet, prefix = ''): readonly string[] {
  const inner = [...children].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return [
    ...(member ? [prefix] : []),
    ...inner.flatMap(([name, child]) => pathsOf(child, prefix + stepOf(name))),
  ]
}

export function stepOf(name: string): string {
  const text = name.slice(2)
  if (name.startsWith('f:')) return `.${text}`
  if (name.startsWith('v:')) return `[=${text}]`
  const pairs = Object.entries(JSON.parse(text) as JsonObject)
  return `[${pairs.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`
}
