/** Small builders for structural schemas (Kubernetes documentation, "Specifying a structural schema"). */
import { RULES } from './rules.ts'

/** The part of `apiextensions.k8s.io/v1` JSONSchemaProps that a structural schema of ours uses. */
export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean'
  readonly format?: 'date-time' | 'int32' | 'int64'
  readonly description?: string
  readonly default?: string | boolean | number
  readonly enum?: readonly string[]
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly maxProperties?: number
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema
  readonly items?: Schema
  readonly 'x-kubernetes-list-type'?: 'map'
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
  readonly 'x-kubernetes-validations'?: readonly { readonly rule: string; readonly message: string }[]
}

/** Every field is described: `kubectl explain` is the manual that everybody has at hand. */
export function text(description: string, more: Omit<Schema, 'type' | 'description'> = {}): Schema {
  return { type: 'string', description, ...more }
}

/** A union of literals; structural schemas refuse `anyOf` with `const`. */
export function oneOf(description: string, values: readonly string[], more: Schema = {}): Schema {
  return { type: 'string', description, enum: values, ...more }
}

export function count(description: string, more: Omit<Schema, 'type' | 'description'> = {}): Schema {
  return { type: 'integer', format: 'int32', minimum: 0, description, ...more }
}

export function flag(description: string, more: Omit<Schema, 'type' | 'description'> = {}): Schema {
  return { type: 'boolean', description, ...more }
}

export function time(description: string): Schema {
  return { type: 'string', format: 'date-time', description }
}

/** One schema per field of a type of the model: with `satisfies`, neither can have a field that the other lacks. */
export type FieldsOf<T> = Readonly<Record<keyof T, Schema>>

export interface Fields {
  readonly properties: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}

export function object(description: string, { properties, required }: Fields): Schema {
  return {
    type: 'object',
    description,
    properties,
    ...(required === undefined ? {} : { required }),
  }
}

/** A list whose items server-side apply merges by `key`, so that each of our engines can own its own. */
export function listMap(description: string, key: string, items: Schema): Schema {
  return {
    type: 'array',
    description,
    items,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': [key],
  }
}

/** A list that one manager owns as a whole, in the order in which it was written. */
export function list(description: string, items: Schema): Schema {
  return { type: 'array', description, items }
}

/** The rules that stand at this path, as the API server wants them. */
export function rulesAt(path: string): Schema {
  return {
    'x-kubernetes-validations': RULES.filter((entry) => entry.path === path).map(({ rule, message }) => ({
      rule,
      message,
    })),
  }
}
