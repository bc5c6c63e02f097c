/** The composition root: builds each part once, in order, and closes them in reverse. */
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { openSource } from './cluster-source.ts'
import type { Config } from './config/config.ts'
import type { LeadershipSetting } from './config/leadership.ts'
import { type Engine, openEngine } from './engine.ts'
import { createApp } from './http/app.ts'
import { createHealthApp, type HealthCheck, type MetricsPage } from './http/health.ts'
import { watchChecks } from './http/watch-checks.ts'
import { openKube, type KubeOptions } from './kube/client.ts'
import { type Credentials, openCredentials } from './kube/credentials.ts'
import type { Kube } from './kube/kube.ts'
import { type Leadership, openSoleLeadership } from './kube/leadership.ts'
import { newIdentity, openLeaseElection } from './kube/lease-election.ts'
import { explainUnreadable } from './kube/preflight.ts'
import { TokenBucket } from './kube/token-bucket.ts'
import { BROKEN_IMAGE_PROFILE } from './manifests/default-profile.ts'
import type { Profiles } from './model/profile.ts'
import { withSeeding } from './seed/settings.ts'
import { type OpenedSeeding, openSeeding } from './seeding.ts'
import type { BuiltInCluster } from './simulator/cluster.ts'
import { type OpenedStore, openStore } from './store/open-store.ts'
import { type Metrics, openMetrics } from './telemetry/metrics.ts'

export interface ServiceOptions {
  readonly log: Logger
  readonly version: string
  /** Told of every call to the API server. */
  readonly onCall?: KubeOptions['onCall']
}

export interface RunningService extends AsyncDisposable {
  /** Such as `http://127.0.0.1:9999`. */
  readonly url: string
  readonly healthUrl: string
  /** Which cluster it works on, for people. */
  readonly cluster: string
  /** Present when that is the built-in one. */
  readonly builtIn: BuiltInCluster | undefined
  /** Resolves when the caches are synced and everything has been judged once; rejects when stopped before. */
  readonly ready: Promise<void>
}

/** Leaving the scope closes everything in reverse, also when a later part fails to start. */
export async function startService(config: Config, options: ServiceOptions): Promise<RunningService> {
  await using stack = new AsyncDisposableStack()
  const { log } = options
  const { source, builtIn } = await openSource(stack, config.cluster, log)
  const credentials = await openCredentials(source, { now: () => performance.now() })
  const metrics = openMetrics()
  const client = { ...options, credentials, onCall: callsToldTo(metrics.onCall, options.onCall) }
  const bucket = new TokenBucket(config.writeRate)
  const kube = openClient(stack, { ...client, onBusy: (forMs) => bucket.pause(forMs) })
  const { reserved, discovery } = config
  const home = await openStore(config.store, { log, random: Math.random })
  stack.use(home.store)
  const identity = newIdentity()
  const seen = { builtIn, credentials, userAgent: userAgentOf(options), onCall: metrics.onEdcCall }
  const seeding = openSeeding(stack, config, seen)
  const leadership = openLeadership(stack, config.leadership, { ...client, identity })
  const engine = stack.use(
    openEngine({
      kube,
      profiles: profilesFor(config, builtIn, seeding),
      reserved,
      discovery,
      log,
      home,
      unavailableAfterMs: config.unavailableAfterMs,
      stopwatch: metrics.stopwatch,
      onWrite: metrics.onWrite,
      onPass: metrics.onPass,
      onEvent: metrics.onEvent,
      instance: identity,
      throttle: { bucket, onWait: metrics.onWriteWait },
      leadership,
      ...(seeding && { seeding }),
    }),
  )
  const stopping = new AbortController()
  const { url, healthUrl } = await openDoors(stack, config, {
    engine,
    checks: [runningCheck(stopping.signal), ...checksOf(engine, home)],
    metrics: pageOf(metrics, engine, seeding),
    onAnswer: metrics.onAnswer,
    log,
  })

  // First of all: nobody sends new requests, then another process may write. Requests under way are answered after that.
  stack.defer(() => engine.stopWriting())
  stack.defer(() => stopping.abort())
  void explainUnreadable(kube, log)
  const ready = engine.start(stopping.signal)
  // Whoever awaits `ready` is told of an early stop; nobody else has to be.
  ready.catch(() => undefined)
  const owned = stack.move()
  return {
    url,
    healthUrl,
    cluster: builtIn ? 'the built-in cluster' : credentials.describe(),
    builtIn,
    ready,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function profilesFor(
  { profiles, seeding: configured }: Config,
  builtIn: BuiltInCluster | undefined,
  seeding: OpenedSeeding | undefined,
): Profiles {
  const broken = builtIn ? [[BROKEN_IMAGE_PROFILE.name, BROKEN_IMAGE_PROFILE] as const] : []
  const known = new Map([...broken, ...profiles])
  // What the configuration itself says of seeding is in its profiles already.
  return seeding === undefined || configured !== undefined ? known : withSeeding(known, seeding.settings)
}

function pageOf(metrics: Metrics, engine: Engine, seeding: OpenedSeeding | undefined): MetricsPage {
  const { contentType } = metrics
  return { contentType, render: () => metrics.render(engine.reading(), seeding?.issuers()) }
}

function userAgentOf({ version }: Pick<ServiceOptions, 'version'>): string {
  return `dataspace-provisioner/${version}`
}

interface ClientOptions extends Pick<ServiceOptions, 'version' | 'log'> {
  readonly onCall: NonNullable<KubeOptions['onCall']>
  readonly onBusy?: NonNullable<KubeOptions['onBusy']>
  readonly tuning?: NonNullable<KubeOptions['tuning']>
  readonly credentials: Credentials
  /** Behind the name by which the API server knows the program. */
  readonly remark?: string
}

function openClient(stack: AsyncDisposableStack, { version, remark = '', ...options }: ClientOptions): Kube {
  const userAgent = userAgentOf({ version }) + remark
  return stack.use(openKube({ ...options, userAgent, random: Math.random }))
}

/** To everybody who wants to be told. */
function callsToldTo(...listeners: readonly KubeOptions['onCall'][]): NonNullable<KubeOptions['onCall']> {
  return (report) => {
    for (const listener of listeners) listener?.(report)
  }
}

function openLeadership(
  stack: AsyncDisposableStack,
  setting: LeadershipSetting,
  { identity, ...client }: ClientOptions & { readonly identity: string },
): Leadership {
  if (setting.kind === 'sole') return openSoleLeadership()
  // Connections of its own: a burst of other calls must not cost the Lease.
  const kube = openClient(stack, { ...client, tuning: { maxConnections: 2 }, remark: ' (leader election)' })
  const { namespace } = setting
  return openLeaseElection({
    kube,
    namespace,
    identity,
    now: () => performance.now(),
    wallNow: Date.now,
    random: Math.random,
    log: client.log,
  })
}

function checksOf(engine: Engine, home: OpenedStore): readonly HealthCheck[] {
  return [...watchChecks(engine.watches), ...storeChecks(home), leadershipCheck(engine)]
}

/** Takes the process out of service as soon as it was told to stop. */
function runningCheck(stopping: AbortSignal): HealthCheck {
  return { name: 'running', ok: () => !stopping.aborted }
}

/** Never fails: whoever does not lead answers just as well. */
function leadershipCheck({ leadership }: Pick<Engine, 'leadership'>): HealthCheck {
  return { name: 'leader-election', ok: () => true, detail: () => leadership().story }
}

interface Doors {
  readonly engine: Engine
  readonly checks: readonly HealthCheck[]
  readonly metrics: MetricsPage
  readonly onAnswer: Metrics['onAnswer']
  readonly log: Logger
}

async function openDoors(
  stack: AsyncDisposableStack,
  { http: { host, port, healthPort }, auth }: Config,
  { engine, checks, metrics, onAnswer, log }: Doors,
): Promise<Pick<RunningService, 'url' | 'healthUrl'>> {
  const { reader, writer, freshness } = engine
  const app = createApp({ reader, writer, freshness, auth, log, now: Date.now, checks, onAnswer })
  const url = await listen(stack, app, { host, port })
  const synced = { name: 'caches-synced', ok: () => freshness().synced }
  const health = createHealthApp({ checks: [synced, ...checks], metrics })
  return { url, healthUrl: await listen(stack, health, { host, port: healthPort }) }
}

/** Never fails: answers come from memory, so Redis takes nobody out of service. */
function storeChecks({ past }: OpenedStore): readonly HealthCheck[] {
  if (past === undefined) return []
  const detail = (): string =>
    past.reachable ? 'Redis answers' : 'Redis does not answer; verdicts would not survive a restart'
  return [{ name: 'store', ok: () => true, detail }]
}

interface Address {
  readonly host: string
  readonly port: number
}

async function listen(stack: AsyncDisposableStack, app: FastifyInstance, address: Address): Promise<string> {
  stack.defer(() => app.close())
  return app.listen(address)
}
