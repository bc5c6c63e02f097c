/** Describes what a part of an object must look like, and says in one sentence where a value does not. */

/** The first fault of a value, such as `status.phase is a number, expected a string`; undefined when there is none. */
export type Shape = (value: unknown, path: string) => string | undefined

export const text: Shape = (value, path) =>
  typeof value === 'string' ? undefined : mismatch(value, path, 'a string')

export const flag: Shape = (value, path) =>
  typeof value === 'boolean' ? undefined : mismatch(value, path, 'true or false')

export const whole: Shape = (value, path) => {
  if (typeof value !== 'number') return mismatch(value, path, 'a whole number')
  return Number.isSafeInteger(value) ? undefined : `${path} is ${value}, expected a whole number`
}

/** Counts, and seconds. */
export const count: Shape = (value, path) => {
  const fault = whole(value, path)
  if (fault !== undefined) return fault
  return Number(value) >= 0 ? undefined : `${path} is ${String(value)}, expected 0 or more`
}

/** RFC 3339, with or without fractions of a second. */
export const time: Shape = (value, path) => {
  if (typeof value !== 'string') return mismatch(value, path, 'a time')
  return isTime(value)
    ? undefined
    : `${path} is ${JSON.stringify(value.slice(0, 40))}, expected a time in RFC 3339`
}

/** A port, or a quantity. */
export const numberOrText: Shape = (value, path) =>
  typeof value === 'number' || typeof value === 'string'
    ? undefined
    : mismatch(value, path, 'a number or a string')

export function oneOf(values: readonly string[]): Shape {
  return (value, path) => {
    if (typeof value !== 'string') return mismatch(value, path, 'a string')
    return values.includes(value)
      ? undefined
      : `${path} is ${JSON.stringify(value.slice(0, 40))}, expected one of ${values.join(', ')}`
  }
}

export function listOf(item: Shape): Shape {
  return (value, path) => {
    if (!Array.isArray(value)) return mismatch(value, path, 'a list')
    return firstFault(value, (one, at) => item(one, `${path}[${at}]`))
  }
}

export function mapOf(member: Shape): Shape {
  return (value, path) => {
    if (!isRecord(value)) return mismatch(value, path, 'an object')
    return firstFault(Object.entries(value), ([key, one]) => member(one, `${path}.${key}`))
  }
}

/** Members that are not named may be anything. */
export function fields(
  optional: Readonly<Record<string, Shape>>,
  required: Readonly<Record<string, Shape>> = {},
): Shape {
  const named = Object.entries({ ...required, ...optional })
  const needed = Object.keys(required)
  return (value, path) => {
    if (!isRecord(value)) return mismatch(value, path, 'an object')
    const missing = needed.find((key) => !Object.hasOwn(value, key))
    if (missing !== undefined) return `${under(path, missing)} is missing`
    return firstFault(named, ([key, shape]) =>
      Object.hasOwn(value, key) ? shape(value[key], under(path, key)) : undefined,
    )
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What a value is, for people: `a list`, `a number`, `missing`. */
export function nameOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return NAMES[typeof value] ?? 'something else'
}

const NAMES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  boolean: 'a boolean',
  object: 'an object',
  undefined: 'missing',
}

const RFC_3339 = /^(?<day>\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/u

/** True for a time in RFC 3339 that the calendar knows. */
export function isTime(value: string): boolean {
  const day = RFC_3339.exec(value)?.groups?.['day']
  if (day === undefined || Number.isNaN(Date.parse(value))) return false
  // The parser of JavaScript makes 2 March of 30 February.
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)
}

function mismatch(value: unknown, path: string, expected: string): string {
  return `${path} is ${nameOf(value)}, expected ${expected}`
}

function under(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

function firstFault<T>(
  items: readonly T[],
  check: (item: T, at: number) => string | undefined,
): string | undefined {
  for (const [at, item] of items.entries()) {
    const fault = check(item, at)
    if (fault !== undefined) return fault
  }
  return undefined
}
