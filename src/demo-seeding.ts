/** How participants of the built-in cluster are seeded when nobody says otherwise: by an issuer that lives in it, too. */
import { readFileSync } from 'node:fs'
import { ConfigError } from './config/config.ts'
import { DEMO_SEED_FILES, readSeedFiles } from './config/seeding.ts'
import { DEFAULT_PROFILE } from './manifests/default-profile.ts'
import type { SeedSettings } from './seed/settings.ts'
import type { BuiltInCluster } from './simulator/cluster.ts'

/** Throws a {@link ConfigError} when the seed files of the program are not what they should be. */
export function demoSeeding({ demoIssuer }: Pick<BuiltInCluster, 'demoIssuer'>): SeedSettings {
  const faults: string[] = []
  const data = readSeedFiles(DEMO_SEED_FILES, { readFile: (path) => readFileSync(path, 'utf8'), faults })
  if (faults.length > 0) throw new ConfigError(faults)
  const { did, address, contextId, key } = demoIssuer
  const issuer = {
    issuerDid: did,
    type: 'MembershipCredential',
    definitionId: 'membership-credential',
    address: new URL(address),
    contextId,
    generation: 'edc-0.15',
    key: { value: key },
  } as const
  const how = { generation: 'probe', issuer, trustedIssuers: [did], vault: 'shared' } as const
  return { data, profiles: new Map([[DEFAULT_PROFILE.name, how]]) }
}
