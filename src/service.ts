/** The composition root: builds each part once, in order, and closes them in reverse. */
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { ClusterChoice, Config } from './config/config.ts'
import { openEngine } from './engine.ts'
import { createApp } from './http/app.ts'
import { createHealthApp } from './http/health.ts'
import { openKube, type KubeOptions } from './kube/client.ts'
import { type CredentialsSource, openCredentials } from './kube/credentials.ts'
import { explainUnreadable } from './kube/preflight.ts'
import { BROKEN_IMAGE_PROFILE } from './manifests/default-profile.ts'
import { type BuiltInCluster, openCluster } from './simulator/cluster.ts'

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
  const engine = stack.use(openEngine({ kube, profiles, reserved: config.reserved, log }))
  const { reader, writer, freshness } = engine
  const { host, port, healthPort } = config.http
  const url = await listen(
    stack,
    createApp({ reader, writer, freshness, auth: config.auth, log, now: Date.now }),
    {
      host,
      port,
    },
  )
  const checks = [{ name: 'caches-synced', ok: () => freshness().synced }]
  const healthUrl = await listen(stack, createHealthApp({ checks }), { host, port: healthPort })

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

interface Address {
  readonly host: string
  readonly port: number
}

async function listen(stack: AsyncDisposableStack, app: FastifyInstance, address: Address): Promise<string> {
  stack.defer(() => app.close())
  return app.listen(address)
}
