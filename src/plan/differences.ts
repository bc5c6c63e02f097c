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
  const comparison = new Comparison()
  comparison.compare(wanted, live, ROOT)
  return comparison.found
}

/** Goes through hundreds of fields of each object, of which most often none differs. */
class Comparison {
  readonly found: Difference[] = []

  compare(wanted: unknown, live: unknown, place: Place): void {
    if (isAbsent(wanted, place) && isAbsent(live, place)) return
    if (isList(wanted)) this.#compareLists(wanted, isList(live) ? live : undefined, place)
    else if (isMap(wanted) && isMap(live)) this.#compareMaps(wanted, live, place)
    else if (!isSameValue(wanted, live, place)) this.#differ(place, wanted, live)
  }

  #differ({ text: path }: Place, wanted: unknown, live: unknown): void {
    this.found.push({ path, wanted, live })
  }

  #compareMaps(wanted: JsonMap, live: JsonMap, place: Place): void {
    const whole = isAtomicMap(place)
    for (const name of Object.keys(whole ? { ...live, ...wanted } : wanted)) {
      const value = fieldOf(wanted, name)
      if (value !== undefined || whole) this.compare(value, fieldOf(live, name), fieldAt(place, name))
    }
  }

  #compareLists(wanted: readonly unknown[], live: readonly unknown[] | undefined, place: Place): void {
    const rule = listRuleAt(place)
    if (live === undefined) this.#differ(place, wanted, live)
    else if (rule.kind === 'map')
      for (const item of wanted) this.#compareKeyed(item, live, { place, keys: rule.keys })
    else if (rule.kind === 'set') {
      for (const item of wanted) if (!live.includes(item)) this.#differ(place, item, undefined)
    } else if (wanted.length !== live.length) this.#differ(place, wanted, live)
    else wanted.forEach((item, index) => this.compare(item, live[index], itemAt(place, String(index))))
  }

  #compareKeyed(
    item: unknown,
    live: readonly unknown[],
    { place, keys }: { readonly place: Place; readonly keys: readonly string[] },
  ): void {
    const label = keys.map((key) => `${key}=${String(keyOfItem(item, key))}`).join(',')
    const twin = live.find((other) => keys.every((key) => keyOfItem(item, key) === keyOfItem(other, key)))
    this.compare(item, twin, itemAt(place, label))
  }
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
