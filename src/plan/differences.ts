/** Compares what is wanted with what is there: only wanted fields count, read the way the API server reads them. */
import type { KubeObject } from '../model/kubernetes.ts'
import { isSameQuantity } from '../model/quantity.ts'
import { fieldAt, fieldOf, isList, isMap, itemAt, type JsonMap, type Place, ROOT } from './place.ts'
import { isAmount, isAtomicMap, isFreeMap, isInFreeMap, KEY_DEFAULTS, listRuleAt } from './rules.ts'

export interface Difference {
  /** `spec.template.spec.containers[name=vault].image` */
  readonly path: string
  /** Undefined: we set this field earlier and do not want it any more. */
  readonly wanted: unknown
  /** Undefined: it is not there. */
  readonly live: unknown
  /** Field manager that set the live value; left out when that was us, or when nobody can tell. */
  readonly by?: string
}

/** Empty when every wanted field is in the live object with an equal meaning. */
export function differencesOf(wanted: KubeObject, live: KubeObject): readonly Difference[] {
  return compare(wanted, live, ROOT)
}

function compare(wanted: unknown, live: unknown, place: Place): readonly Difference[] {
  if (isAbsent(wanted, place) && isAbsent(live, place)) return []
  if (isList(wanted)) return compareLists(wanted, isList(live) ? live : undefined, place)
  if (isMap(wanted) && isMap(live)) return compareMaps(wanted, live, place)
  return isSameValue(wanted, live, place) ? [] : [{ path: place.text, wanted, live }]
}

function compareMaps(wanted: JsonMap, live: JsonMap, place: Place): readonly Difference[] {
  const whole = isAtomicMap(place)
  return Object.keys(whole ? { ...live, ...wanted } : wanted).flatMap((name) => {
    const value = fieldOf(wanted, name)
    return value === undefined && !whole ? [] : compare(value, fieldOf(live, name), fieldAt(place, name))
  })
}

function compareLists(
  wanted: readonly unknown[],
  live: readonly unknown[] | undefined,
  place: Place,
): readonly Difference[] {
  const rule = listRuleAt(place)
  if (live === undefined) return [{ path: place.text, wanted, live }]
  if (rule.kind === 'map')
    return wanted.flatMap((item) => compareKeyed(item, live, { place, keys: rule.keys }))
  if (rule.kind === 'set')
    return wanted
      .filter((item) => !live.includes(item))
      .map((item) => ({ path: place.text, wanted: item, live: undefined }))
  if (wanted.length !== live.length) return [{ path: place.text, wanted, live }]
  return wanted.flatMap((item, index) => compare(item, live[index], itemAt(place, String(index))))
}

function compareKeyed(
  item: unknown,
  live: readonly unknown[],
  { place, keys }: { readonly place: Place; readonly keys: readonly string[] },
): readonly Difference[] {
  const label = keys.map((key) => `${key}=${String(keyOfItem(item, key))}`).join(',')
  const twin = live.find((other) => keys.every((key) => keyOfItem(item, key) === keyOfItem(other, key)))
  return compare(item, twin, itemAt(place, label))
}

/** The value of a list key, or what the server puts in its place. */
export function keyOfItem(item: unknown, key: string): unknown {
  return fieldOf(item, key) ?? KEY_DEFAULTS[key]
}

/** JSON has several ways of saying nothing; the server keeps none of them where Go's `omitempty` stands. */
function isAbsent(value: unknown, place: Place): boolean {
  if (value === undefined || value === null) return true
  if (value === '') return !isInFreeMap(place)
  if (isList(value)) return value.length === 0
  return isMap(value) && isFreeMap(place) && Object.keys(value).length === 0
}

function isSameValue(wanted: unknown, live: unknown, place: Place): boolean {
  return wanted === live || (isAmount(place) && isSameQuantity(wanted, live))
}
