/** Decides what has to happen to a definition: wanted × live. */
import type { Definition, DefinitionKind } from './definitions.ts'
import { type Canonical, canonical } from './json-ld.ts'

export type DefinitionDecision =
  | { readonly do: 'create' }
  /** `fields` names what differs, never its value: a data address may hold credentials. */
  | { readonly do: 'update'; readonly fields: readonly string[] }
  | { readonly do: 'leave' }

/**
 * `owned`: an entry that nobody asked for is left, because EDC and others add properties. `whole`: it is a difference,
 * because one more permission opens what was meant to be closed.
 */
type Field = readonly [path: readonly string[], compared: 'owned' | 'whole']

const FIELDS: Readonly<Record<DefinitionKind, readonly Field[]>> = {
  asset: [
    [['properties'], 'owned'],
    [['dataAddress'], 'owned'],
  ],
  policy: [
    [['policy', 'permission'], 'whole'],
    [['policy', 'prohibition'], 'whole'],
    [['policy', 'obligation'], 'whole'],
  ],
  contractDefinition: [
    [['accessPolicyId'], 'whole'],
    [['contractPolicyId'], 'whole'],
    [['assetsSelector'], 'whole'],
  ],
}

/** `live` is what the management API answered, undefined when there is none of that id. */
export function decideDefinition({ kind, body }: Definition, live: unknown): DefinitionDecision {
  if (live === undefined) return { do: 'create' }
  const [wanted, held] = [canonical(body), canonical(live)]
  const fields = FIELDS[kind].flatMap(([path, compared]) => {
    const [want, have] = [at(wanted, path), at(held, path)]
    if (compared === 'owned') return missing(want, have).map((name) => [...path, name].join('.'))
    return same(want, have) ? [] : [path.join('.')]
  })
  return fields.length === 0 ? { do: 'leave' } : { do: 'update', fields }
}

function at(values: readonly Canonical[], path: readonly string[]): readonly Canonical[] {
  return path.reduce<readonly Canonical[]>((inner, name) => member(inner, name), values)
}

function member([value]: readonly Canonical[], name: string): readonly Canonical[] {
  return typeof value === 'object' && Object.hasOwn(value, name) ? (value[name] ?? []) : []
}

/** Names of the members that are wanted and not there as they should be. */
function missing(wanted: readonly Canonical[], held: readonly Canonical[]): readonly string[] {
  return wanted
    .flatMap((value) => (typeof value === 'object' ? Object.keys(value) : []))
    .filter((name) => !same(member(wanted, name), member(held, name)))
}

function same(left: readonly Canonical[], right: readonly Canonical[]): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}
