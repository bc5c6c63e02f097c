/**
 * Finds what we applied earlier and do not want any more.
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
  const entries = fieldOf(live.metadata, 'managedFields')
  if (!isList(entries)) return []
  return entries
    .filter((entry) => isOurs(entry))
    .flatMap((entry) => walk(fieldOf(entry, 'fieldsV1'), { wanted, live, place: ROOT }))
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

function walk(owned: unknown, pair: Pair): readonly Difference[] {
  if (!isMap(owned)) return []
  return Object.entries(owned).flatMap(([step, deeper]) => {
    const next = follow(step, pair)
    if (next === undefined) return []
    if (next.wanted !== undefined && next.wanted !== null) return walk(deeper, next)
    return [{ path: next.place.text, wanted: undefined, live: next.live }]
  })
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
