/**
 * Finds what we applied earlier and do not want any more, and who changed what is ours.
 *
 * Comparing wanted fields alone would never notice a setting that a new version dropped. The server remembers per
 * field who applied it (`metadata.managedFields`, FieldsV1), and takes a field back that its only manager leaves out.
 */
import type { KubeObject } from '../model/kubernetes.ts'
import { FIELD_MANAGER } from '../model/names.ts'
import { type Difference, keyOfItem } from './differences.ts'
import { fieldAt, fieldOf, isList, isMap, itemAt, type Place, ROOT } from './place.ts'

/** Empty for an object that carries no `managedFields`. */
export function abandonedFields(wanted: KubeObject, live: KubeObject): readonly Difference[] {
  const found: Difference[] = []
  for (const entry of entriesOf(live))
    if (isOurs(entry)) walk(fieldOf(entry, 'fieldsV1'), { wanted, live, place: ROOT }, found)
  return found
}

function entriesOf(live: KubeObject): readonly unknown[] {
  const entries = fieldOf(live.metadata, 'managedFields')
  return isList(entries) ? entries : []
}

/** True when our field manager applied the object, or a part of it: labels alone can be copied. */
export function isAppliedByUs(live: KubeObject): boolean {
  return entriesOf(live).some((entry) => isOurs(entry))
}

/** True when our field manager applied this very field; nobody else has set it since. */
export function isFieldOfOurs(live: KubeObject, fields: readonly string[]): boolean {
  return entriesOf(live)
    .filter((entry) => isOurs(entry))
    .some((entry) => {
      const owned = fields.reduce((set, field) => fieldOf(set, `f:${field}`), fieldOf(entry, 'fieldsV1'))
      return owned !== undefined
    })
}

/** The same differences, each with the manager that set the live value if that was not us. */
export function withCulprits(differences: readonly Difference[], live: KubeObject): readonly Difference[] {
  if (differences.length === 0) return differences
  const fields = entriesOf(live)
    .filter((entry) => !isOurs(entry) && fieldOf(entry, 'subresource') !== 'status')
    .flatMap((entry) =>
      leavesOf(fieldOf(entry, 'fieldsV1'), { wanted: undefined, live, place: ROOT }).map((path) => ({
        path,
        by: fieldOf(entry, 'manager'),
      })),
    )
  return differences.map((difference) => {
    const by = fields.find(
      ({ path }) => isWithin(path, difference.path) || isWithin(difference.path, path),
    )?.by
    return typeof by === 'string' && by !== '' ? { ...difference, by } : difference
  })
}

function isWithin(path: string, outer: string): boolean {
  return path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`)
}

/** Paths of the innermost fields of a set. */
function leavesOf(owned: unknown, pair: Pair): readonly string[] {
  const inner = isMap(owned) ? Object.entries(owned).filter(([step]) => step !== '.') : []
  if (inner.length === 0) return [pair.place.text]
  return inner.flatMap(([step, deeper]) => {
    const next = follow(step, pair)
    return next === undefined ? [] : leavesOf(deeper, next)
  })
}

interface Pair {
  readonly wanted: unknown
  readonly live: unknown
  readonly place: Place
}

function isOurs(entry: unknown): boolean {
  return (
    fieldOf(entry, 'manager') === FIELD_MANAGER.reconcile &&
    fieldOf(entry, 'operation') === 'Apply' &&
    (fieldOf(entry, 'subresource') ?? '') === ''
  )
}

function walk(owned: unknown, pair: Pair, found: Difference[]): void {
  if (!isMap(owned)) return
  for (const [step, deeper] of Object.entries(owned)) {
    const next = follow(step, pair)
    if (next === undefined) continue
    if (next.wanted !== undefined && next.wanted !== null) walk(deeper, next, found)
    else found.push({ path: next.place.text, wanted: undefined, live: next.live })
  }
}

/** FieldsV1: `f:` a field, `k:` an item by its keys, `v:` an item by its value, `.` the thing itself. */
function follow(step: string, { wanted, live, place }: Pair): Pair | undefined {
  const rest = step.slice(2)
  switch (step.slice(0, 2)) {
    case 'f:':
      return { wanted: fieldOf(wanted, rest), live: fieldOf(live, rest), place: fieldAt(place, rest) }
    case 'k:': {
      const keys = Object.entries(parsed(rest) ?? {})
      const label = keys.map(([key, value]) => `${key}=${String(value)}`).join(',')
      const find = (list: unknown): unknown =>
        isList(list)
          ? list.find((item) => keys.every(([key, value]) => keyOfItem(item, key) === value))
          : undefined
      return { wanted: find(wanted), live: find(live), place: itemAt(place, label) }
    }
    case 'v:': {
      const value: unknown = parsed(rest)
      const find = (list: unknown): unknown => (isList(list) && list.includes(value) ? value : undefined)
      return { wanted: find(wanted), live: find(live), place: itemAt(place, rest) }
    }
    default:
      return undefined
  }
}

function parsed(json: string): object | undefined {
  return JSON.parse(json) as object | undefined
}
