/** Where in an object a value stands: once for people, once for finding the rule that applies to it. */

export interface Place {
  /** `spec.template.spec.containers[name=vault].image` */
  readonly text: string
  /** The field names only, `spec.template.spec.containers.image`: what the rules of `rules.ts` look at. */
  readonly fields: readonly string[]
}

export const ROOT: Place = { text: '', fields: [] }

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

export function fieldAt({ text, fields }: Place, name: string): Place {
  const plain = /^[A-Za-z][A-Za-z0-9_-]*$/u.test(name)
  const dot = text === '' ? '' : '.'
  return {
    text: plain ? `${text}${dot}${name}` : `${text}[${JSON.stringify(name)}]`,
    fields: [...fields, name],
  }
}

export function itemAt({ text, fields }: Place, label: string): Place {
  return { text: `${text}[${label}]`, fields }
}
