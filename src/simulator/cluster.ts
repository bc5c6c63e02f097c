/** The built-in cluster: state, controllers and API server in this process, for trying things out and for tests. */
import { randomUUID } from 'node:crypto'
import { participantCrd } from '../crd/participant-crd.ts'
import type { Log } from '../model/log.ts'
import { openControllers } from './controllers/controllers.ts'
import { DEMO_TIMING, type Timing } from './controllers/timing.ts'
import { ClusterRuntimes, ISSUER_ADMIN_PATH, ISSUER_PLACE } from './edc/cluster-runtimes.ts'
import { ClusterVaults } from './edc/cluster-vaults.ts'
import { EdcDataspace } from './edc/dataspace.ts'
import type { Issuer } from './edc/issuer.ts'
import { gatewayDefinition, httpRouteDefinition } from './gateway-api.ts'
import { type MemoryState, openState } from './memory-state.ts'
import { type ApiServer, openApiServer } from './server.ts'

export interface ClusterOptions {
  /** How long things take. Default: as long as people like to look on. */
  readonly timing?: Timing
  /** On 127.0.0.1. Default: a free one. */
  readonly port?: number
  /** Wall clock, ms since 1970. Delays are real time all the same. */
  readonly now?: () => number
  /** A number in [0, 1). */
  readonly random?: () => number
  /** What clients have to bring as bearer token. Default: nothing; kubectl sends none over plain http. */
  readonly token?: string
  /** Told when a controller fails, which it never should. */
  readonly log?: Log
}

export interface BuiltInCluster {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string
  readonly state: MemoryState
  readonly server: ApiServer
  /** The EDC of its participants. */
  readonly dataspace: EdcDataspace
  readonly vaults: ClusterVaults
  /** Issues credentials to whoever is registered with it. */
  readonly demoIssuer: DemoIssuer
}

export interface DemoIssuer {
  readonly did: string
  /** Of its admin API, with its path; behind the service proxy. */
  readonly address: string
  readonly contextId: string
  readonly key: string
  readonly double: Issuer
}

/** Has a ready node, a default StorageClass, Participants and the Gateway API. Rejects when the port is taken. */
export async function openCluster(options: ClusterOptions = {}): Promise<BuiltInCluster & AsyncDisposable> {
  const { timing = DEMO_TIMING, now = Date.now, random = Math.random, log, port, token } = options
  const state = openState({ now, newUid: randomUUID })
  await using stack = new AsyncDisposableStack()
  stack.use(openControllers({ state, timing, now, random, ...(log && { log }) }))
  const dataspace = new EdcDataspace({ generation: '0.15', now, random: randomUUID })
  const issuing = { did: 'did:web:issuer.example', contextId: 'issuer', key: randomUUID() }
  const double = dataspace.addIssuer(issuing)
  const vaults = new ClusterVaults(state, { now, random: randomUUID })
  const runtimes = new ClusterRuntimes({ state, dataspace, issuer: double, vaults })
  const server = stack.use(
    await openApiServer({
      state,
      now,
      listeners: (place, request) => runtimes.answer(place, request),
      ...(token !== undefined && { token }),
      ...(port !== undefined && { port }),
    }),
  )
  for (const definition of [participantCrd(), gatewayDefinition(), httpRouteDefinition()])
    server.installCrd(definition)
  const owned = stack.move()
  const { namespace, service, port: issuerPort } = ISSUER_PLACE
  const address = `${server.url}/api/v1/namespaces/${namespace}/services/http:${service}:${issuerPort}/proxy${ISSUER_ADMIN_PATH}`
  const demoIssuer = { ...issuing, address, double }
  return {
    url: server.url,
    state,
    server,
    dataspace,
    vaults,
    demoIssuer,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
