/** The composition root: builds each part once, in order, and closes them in reverse. */
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { ClusterChoice, Config } from './config/config.ts'
import { type Engine, openEngine } from './engine.ts'
import { createApp } from './http/app.ts'
import { createHealthApp, type HealthCheck, type MetricsPage } from './http/health.ts'
import { watchChecks } from './http/watch-checks.ts'
import { openKube, type KubeOptions } from './kube/client.ts'
import { type CredentialsSource, openCredentials } from './kube/credentials.ts'
import { explainUnreadable } from './kube/preflight.ts'
import { BROKEN_IMAGE_PROFILE } from './manifests/default-profile.ts'
import { type BuiltInCluster, openCluster } from './simulator/cluster.ts'
import { type OpenedStore, openStore } from './store/open-store.ts'
import { openMetrics } from './telemetry/metrics.ts'

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
  const { source, builtIn } = await openChosen(stack, config.cluster, log)
  const credentials = await openCredentials(source, {
    now: () => performance.now(),
  })
  const kube = stack.use(
    openKube({
      credentials,
      userAgent: `dataspace-provisioner/${options.version}`,
      random: Math.random,
      log,
      ...(options.onCall && { onCall: options.onCall }),
    }),
  )
  const broken = builtIn ? [[BROKEN_IMAGE_PROFILE.name, BROKEN_IMAGE_PROFILE] as const] : []
  const profiles = new Map([...broken, ...config.profiles])
  const { reserved, discovery } = config
  const metrics = openMetrics()
  const home = await openStore(config.store, { log, random: Math.random })
  stack.use(home.store)
  const engine = stack.use(
    openEngine({
      kube,
      profiles,
      reserved,
      discovery,
      log,
      home,
      unavailableAfterMs: config.unavailableAfterMs,
      stopwatch: metrics.stopwatch,
    }),
  )
  const { url, healthUrl } = await openDoors(stack, config, {
    engine,
    checks: [...watchChecks(engine.watches), ...storeChecks(home)],
    metrics: { contentType: metrics.contentType, render: () => metrics.render(engine.reading()) },
    log,
  })

  const stopping = new AbortController()
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

interface ChosenCluster {
  readonly source: CredentialsSource
  readonly builtIn?: BuiltInCluster
}

async function openChosen(
  stack: AsyncDisposableStack,
  choice: ClusterChoice,
  log: Logger,
): Promise<ChosenCluster> {
  switch (choice.kind) {
    case 'in-cluster':
      return { source: choice }
    case 'kubeconfig':
      return { source: { kind: 'kubeconfig', paths: choice.path } }
    case 'built-in': {
      const builtIn = stack.use(await openCluster({ log }))
      return { source: { kind: 'direct', server: builtIn.url }, builtIn }
    }
  }
}

interface Doors {
  readonly engine: Engine
  readonly checks: readonly HealthCheck[]
  readonly metrics: MetricsPage
  readonly log: Logger
}

async function openDoors(
  stack: AsyncDisposableStack,
  { http: { host, port, healthPort }, auth }: Config,
  { engine, checks, metrics, log }: Doors,
): Promise<Pick<RunningService, 'url' | 'healthUrl'>> {
  const { reader, writer, freshness } = engine
  const app = createApp({ reader, writer, freshness, auth, log, now: Date.now, checks })
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
