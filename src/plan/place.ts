/** Where in an object a value stands: once for people, once for finding the rule that applies to it. */

export interface Place {
  /** `spec.template.spec.containers[name=vault].image` */
  readonly text: string
  /** Name of the innermost field: what the rules of `rules.ts` look at. */
  readonly field: string
  /** Name of the field around it. */
  readonly outer: string
}

/** Made for every field that is compared, and hardly ever told to anybody: the text is put together only then. */
class Step implements Place {
  readonly field: string
  readonly outer: string
  readonly #parent: Place
  readonly #label: string | undefined

  /** An item of a list has a label, and the names of its list. */
  constructor(parent: Place, { field, outer }: Pick<Place, 'field' | 'outer'>, label?: string) {
    this.field = field
    this.outer = outer
    this.#parent = parent
    this.#label = label
  }

  get text(): string {
    const { text } = this.#parent
    if (this.#label !== undefined) return `${text}[${this.#label}]`
    if (!/^[A-Za-z][A-Za-z0-9_-]*$/u.test(this.field)) return `${text}[${JSON.stringify(this.field)}]`
    return text === '' ? this.field : `${text}.${this.field}`
  }
}

export const ROOT: Place = { text: '', field: '', outer: '' }

export type JsonMap = Readonly<Record<string, unknown>>

export function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}

export function fieldOf(value: unknown, name: string): unknown {
  return isMap(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

export function fieldAt(place: Place, name: string): Place {
  return new Step(place, { field: name, outer: place.field })
}

export function itemAt(place: Place, label: string): Place {
  return new Step(place, place, label)
}
