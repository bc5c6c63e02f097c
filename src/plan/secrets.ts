/** Decides what becomes of a generated Secret that is there: its values stay, unless a person asks for new ones. */
import type { KubeObject } from '../model/kubernetes.ts'
import { ROTATION_ANNOTATION } from '../model/names.ts'
import { fieldOf, isMap } from './place.ts'

export type SecretStep =
  /** A person asked for new values, and those that are there were made for another request, or for none. */
  | { readonly do: 'rotate'; readonly object: KubeObject; readonly live: KubeObject }
  /** Keys are missing: `object` holds a value for each of these, and for no other. */
  | { readonly do: 'complete'; readonly object: KubeObject; readonly live: KubeObject }
  | {
      readonly do: 'leave'
      readonly object: KubeObject
      readonly live: KubeObject
      readonly because: 'written-once'
    }

/** `object` has a new value for every key. Values are never compared: an empty one counts as missing. */
export function secretStep(object: KubeObject, live: KubeObject): SecretStep {
  const asked = rotationOf(object)
  if (asked !== undefined && asked !== rotationOf(live)) return { do: 'rotate', object, live }
  const held = fieldOf(live, 'data')
  const missing = Object.entries(newValuesOf(object)).filter(([key]) => (fieldOf(held, key) ?? '') === '')
  if (missing.length === 0) return { do: 'leave', object, live, because: 'written-once' }
  const partial = { ...object, stringData: Object.fromEntries(missing) }
  return { do: 'complete', object: partial, live }
}

/** The keys that a step writes, in order. */
export function keysWritten({ object }: SecretStep): readonly string[] {
  return Object.keys(newValuesOf(object))
}

function rotationOf({ metadata }: KubeObject): string | undefined {
  return metadata.annotations?.[ROTATION_ANNOTATION]
}

function newValuesOf(object: KubeObject): Readonly<Record<string, unknown>> {
  const values = fieldOf(object, 'stringData')
  return isMap(values) ? values : {}
}
