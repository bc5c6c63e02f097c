/** Opens the ways to EDC that seeding takes: to the components of participants, and to issuers. */
import { randomUUID } from 'node:crypto'
import type { Config } from './config/config.ts'
import { demoSeeding } from './demo-seeding.ts'
import { issuerTarget } from './edc/edc.ts'
import { Guard } from './edc/guard.ts'
import { byServiceName, byTemplate } from './edc/reach.ts'
import { EDC_TUNING } from './edc/tuning.ts'
import { openWeb, type Web } from './edc/web.ts'
import type { Credentials } from './kube/credentials.ts'
import { openServiceProxy } from './kube/service-proxy.ts'
import type { IssuerReading } from './model/edc-call.ts'
import type { Reach } from './model/exchange.ts'
import type { Seeding } from './reconcile/seeding/seeding.ts'
import type { SeedSettings } from './seed/settings.ts'
import type { BuiltInCluster } from './simulator/cluster.ts'

export interface SeedingOptions {
  /** Its participants are seeded also when the configuration says nothing about it. */
  readonly builtIn: BuiltInCluster | undefined
  readonly credentials: Credentials
  readonly userAgent: string
  /** Told how each call ended. */
  readonly onCall: NonNullable<Seeding['shared']['onCall']>
}

export interface OpenedSeeding extends Seeding {
  /** The issuers that are used, and whether they are left alone. */
  readonly issuers: () => readonly IssuerReading[]
}

type SeedingConfig = Pick<Config, 'cluster' | 'participantAddress' | 'seeding'>

/** Undefined when no participant is seeded. Nothing is sent before the first step of seeding. Closed with the stack. */
export function openSeeding(
  stack: AsyncDisposableStack,
  config: SeedingConfig,
  options: SeedingOptions,
): OpenedSeeding | undefined {
  const settings = seedSettings(config, options.builtIn)
  if (settings === undefined) return undefined
  const web = stack.use(openWeb())
  const guard = new Guard(EDC_TUNING, () => performance.now())
  const dids = new Set([...settings.profiles.values()].map(({ issuer }) => issuer.issuerDid))
  const proxied = (): Reach => stack.use(openServiceProxy({ ...PROXY, ...options })).reach
  return {
    settings,
    reach: directReach(web, config) ?? proxied(),
    toIssuer: (address) => web.to(address),
    shared: { guard, tuning: EDC_TUNING, onCall: options.onCall },
    newPid: randomUUID,
    issuers: () => [...dids].map((did) => ({ did, breaker: guard.stateOf(issuerTarget(did)) })),
  }
}

/** As many sockets as there may be calls, so that slow participants do not keep those of others waiting. */
const PROXY = { connectTimeoutMs: 3_000, maxConnections: EDC_TUNING.callsInAll }

/** Undefined when no participant is seeded. */
export function seedSettings(
  { seeding }: Pick<Config, 'seeding'>,
  builtIn: BuiltInCluster | undefined,
): SeedSettings | undefined {
  return seeding ?? (builtIn && demoSeeding(builtIn))
}

/** Whether components of participants are reached through the API server. */
export function goesThroughProxy({ cluster, participantAddress }: Omit<SeedingConfig, 'seeding'>): boolean {
  return participantAddress === undefined && cluster.kind !== 'in-cluster'
}

/** By Service names only where they are known: in a pod. */
function directReach(web: Web, { cluster, participantAddress }: SeedingConfig): Reach | undefined {
  if (participantAddress !== undefined) return byTemplate(web, participantAddress)
  return cluster.kind === 'in-cluster' ? byServiceName(web) : undefined
}
