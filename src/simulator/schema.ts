/** Custom resources against their structural schema: prunes, fills in defaults, and says what is wrong as the API server does. */
import type { Rule } from '../crd/rules.ts'
import { asText, isObject, type JsonObject, listAt, objectAt, same } from './json.ts'
import { type Cause, required, unsupported, wrongValue } from './status-fault.ts'

/** A copy without what the schema does not declare, and the paths of that. */
export function prunedBySchema(
  object: JsonObject,
  schema: JsonObject,
): { object: JsonObject; unknown: string[] } {
  const unknown: string[] = []
  const { apiVersion, kind, metadata, ...content } = object
  const kept = prune(content, schema, { path: '', unknown })
  return { object: { apiVersion, kind, metadata, ...(isObject(kept) ? kept : {}) }, unknown }
}

interface Pruning {
  readonly path: string
  readonly unknown: string[]
}

function prune(value: unknown, schema: JsonObject, { path, unknown }: Pruning): unknown {
  if (Array.isArray(value))
    return value.map((item: unknown, i) =>
      prune(item, objectAt(schema, 'items'), { path: `${path}[${i}]`, unknown }),
    )
  if (!isObject(value) || isOpen(schema)) return value
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`)
  unknown.push(
    ...Object.keys(value)
      .filter((name) => schemaOf(schema, name) === undefined)
      .map(at),
  )
  const kept = Object.entries(value).flatMap(([name, part]) => {
    const inner = schemaOf(schema, name)
    return inner === undefined ? [] : [[name, prune(part, inner, { path: at(name), unknown })] as const]
  })
  return Object.fromEntries(kept)
}

function isOpen(schema: JsonObject): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true || schema['type'] !== 'object'
}

function schemaOf(schema: JsonObject, name: string): JsonObject | undefined {
  const inner = objectAt(schema, 'properties')[name] ?? schema['additionalProperties']
  return isObject(inner) ? inner : undefined
}

/** Absent members get their default; a `null` that may not be one counts as absent. */
export function defaultedBySchema(value: unknown, schema: JsonObject): unknown {
  if (Array.isArray(value))
    return value.map((item: unknown) => defaultedBySchema(item, objectAt(schema, 'items')))
  if (!isObject(value)) return value
  const present = Object.entries(value).filter(([name, part]) => part !== null || isNullable(schema, name))
  const filled: Record<string, unknown> = Object.fromEntries(present)
  for (const [name, inner] of Object.entries(objectAt(schema, 'properties')))
    if (filled[name] === undefined && isObject(inner) && 'default' in inner) filled[name] = inner['default']
  return Object.fromEntries(
    Object.entries(filled).map(([name, part]) => [
      name,
      defaultedBySchema(part, schemaOf(schema, name) ?? {}),
    ]),
  )
}

function isNullable(schema: JsonObject, name: string): boolean {
  const inner = schemaOf(schema, name)
  return inner === undefined || inner['nullable'] === true
}

export interface Validation {
  readonly schema: JsonObject
  readonly rules: readonly Rule[]
  /** Before the update; undefined: it is created. */
  readonly before: unknown
}

/** Types, bounds and required fields first; rules only when none of those stands in their way. */
export function faultsBySchema(object: JsonObject, { schema, rules, before }: Validation): Cause[] {
  const faults = faultsOf(object, schema, '')
  const hasRules = rulesIn(schema).length > 0
  if (faults.some(({ reason }) => BLOCKING.includes(reason)))
    return hasRules ? [...faults, NOT_CHECKED] : faults
  return [...faults, ...ruleFaults(object, { schema, before }, { path: '', rules })]
}

const BLOCKING = [
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]

const NOT_CHECKED = wrongValue(
  '<nil>',
  null,
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
)

function faultsOf(value: unknown, schema: JsonObject, path: string): Cause[] {
  if (value === null && schema['nullable'] === true) return []
  const typeFault = faultOfType(value, schema, path)
  if (typeFault !== undefined) return [typeFault]
  const allowed = listAt(schema, 'enum')
  const faults =
    allowed.length > 0 && !allowed.some((one) => same(one, value))
      ? [unsupported(path, value, allowed.map(asText))]
      : []
  if (typeof value === 'string') faults.push(...faultsOfText(value, schema, path))
  if (typeof value === 'number') faults.push(...faultsOfNumber(value, schema, path))
  if (Array.isArray(value)) faults.push(...faultsOfList(value, schema, path))
  if (isObject(value)) faults.push(...faultsOfObject(value, schema, path))
  return faults
}

function faultOfType(value: unknown, schema: JsonObject, path: string): Cause | undefined {
  const intOrString = schema['x-kubernetes-int-or-string'] === true
  const wanted = intOrString ? ['integer', 'string'] : [asText(schema['type'])]
  const actual = typeName(value)
  const fits = wanted.includes(actual) || (wanted.includes('number') && actual === 'integer')
  if (fits || (!intOrString && schema['type'] === undefined)) return undefined
  return typeInvalid(path, actual, wanted.join(','))
}

function typeInvalid(path: string, value: string, wanted: string): Cause {
  const message = `Invalid value: "${value}": ${path} in body must be of type ${wanted}: "${value}"`
  return { reason: 'FieldValueTypeInvalid', message, field: path }
}

function typeName(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value
}

function faultsOfText(value: string, schema: JsonObject, path: string): Cause[] {
  const { minLength, maxLength, pattern, format } = schema
  // Lengths are counted in code points, as Go counts runes.
  const length = Array.from(value).length
  const faults: Cause[] = []
  if (typeof maxLength === 'number' && length > maxLength) {
    const message = `Too long: may not be more than ${maxLength} bytes`
    faults.push({ reason: 'FieldValueTooLong', message, field: path })
  } else if (typeof minLength === 'number' && length < minLength)
    faults.push(wrongValue(path, value, `${path} in body should be at least ${minLength} chars long`))
  else if (typeof pattern === 'string' && !new RegExp(pattern, 'u').test(value))
    faults.push(wrongValue(path, value, `${path} in body should match '${pattern}'`))
  if (format === 'date-time' && !DATE_TIME.test(value)) faults.push(typeInvalid(path, value, format))
  return faults
}

const DATE_TIME = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/u

function faultsOfNumber(value: number, { minimum, maximum }: JsonObject, path: string): Cause[] {
  if (typeof maximum === 'number' && value > maximum)
    return [wrongValue(path, value, `${path} in body should be less than or equal to ${maximum}`)]
  if (typeof minimum === 'number' && value < minimum)
    return [wrongValue(path, value, `${path} in body should be greater than or equal to ${minimum}`)]
  return []
}

function faultsOfList(list: readonly unknown[], schema: JsonObject, path: string): Cause[] {
  const inner = objectAt(schema, 'items')
  const faults = list.flatMap((item, i) => faultsOf(item, inner, `${path}[${i}]`))
  const { maxItems, minItems, 'x-kubernetes-list-type': listType } = schema
  if (typeof maxItems === 'number' && list.length > maxItems)
    faults.push(tooMany(path, list.length, maxItems))
  if (typeof minItems === 'number' && list.length < minItems)
    faults.push(wrongValue(path, list.length, `${path} in body should have at least ${minItems} items`))
  if (listType !== 'set' && listType !== 'map') return faults
  const keys = listAt(schema, 'x-kubernetes-list-map-keys').map(asText)
  const id = (item: unknown): unknown =>
    listType === 'set' ? item : Object.fromEntries(keys.map((key) => [key, objectAt(item)[key]]))
  const repeated = list.map(id).flatMap((one, i, all) => {
    const isFirst = all.findIndex((other) => same(other, one)) === i
    return isFirst ? [] : [duplicate(`${path}[${i}]`, one)]
  })
  return [...faults, ...repeated]
}

function tooMany(field: string, actual: number, max: number): Cause {
  return {
    reason: 'FieldValueTooMany',
    message: `Too many: ${actual}: must have at most ${max} items`,
    field,
  }
}

function duplicate(field: string, value: unknown): Cause {
  return { reason: 'FieldValueDuplicate', message: `Duplicate value: ${JSON.stringify(value)}`, field }
}

function faultsOfObject(value: JsonObject, schema: JsonObject, path: string): Cause[] {
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`)
  const missing = listAt(schema, 'required')
    .map(asText)
    .filter((name) => value[name] === undefined || value[name] === null)
  const { maxProperties } = schema
  const count = Object.keys(value).length
  return [
    ...missing.map((name) => required(at(name))),
    ...(typeof maxProperties === 'number' && count > maxProperties
      ? [tooMany(path, count, maxProperties)]
      : []),
    ...Object.entries(value)
      .filter(([name]) => path !== '' || !['apiVersion', 'kind', 'metadata'].includes(name))
      .flatMap(([name, part]) => {
        const inner = schemaOf(schema, name)
        return inner === undefined ? [] : faultsOf(part, inner, at(name))
      }),
  ]
}

interface RulesAt {
  /** Field names joined by dots, without list indices or map keys: the path by which the table knows a rule. */
  readonly path: string
  readonly rules: readonly Rule[]
}

function ruleFaults(
  value: unknown,
  { schema, before }: Omit<Validation, 'rules'>,
  { path, rules }: RulesAt,
): Cause[] {
  const faults = listAt(schema, 'x-kubernetes-validations')
    .filter(isObject)
    .flatMap((entry) => {
      const text = asText(entry['rule'])
      const known = knownRule(rules, text, path)
      const skipped = text.includes('oldSelf') && before === undefined
      if (skipped || known === undefined || known.holds(value, before)) return []
      return [brokenRule(value, asText(entry['message'] ?? `failed rule: ${text}`), path)]
    })
  if (!isObject(value)) return faults
  const inner = Object.entries(value).flatMap(([name, part]) => {
    const schemaOfPart = path === '' && name === 'metadata' ? undefined : schemaOf(schema, name)
    const former = isObject(before) ? before[name] : undefined
    if (schemaOfPart === undefined || part === undefined) return []
    return ruleFaults(
      part,
      { schema: schemaOfPart, before: former },
      { path: path === '' ? name : `${path}.${name}`, rules },
    )
  })
  return [...faults, ...inner]
}

/** A scalar is shown in the message, an object is not. */
function brokenRule(value: unknown, message: string, path: string): Cause {
  const field = path === '' ? '<nil>' : path
  if (typeof value !== 'object') return wrongValue(field, value, message)
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${message}`, field }
}

function knownRule(rules: readonly Rule[], text: string, path: string): Rule | undefined {
  return rules.find((entry) => entry.rule === text && entry.path === path)
}

export interface PlacedRule {
  readonly rule: string
  readonly path: string
}

/** Every CEL rule of a schema, and where it stands. */
export function rulesIn(schema: JsonObject, path = ''): readonly PlacedRule[] {
  const own = listAt(schema, 'x-kubernetes-validations').filter(isObject)
  const inner = Object.entries(objectAt(schema, 'properties'))
  return [
    ...own.map(({ rule }) => ({ rule: asText(rule), path })),
    ...inner.flatMap(([name, part]) =>
      isObject(part) ? rulesIn(part, path === '' ? name : `${path}.${name}`) : [],
    ),
    ...['items', 'additionalProperties'].flatMap((name) => {
      const part = schema[name]
      return isObject(part) ? rulesIn(part, `${path}[]`) : []
    }),
  ]
}
