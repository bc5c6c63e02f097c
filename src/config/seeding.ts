/** Reads what the configuration file says about seeding: issuers, seed files, and which profiles are seeded. */
import { fileURLToPath } from 'node:url'
import { type Static, Type } from 'typebox'
import { EDC_PROFILES, needsSharedVault, vaultNeeded } from '../seed/profile.ts'
import { edcProfile } from '../seed/profiles.ts'
import { readSeed, type SeedData } from '../seed/seed-data.ts'
import type { IssuerSettings, KeySource, ProfileSeeding, SeedSettings } from '../seed/settings.ts'

const strict = { additionalProperties: false } as const
const Text = Type.String({ minLength: 1 })
const Did = Type.String({ pattern: '^did:[a-z0-9]+:.+$' })
const generations = EDC_PROFILES.map((name) => Type.Literal(name))

export const IssuerList = Type.Array(
  Type.Object(
    {
      did: Did,
      /** Of the admin API, with its path. */
      address: Type.String({ pattern: '^https?://[^/@?#]+[^@?#]*$' }),
      /** Default: the DID. */
      contextId: Type.Optional(Text),
      generation: Type.Union(generations),
      key: Type.Union([
        Type.Object({ file: Text }, strict),
        Type.Object({ secret: Type.Object({ namespace: Text, name: Text, key: Text }, strict) }, strict),
      ]),
      credential: Type.Object({ type: Text, definition: Text }, strict),
    },
    strict,
  ),
  { minItems: 1 },
)

export const SeedFiles = Type.Object({ files: Type.Array(Text, { minItems: 1 }) }, strict)

/** Of a profile. */
export const EdcOfProfile = Type.Object(
  {
    generation: Type.Union([...generations, Type.Literal('probe')]),
    /** DID of one of the issuers. Default: the first. */
    issuer: Type.Optional(Text),
    /** Default: every one of the issuers. */
    trustedIssuers: Type.Optional(Type.Array(Did, { minItems: 1 })),
    vault: Type.Optional(Type.Union([Type.Literal('shared'), Type.Literal('memory')])),
  },
  strict,
)

export interface SeedingInFile {
  readonly issuers?: Static<typeof IssuerList>
  readonly seed?: Static<typeof SeedFiles>
  /** Of the profiles that are seeded, by name. */
  readonly edc: ReadonlyMap<string, Static<typeof EdcOfProfile>>
}

export interface SeedingReading {
  readonly file: string
  readonly readFile: (path: string) => string
  readonly faults: string[]
}

/** The files of the program itself, of which `readSeed` makes the demo data. */
export const DEMO_SEED_FILES = ['assets.json', 'policies.json', 'contract-definitions.json'].map((name) =>
  fileURLToPath(new URL(`../../seed/${name}`, import.meta.url)),
)

/** Undefined when no profile is seeded. */
export function readSeeding(content: SeedingInFile, reading: SeedingReading): SeedSettings | undefined {
  const { edc, seed } = content
  if (edc.size === 0) return undefined
  const issuers = (content.issuers ?? []).map((issuer) => issuerOf(issuer, reading))
  const profiles = [...edc].flatMap(([name, settings]): readonly (readonly [string, ProfileSeeding])[] => {
    const issuer = issuers.find(
      ({ issuerDid }) => settings.issuer === undefined || issuerDid === settings.issuer,
    )
    const { generation, vault } = settings
    if (vault === 'memory' && generation !== 'probe' && needsSharedVault(edcProfile(generation)))
      reading.faults.push(`"${reading.file}" at /profiles/${name}/edc/vault: ${vaultNeeded(generation)}`)
    if (issuer !== undefined) return [[name, profileSeeding(settings, issuer, issuers)]]
    const known = issuers.map(({ issuerDid }) => issuerDid).join(', ') || 'none'
    reading.faults.push(
      `"${reading.file}" at /profiles/${name}/edc: there is no issuer ${settings.issuer ?? ''}; listed in issuers: ${known}`,
    )
    return []
  })
  return { profiles: new Map(profiles), data: readSeedFiles(seed?.files ?? DEMO_SEED_FILES, reading) }
}

function profileSeeding(
  { generation, trustedIssuers, vault = 'shared' }: Static<typeof EdcOfProfile>,
  issuer: IssuerSettings,
  issuers: readonly IssuerSettings[],
): ProfileSeeding {
  return { generation, issuer, vault, trustedIssuers: trustedIssuers ?? issuers.map((one) => one.issuerDid) }
}

export function readSeedFiles(
  paths: readonly string[],
  { readFile, faults }: Pick<SeedingReading, 'readFile' | 'faults'>,
): SeedData {
  const texts = paths.flatMap((path) => {
    const text = textOf(path, { readFile, faults })
    return text === undefined ? [] : [{ path, text }]
  })
  return readSeed(texts, faults)
}

type IssuerInFile = Static<typeof IssuerList>[number]

function issuerOf(
  { did, address, contextId = did, generation, key, credential }: IssuerInFile,
  reading: SeedingReading,
): IssuerSettings {
  return {
    issuerDid: did,
    type: credential.type,
    definitionId: credential.definition,
    address: new URL(address),
    contextId,
    generation,
    key: keyOf(key, reading),
  }
}

function keyOf(key: IssuerInFile['key'], reading: SeedingReading): KeySource {
  return 'secret' in key ? key : { value: (textOf(key.file, reading) ?? '').trim() }
}

function textOf(
  path: string,
  { readFile, faults }: Pick<SeedingReading, 'readFile' | 'faults'>,
): string | undefined {
  try {
    return readFile(path)
  } catch (error) {
    faults.push(
      `the file "${path}", which the CONFIG file names, cannot be read: ${(error as Error).message}`,
    )
    return undefined
  }
}
