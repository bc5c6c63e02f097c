/** What the configuration says about seeding: who issues credentials, and which participants are seeded how. */
import type { Profiles } from '../model/profile.ts'
import type { CredentialWish } from './credential.ts'
import type { EdcProfileName } from './profile.ts'
import type { SeedData } from './seed-data.ts'

/** Where a key is: in a Secret that is read whenever it is needed, or read from a file at the start. */
export type KeySource =
  | { readonly value: string }
  | { readonly secret: { readonly namespace: string; readonly name: string; readonly key: string } }

export interface IssuerSettings extends CredentialWish {
  /** Of the admin API, with its path. */
  readonly address: URL
  /** The issuer's own participant context. */
  readonly contextId: string
  readonly generation: EdcProfileName
  readonly key: KeySource
}

/** `probe`: the runtimes are asked which generation they are of. */
export type Generation = EdcProfileName | 'probe'

/** How the participants of one profile are seeded. */
export interface ProfileSeeding {
  readonly generation: Generation
  readonly issuer: IssuerSettings
  /** DIDs. */
  readonly trustedIssuers: readonly string[]
  /** `shared`: the runtimes keep their secrets in the vault of the participant; `memory`: each keeps its own, and forgets it. */
  readonly vault: 'shared' | 'memory'
}

export interface SeedSettings {
  /** By the name of the profile. Participants of others are not seeded. */
  readonly profiles: ReadonlyMap<string, ProfileSeeding>
  /** What each gets that does not say otherwise. */
  readonly data: SeedData
}

/** The profiles, those that are seeded with what the manifests need for that. */
export function withSeeding(
  profiles: Profiles,
  { profiles: seeded }: Pick<SeedSettings, 'profiles'>,
): Profiles {
  return new Map(
    [...profiles].map(([name, profile]) => {
      const how = seeded.get(name)
      if (how === undefined) return [name, profile]
      const { trustedIssuers, vault } = how
      return [name, { ...profile, edc: { trustedIssuers, sharesVault: vault === 'shared' } }]
    }),
  )
}
