/**
 * Reads query and body by their schemas, with messages that name the field, what was got and what is allowed.
 *
 * Only the types are judged here. Names, DIDs and hosts are judged by the model, which has better words for them; what
 * the grammar of a schema says about them is documentation.
 */
import type { FastifySchemaCompiler } from 'fastify'
import type { Fault } from '../contract/errors.ts'
import { printable } from '../model/names.ts'
import { RequestError } from './request-error.ts'

/** The part of JSON Schema that our inputs use. */
interface FieldSchema {
  readonly type?: 'string' | 'integer' | 'boolean' | 'array'
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly items?: FieldSchema
}

interface InputSchema {
  readonly properties: Readonly<Record<string, FieldSchema>>
  readonly required?: readonly string[]
}

type Reading = { readonly value: unknown } | { readonly detail: string }

/** Path parameters pass as they are: a name that cannot exist is "not found", never "invalid". */
export const compileValidator: FastifySchemaCompiler<InputSchema> = ({ schema, httpPart }) => {
  if (httpPart === 'body') return (body) => answer(readBody(schema, body))
  if (httpPart === 'querystring') return (query) => answer(readQuery(schema, query))
  return () => true
}

interface Input {
  readonly value: Readonly<Record<string, unknown>>
  readonly faults: readonly Fault[]
}

function answer({ value, faults }: Input): { value: unknown } | { error: Error } {
  if (faults.length === 0) return { value }
  return {
    error: new RequestError('InvalidRequest', faults.map(({ detail }) => detail).join('; '), { faults }),
  }
}

function readBody({ properties, required = [] }: InputSchema, body: unknown): Input {
  if (!isObject(body)) {
    const detail =
      body === null || body === undefined
        ? `the body is missing: send a JSON object with ${required.join(' and ')}`
        : `the body must be a JSON object, got ${shown(body)}`
    return { value: {}, faults: [{ detail, pointer: '#' }] }
  }
  return collect(properties, (name, schema) => {
    const value = body[name] ?? undefined
    const pointer = `#/${name}`
    if (required.includes(name)) {
      return value === undefined
        ? { fault: { detail: `${name} is missing: it must be ${allowedBy(schema)}`, pointer } }
        : named(readMember(schema, value), { name, pointer })
    }
    // Callers of the old service send null or an empty text for what they leave out.
    return value === undefined || value === '' ? {} : named(readMember(schema, value), { name, pointer })
  })
}

function readQuery({ properties }: InputSchema, query: unknown): Input {
  const given = isObject(query) ? query : {}
  return collect(properties, (name, schema) => {
    const text = given[name]
    if (text === undefined || (text === '' && schema.type !== 'boolean' && schema.type !== 'string'))
      return {}
    return named(readParameter(schema, text), { name, parameter: name })
  })
}

interface Field {
  readonly value?: unknown
  readonly fault?: Fault
}

function collect(
  properties: InputSchema['properties'],
  read: (name: string, schema: FieldSchema) => Field,
): Input {
  const fields = Object.entries(properties).map(([name, schema]) => [name, read(name, schema)] as const)
  return {
    value: Object.fromEntries(
      fields.flatMap(([name, { value }]) => (value === undefined ? [] : [[name, value]])),
    ),
    faults: fields.flatMap(([, { fault }]) => fault ?? []),
  }
}

function named(
  reading: Reading,
  { name, ...place }: { readonly name: string } & Omit<Fault, 'detail'>,
): Field {
  return 'value' in reading ? reading : { fault: { detail: `${name} ${reading.detail}`, ...place } }
}

/** JSON has types of its own: nothing is converted. */
function readMember(schema: FieldSchema, value: unknown): Reading {
  const fits = schema.type === undefined || typeof value === schema.type
  return fits ? { value } : { detail: `must be ${allowedBy(schema)}, got ${shown(value)}` }
}

/** A query has only text, or a list of texts where a parameter is repeated. */
function readParameter(schema: FieldSchema, text: unknown): Reading {
  if (schema.type === 'array') return readRepeated(schema.items ?? {}, [text].flat())
  const value = typeof text === 'string' ? parse(schema, text) : undefined
  return value === undefined ? { detail: `must be ${allowedBy(schema)}, got ${shown(text)}` } : { value }
}

function readRepeated(schema: FieldSchema, texts: readonly unknown[]): Reading {
  const readings = texts.filter((text) => text !== '').map((text) => readParameter(schema, text))
  const fault = readings.find((reading) => 'detail' in reading)
  return fault ?? { value: readings.flatMap((reading) => ('value' in reading ? [reading.value] : [])) }
}

/** Undefined for a text that is not allowed. */
function parse(schema: FieldSchema, text: string): unknown {
  if (schema.type === 'integer') return parseInteger(schema, text)
  if (schema.type === 'boolean') return BOOLEANS.get(text)
  return schema.enum === undefined || schema.enum.includes(text) ? text : undefined
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
])

/** Saturates: a number beyond what a computer counts is still a number. */
function parseInteger({ minimum = 0, maximum = Infinity }: FieldSchema, text: string): number | undefined {
  if (!/^[0-9]+$/u.test(text)) return undefined
  const value = Math.min(Number(text), Number.MAX_SAFE_INTEGER)
  return value >= minimum && value <= maximum ? value : undefined
}

function allowedBy(schema: FieldSchema): string {
  if (schema.type === 'array') return allowedBy(schema.items ?? {})
  if (schema.type === 'boolean') return 'true or false'
  if (schema.type !== 'integer')
    return schema.enum === undefined ? 'a string' : `one of ${schema.enum.join(', ')}`
  const { minimum = 0, maximum } = schema
  return maximum === undefined
    ? `a whole number ≥ ${minimum}`
    : `a whole number from ${minimum} to ${maximum}`
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `"${printable(value)}"`
  if (Array.isArray(value)) return `a list of ${value.length}`
  return isObject(value) ? 'an object' : String(value)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
