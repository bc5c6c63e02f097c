/** Turns settings into one validated value. Every fault is reported at once, by name. */
import { type AddressTemplate, readAddressTemplate } from '../edc/reach.ts'
import type { Profiles } from '../model/profile.ts'
import type { StoreChoice } from '../model/store-choice.ts'
import type { SeedSettings } from '../seed/settings.ts'
import { type Auth, isLoopback, readAuth } from './auth.ts'
import { SETTINGS, type Settings } from './env.ts'
import { readFileSettings } from './file.ts'
import { type LeadershipSetting, readLeadership } from './leadership.ts'
import { type Environment, readSettings } from './read-settings.ts'
import { readStore } from './store.ts'
import { readWriteRate, type WriteRate } from './write-rate.ts'

export interface Config {
  readonly http: { readonly host: string; readonly port: number; readonly healthPort: number }
  readonly auth: Auth
  readonly cluster: ClusterChoice
  readonly leadership: LeadershipSetting
  readonly writeRate: WriteRate
  readonly store: StoreChoice
  /** Answers that the cluster has not confirmed for this many ms are given no more. */
  readonly unavailableAfterMs: number
  readonly log: { readonly level: LogLevel; readonly format: 'json' | 'text' | undefined }
  readonly profiles: Profiles
  readonly reserved: readonly string[]
  readonly discovery: { readonly legacy: boolean }
  /** Left out: no participant is seeded. */
  readonly seeding?: SeedSettings
  /** How participants are reached, when an operator says so. */
  readonly participantAddress?: AddressTemplate
}

export type ClusterChoice =
  | { readonly kind: 'built-in' }
  | { readonly kind: 'kubeconfig'; readonly path: string }
  | { readonly kind: 'in-cluster'; readonly host: string; readonly port: string }

const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** The process cannot start like this. `faults` are sentences: what is wrong, and what to set instead. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly faults: readonly string[]
  constructor(faults: readonly string[]) {
    super(faults.join('\n'))
    this.faults = faults
  }
}

export interface ConfigSource {
  readonly args: readonly string[]
  readonly env: Environment
  /** Reads a whole text file; throws what the file system says. */
  readonly readFile: (path: string) => string
}

/** `help` when help was asked for. Throws {@link ConfigError}. */
export function readConfig({ args, env, readFile }: ConfigSource): Config | 'help' {
  const { settings, help, faults: unknown } = readSettings(args, env)
  if (help) return 'help'
  const faults = [...unknown]
  const cluster = chooseCluster(settings, env)
  const port = readPort('port', settings, faults) ?? 9999
  const host = settings.host ?? (cluster.kind === 'in-cluster' ? '0.0.0.0' : '127.0.0.1')
  const auth = readAuth(settings.auth ?? 'none', readFile, faults)
  faults.push(...faultsOfOpenDoor(auth, host))
  const file = readFileSettings(settings.config, readFile, faults)
  const config: Config = {
    http: {
      host,
      port,
      healthPort: readPort('healthPort', settings, faults) ?? (port === 0 ? 0 : 9998),
    },
    auth,
    cluster,
    leadership: readLeadership(settings, { cluster, readFile }, faults),
    writeRate: readWriteRate(settings, faults),
    store: readStore(settings.store, faults),
    unavailableAfterMs: readUnavailableAfter(settings, faults),
    log: readLog(settings, faults),
    ...file,
    ...readParticipantAddress(settings, faults),
    discovery: { legacy: readSwitch('discoveryLegacy', settings, faults) ?? file.discovery.legacy },
  }
  if (faults.length > 0) throw new ConfigError(faults)
  return config
}

function faultsOfOpenDoor(auth: Auth, host: string): readonly string[] {
  if (auth.kind !== 'none' || isLoopback(host)) return []
  return [
    `HOST=${host} can be reached from elsewhere, but AUTH=none lets everybody in: set AUTH=tokens:FILE (one "caller token" pair a line), or HOST=127.0.0.1`,
  ]
}

/** In a pod Kubernetes sets KUBERNETES_SERVICE_HOST (Kubernetes documentation, "Accessing the API from a Pod"). */
function chooseCluster({ kubeconfig }: Settings, env: Environment): ClusterChoice {
  if (kubeconfig !== undefined) return { kind: 'kubeconfig', path: kubeconfig }
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: apiPort = '443' } = env
  return host === undefined ? { kind: 'built-in' } : { kind: 'in-cluster', host, port: apiPort }
}

function readPort(name: 'port' | 'healthPort', settings: Settings, faults: string[]): number | undefined {
  const text = settings[name]
  if (text === undefined) return undefined
  const port = /^\d{1,5}$/u.test(text) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  faults.push(`${SETTINGS[name].variable} must be a whole number from 0 to 65535, got "${text}"`)
  return undefined
}

function readSwitch(name: 'discoveryLegacy', settings: Settings, faults: string[]): boolean | undefined {
  const text = settings[name]
  if (text === undefined || text === 'true' || text === 'false') return text && text === 'true'
  faults.push(`${SETTINGS[name].variable} must be true or false, got "${text}"`)
  return undefined
}

function readParticipantAddress(
  { participantAddress: text }: Settings,
  faults: string[],
): Pick<Config, 'participantAddress'> {
  const participantAddress = text === undefined ? undefined : readAddressTemplate(text, faults)
  return participantAddress === undefined ? {} : { participantAddress }
}

/** A healthy watch may be silent as long as the least. */
const UNAVAILABLE_AFTER_SECONDS = { least: 120, most: 604_800 } as const

function readUnavailableAfter({ unavailableAfter = '900' }: Settings, faults: string[]): number {
  const { least, most } = UNAVAILABLE_AFTER_SECONDS
  const seconds = /^\d{1,6}$/u.test(unavailableAfter) ? Number(unavailableAfter) : Number.NaN
  if (seconds >= least && seconds <= most) return seconds * 1000
  faults.push(
    `UNAVAILABLE_AFTER must be a whole number of seconds from ${least} to ${most}, got "${unavailableAfter}"`,
  )
  return Number.NaN
}

function readLog({ logLevel = 'info', logFormat }: Settings, faults: string[]): Config['log'] {
  const level = LOG_LEVELS.find((known) => known === logLevel)
  if (level === undefined) faults.push(`LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}, got "${logLevel}"`)
  const format = logFormat === 'json' || logFormat === 'text' ? logFormat : undefined
  if (logFormat !== undefined && format === undefined)
    faults.push(`LOG_FORMAT must be json or text, got "${logFormat}"`)
  return { level: level ?? 'info', format }
}
