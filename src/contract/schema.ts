/** Two things TypeBox leaves to us: enumerations that every reader of JSON Schema understands, and readonly types. */
import { Type, type TSchemaOptions, type TUnsafe } from 'typebox'

/**
 * `{ type: 'string', enum: […] }`.
 *
 * TypeBox writes a union of literals as `anyOf`/`const`, which the structural schemas of Kubernetes refuse and many
 * OpenAPI generators turn into nonsense.
 */
export function oneOf<const T extends string>(
  values: readonly T[],
  options: TSchemaOptions = {},
): TUnsafe<T> {
  return Type.Unsafe<T>({ type: 'string', enum: [...values], ...options })
}

/** RFC 3339, UTC. */
export function time(description: string): ReturnType<typeof Type.String> {
  return Type.String({ format: 'date-time', description })
}

/** What goes over the wire is never changed in place. */
export type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T
