/** The flat answer of POST and DELETE: object name → Kind, so that a Java `Map<String,String>` can read it. */

export interface ObjectRef {
  readonly name: string
  readonly kind: string
}

/**
 * One entry per object, none lost: where a name is used already the later object gets the key `name (Kind)`, and
 * `name (Kind) 2` and so on should that be taken too.
 */
export function objectMap(refs: readonly ObjectRef[]): Record<string, string> {
  const kinds = new Map<string, string>()
  for (const ref of refs) kinds.set(freeKey(ref, kinds), ref.kind)
  return Object.fromEntries(kinds)
}

function freeKey({ name, kind }: ObjectRef, taken: ReadonlyMap<string, string>): string {
  if (!taken.has(name)) return name
  const base = `${name} (${kind})`
  let key = base
  for (let nth = 2; taken.has(key); nth += 1) key = `${base} ${nth}`
  return key
}
