/**
 * Brings JSON-LD to one form, so that what was sent and what is handed back can be compared, however EDC compacted it.
 * Not a JSON-LD processor: it knows the two vocabularies that definitions use, and no remote context.
 */

const EDC = 'https://w3id.org/edc/v0.0.1/ns/'
const ODRL = 'http://www.w3.org/ns/odrl/2/'

/** A value in its one form: every member a list, because JSON-LD does not tell a value from a list of one. */
export type Canonical = string | { readonly [name: string]: readonly Canonical[] }

/** No definition is nested like this; what is comes from a server that is not to be trusted, and is not looked into. */
const MAX_DEPTH = 32

/** Members in order of their names, lists in order of their text, empty lists left out, numbers and booleans as text. */
export function canonical(value: unknown, depth = 0): readonly Canonical[] {
  if (value === null || value === undefined) return []
  if (depth > MAX_DEPTH) return ['nested too deeply']
  if (Array.isArray(value)) return sorted(value.flatMap((item) => canonical(item, depth + 1)))
  if (typeof value !== 'object') return [typeof value === 'string' ? word(value) : JSON.stringify(value)]
  return canonicalObject(value as Readonly<Record<string, unknown>>, depth + 1)
}

function canonicalObject(value: Readonly<Record<string, unknown>>, depth: number): readonly Canonical[] {
  for (const wrapper of ['@value', '@list', '@set'])
    if (Object.hasOwn(value, wrapper)) return canonical(value[wrapper], depth)
  const names = Object.keys(value).filter((name) => name !== '@type' && name !== '@context')
  if (names.length === 1 && names[0] === '@id') return canonical(value['@id'])
  const members = names
    .filter((name) => name !== '@id')
    .map((name): [string, readonly Canonical[]] => [term(name), canonical(value[name], depth)])
    .filter(([, items]) => items.length > 0)
  members.sort(([left], [right]) => (left < right ? -1 : 1))
  return [Object.fromEntries(members)]
}

/** The name of a member without the vocabulary it comes from. */
function term(name: string): string {
  return without(name, [EDC, 'edc:', ODRL, 'odrl:'])
}

/**
 * ODRL's own words are bare, with or without the type `@id`; a name in EDC's vocabulary stays another one than the bare
 * name, as a left operand it is bound to another function.
 */
function word(text: string): string {
  return text.startsWith('edc:') ? EDC + text.slice('edc:'.length) : without(text, [ODRL, 'odrl:'])
}

function without(name: string, prefixes: readonly string[]): string {
  const prefix = prefixes.find((known) => name.startsWith(known)) ?? ''
  return name.slice(prefix.length)
}

function sorted(items: readonly Canonical[]): readonly Canonical[] {
  const texts = new Map(items.map((item) => [item, JSON.stringify(item)]))
  return [...items].sort((left, right) => ((texts.get(left) ?? '') < (texts.get(right) ?? '') ? -1 : 1))
}
