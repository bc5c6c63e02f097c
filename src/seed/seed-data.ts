/** What a participant offers at first: assets, policies, contract definitions, from files that people write. */
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import type { DeepReadonly } from '../contract/schema.ts'
import { oneOf } from '../contract/schema.ts'
import type { ParticipantSpec } from '../model/participant.ts'

const strict = { additionalProperties: false } as const

/** Ids stand in paths, where EDC's server refuses an escaped `%` or `/`; these need no escape at all. */
const Id = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$', maxLength: 128 })

/** Not sent anywhere. */
const Note = Type.Optional(Type.String())

/** EDC hands numbers back in another form than it got them, so there are only texts. */
const Texts = Type.Record(Type.String({ minLength: 1 }), Type.String())

const SeedAsset = Type.Object({ id: Id, note: Note, properties: Texts, address: Texts }, strict)

/** Those that EDC 0.15 takes in its own JSON-LD context; `neq` is misspelt there and cannot be used. */
const OPERATORS = [
  'eq',
  'gt',
  'gteq',
  'lt',
  'lteq',
  'isA',
  'hasPart',
  'isPartOf',
  'isAllOf',
  'isAnyOf',
  'isNoneOf',
] as const

/** A right operand is a text: EDC 0.15 fails on a number and turns a list into text. */
const Constraint = Type.Object(
  {
    leftOperand: Type.String({ minLength: 1 }),
    operator: oneOf(OPERATORS),
    rightOperand: Type.String(),
  },
  strict,
)

/** All constraints have to hold. */
const Rule = Type.Object(
  { action: Type.String({ minLength: 1 }), constraints: Type.Array(Constraint) },
  strict,
)

const SeedPolicy = Type.Object(
  {
    id: Id,
    note: Note,
    permissions: Type.Optional(Type.Array(Rule)),
    prohibitions: Type.Optional(Type.Array(Rule)),
    obligations: Type.Optional(Type.Array(Rule)),
  },
  strict,
)

const SeedContractDefinition = Type.Object(
  {
    id: Id,
    note: Note,
    /** Who sees the offer. */
    accessPolicy: Id,
    /** What has to be agreed to. */
    contractPolicy: Id,
    /** Never empty: a selector without criteria selects every asset there is. */
    assets: Type.Array(Id, { minItems: 1 }),
  },
  strict,
)

/** One file; each holds any of the three lists. */
const SeedFile = Type.Object(
  {
    assets: Type.Optional(Type.Array(SeedAsset)),
    policies: Type.Optional(Type.Array(SeedPolicy)),
    contractDefinitions: Type.Optional(Type.Array(SeedContractDefinition)),
  },
  strict,
)

export type SeedAsset = DeepReadonly<Static<typeof SeedAsset>>
export type SeedRule = DeepReadonly<Static<typeof Rule>>
export type SeedPolicy = DeepReadonly<Static<typeof SeedPolicy>>
export type SeedContractDefinition = DeepReadonly<Static<typeof SeedContractDefinition>>

export interface SeedData {
  readonly assets: readonly SeedAsset[]
  readonly policies: readonly SeedPolicy[]
  readonly contractDefinitions: readonly SeedContractDefinition[]
}

/** What a participant gets at first: the demo data, unless its `spec.seed` says no. */
export function seedOf(seed: ParticipantSpec['seed'], demo: SeedData): SeedData {
  return seed?.demoData === false ? { assets: [], policies: [], contractDefinitions: [] } : demo
}

export interface SeedText {
  /** For faults. */
  readonly path: string
  readonly text: string
}

/**
 * All files as one. Every fault is added, with file and place, and makes the result worthless. EDC takes a contract
 * definition that names what does not exist, so that is found here.
 */
export function readSeed(files: readonly SeedText[], faults: string[]): SeedData {
  const parsed = files.flatMap((file) => parse(file, faults))
  const data: SeedData = {
    assets: parsed.flatMap(({ assets = [] }) => assets),
    policies: parsed.flatMap(({ policies = [] }) => policies),
    contractDefinitions: parsed.flatMap(({ contractDefinitions = [] }) => contractDefinitions),
  }
  faults.push(...twice('asset', data.assets), ...twice('policy', data.policies))
  faults.push(...twice('contract definition', data.contractDefinitions), ...dangling(data))
  return data
}

function parse({ path, text }: SeedText, faults: string[]): readonly Static<typeof SeedFile>[] {
  const content = json(text)
  if (content === undefined) {
    faults.push(`"${path}" is not JSON`)
    return []
  }
  if (Value.Check(SeedFile, content)) return [content]
  for (const { instancePath, message } of Value.Errors(SeedFile, content))
    faults.push(`"${path}" at ${instancePath === '' ? '/' : instancePath}: ${message}`)
  return []
}

/** The parser's own words quote the text, which may hold the credentials of a data address. */
function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function twice(what: string, items: readonly { readonly id: string }[]): readonly string[] {
  const ids = items.map(({ id }) => id)
  const repeated = new Set(ids.filter((id, index) => ids.indexOf(id) !== index))
  return [...repeated].map((id) => `there are two of ${what} "${id}"; ids are unique over all seed files`)
}

function dangling({ assets, policies, contractDefinitions }: SeedData): readonly string[] {
  const known = { asset: new Set(assets.map(idOf)), policy: new Set(policies.map(idOf)) }
  return contractDefinitions.flatMap(({ id, accessPolicy, contractPolicy, assets: offered }) => [
    ...[accessPolicy, contractPolicy]
      .filter((policy) => !known.policy.has(policy))
      .map((policy) => `contract definition "${id}" names the policy "${policy}", which no seed file holds`),
    ...offered
      .filter((asset) => !known.asset.has(asset))
      .map((asset) => `contract definition "${id}" offers the asset "${asset}", which no seed file holds`),
  ])
}

function idOf({ id }: { readonly id: string }): string {
  return id
}
