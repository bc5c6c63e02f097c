/** The three patches of the Kubernetes API besides apply: JSON (RFC 6902), merge (RFC 7386) and strategic merge. */
import { isObject, type JsonObject, same } from './json.ts'
import { itemKey, type Shape } from './shape.ts'
import { badRequest, StatusFault } from './status-fault.ts'

/** RFC 7386. */
function mergePatched(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const merged: Record<string, unknown> = isObject(target) ? { ...target } : {}
  for (const [name, value] of Object.entries(patch))
    if (value === null) delete merged[name]
    else merged[name] = mergePatched(merged[name], value)
  return merged
}

/** RFC 6902, but `replace` of a missing member adds it, as the real server's library has it. Throws 422 or 400. */
function jsonPatched(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch))
    throw badRequest(
      'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
    )
  return patch.reduce<unknown>((document, operation) => operated(document, operation as Operation), target)
}

interface Operation {
  readonly op: string
  readonly path: string
  readonly from?: string
  readonly value?: unknown
}

function operated(document: unknown, { op, path, from, value }: Operation): unknown {
  switch (op) {
    case 'test':
      if (!same(at(document, steps(path)), value)) throw rejected()
      return document
    case 'add':
    case 'replace':
      return put(document, steps(path), { value, insert: op === 'add' })
    case 'remove':
      at(document, steps(path))
      return put(document, steps(path), { value: undefined, insert: false })
    case 'copy':
    case 'move': {
      const source = steps(from ?? '')
      const moved = at(document, source)
      const rest = op === 'move' ? put(document, source, { value: undefined, insert: false }) : document
      return put(rest, steps(path), { value: moved, insert: true })
    }
    default:
      throw rejected()
  }
}

function steps(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function at(document: unknown, path: readonly string[]): unknown {
  return path.reduce((inner, step) => {
    const found = Array.isArray(inner) ? inner[Number(step)] : isObject(inner) ? inner[step] : undefined
    if (found === undefined) throw rejected()
    return found
  }, document)
}

interface Change {
  /** Undefined: it is removed. */
  readonly value: unknown
  /** Into a list: before what is there, not instead of it. */
  readonly insert: boolean
}

function put(document: unknown, [step, ...rest]: readonly string[], change: Change): unknown {
  if (step === undefined) return change.value
  if (Array.isArray(document)) return putIntoList(document, [step, ...rest], change)
  if (!isObject(document)) throw rejected()
  if (rest.length > 0 && document[step] === undefined) throw rejected()
  const inner = rest.length > 0 ? put(document[step], rest, change) : change.value
  const { [step]: _, ...others } = document
  return inner === undefined ? others : { ...document, [step]: inner }
}

function putIntoList(
  list: readonly unknown[],
  [step = '', ...rest]: readonly string[],
  change: Change,
): unknown {
  const index = step === '-' ? list.length : Number(step)
  if (!Number.isInteger(index) || index > list.length) throw rejected()
  if (rest.length > 0) return list.with(index, put(list[index], rest, change))
  if (change.value === undefined) return list.toSpliced(index, 1)
  return list.toSpliced(index, change.insert ? 0 : 1, change.value)
}

/** The real server does not say which operation it was. */
function rejected(): StatusFault {
  return new StatusFault({
    code: 422,
    reason: 'Invalid',
    message: 'the server rejected our request due to an error in our request',
    details: {},
  })
}

/** A merge patch that merges lists by their keys and knows the `$patch` directives. */
function strategicallyPatched(target: unknown, patch: unknown, shape: Shape): unknown {
  if (Array.isArray(patch)) return listPatched(Array.isArray(target) ? target : [], patch, shape)
  if (!isObject(patch)) return patch
  const { $patch: directive, $retainKeys: retained, ...fields } = patch
  if (directive === 'replace') return fields
  const merged = withFieldsPatched(isObject(target) ? target : {}, fields, shape)
  if (!Array.isArray(retained)) return merged
  return Object.fromEntries(Object.entries(merged).filter(([name]) => retained.includes(name)))
}

function withFieldsPatched(target: JsonObject, fields: JsonObject, shape: Shape): JsonObject {
  const merged: Record<string, unknown> = { ...target }
  for (const [name, value] of Object.entries(fields)) {
    if (value === null) delete merged[name]
    else if (name.startsWith('$deleteFromPrimitiveList/')) dropFrom(merged, name.slice(25), value)
    else if (!name.startsWith('$setElementOrder/'))
      merged[name] = strategicallyPatched(merged[name], value, shape.field(name))
  }
  return merged
}

function dropFrom(merged: Record<string, unknown>, name: string, values: unknown): void {
  const list = merged[name]
  if (Array.isArray(list) && Array.isArray(values))
    merged[name] = list.filter((item) => !values.includes(item))
}

function listPatched(
  target: readonly unknown[],
  patch: readonly unknown[],
  shape: Shape,
): readonly unknown[] {
  if (shape.list === 'atomic') return patch
  if (patch.some((item) => isObject(item) && item['$patch'] === 'replace'))
    return patch.filter((item) => !isObject(item) || item['$patch'] === undefined)
  return patch.reduce<readonly unknown[]>((list, item) => {
    const index = list.findIndex((held) => isSameItem(held, item, shape))
    if (isObject(item) && item['$patch'] === 'delete') return index < 0 ? list : list.toSpliced(index, 1)
    const merged = shape.list === 'set' ? item : strategicallyPatched(list[index], item, shape.item())
    return index < 0 ? [...list, merged] : list.with(index, merged)
  }, target)
}

/** Strategic merge goes by the first key only: `containerPort`, not the protocol too. */
function isSameItem(held: unknown, item: unknown, shape: Shape): boolean {
  const [key] = shape.keys
  if (shape.list === 'set' || key === undefined) return itemKey(held, shape) === itemKey(item, shape)
  return isObject(held) && isObject(item) && held[key] === item[key]
}

export type PatchType = 'apply' | 'json' | 'merge' | 'strategic'

const PATCH_TYPES: Readonly<Record<string, PatchType>> = {
  'application/apply-patch+yaml': 'apply',
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
}

export function patchTypeOf(contentType: string): PatchType | undefined {
  return PATCH_TYPES[contentType]
}

export function patched(target: JsonObject, patch: unknown, how: { type: PatchType; shape: Shape }): unknown {
  if (how.type === 'json') return jsonPatched(target, patch)
  return how.type === 'merge' ? mergePatched(target, patch) : strategicallyPatched(target, patch, how.shape)
}
