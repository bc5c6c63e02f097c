/** The gateway of a node: leads what comes in by HTTP to Services, as the HTTPRoutes of all namespaces say. */
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { KubeObject } from '../../../src/model/kubernetes.ts'

/** As objects.yaml names it. */
export const CONTROLLER = 'node.dataspaces.dev/gateway'

export interface Route extends KubeObject {
  readonly spec: {
    readonly parentRefs: readonly object[]
    readonly hostnames?: readonly string[]
    readonly rules: readonly Rule[]
  }
  readonly status?: { readonly parents?: readonly { readonly controllerName: string }[] }
}

/** As far as routes of ours go: prefixes of paths, and prefixes that are replaced. */
interface Rule {
  readonly matches: readonly { readonly path: { readonly value: string } }[]
  readonly filters?: readonly {
    readonly urlRewrite: { readonly path: { readonly replacePrefixMatch: string } }
  }[]
  readonly backendRefs: readonly { readonly name: string; readonly port: number }[]
}

export interface Target {
  readonly service: { readonly namespace: string; readonly name: string }
  readonly port: number
  /** With the query. */
  readonly path: string
}

/** The rule with the longest prefix, of the routes for this host (Gateway API, HTTPRouteRule). */
export function targetOf(
  routes: Iterable<Route>,
  { host, url }: { host: string; url: string },
): Target | undefined {
  const hostname = host.replace(/:\d+$/u, '').toLowerCase()
  const [path = ''] = url.split('?')
  const found = [...routes]
    .filter(({ spec }) => spec.hostnames === undefined || spec.hostnames.includes(hostname))
    .flatMap((route) =>
      route.spec.rules.flatMap((rule) =>
        rule.matches.map((match) => ({ route, rule, prefix: match.path.value })),
      ),
    )
    .filter(({ prefix }) => isBelow(path, prefix))
    .toSorted((one, other) => other.prefix.length - one.prefix.length)[0]
  const [backend] = found?.rule.backendRefs ?? []
  if (found === undefined || backend === undefined) return undefined
  const { route, rule, prefix } = found
  const replacement = rule.filters?.[0]?.urlRewrite.path.replacePrefixMatch
  return {
    service: { namespace: route.metadata.namespace ?? '', name: backend.name },
    port: backend.port,
    path: replacement === undefined ? url : `${replacement}${url.slice(prefix.length)}`,
  }
}

function isBelow(path: string, prefix: string): boolean {
  return prefix === '/' || path === prefix || path.startsWith(`${prefix.replace(/\/$/u, '')}/`)
}

export interface GatewayOptions {
  readonly routes: () => Iterable<Route>
  /** The address of a Service; undefined where there is none. */
  readonly addressOf: (service: Target['service']) => string | undefined
}

/** Not listening yet. Answers 404 where no route leads, and 502 where nobody answers. */
export function createGateway({ routes, addressOf }: GatewayOptions): Server {
  return createServer((incoming, response) => {
    const target = targetOf(routes(), { host: incoming.headers.host ?? '', url: incoming.url ?? '/' })
    const address = target && addressOf(target.service)
    if (target === undefined || address === undefined)
      return void response.writeHead(404).end('no route leads there\n')
    forward(incoming, response, { host: address, port: target.port, path: target.path })
  })
}

/** With the host that was asked for: a DID document is looked up by it. */
function forward(
  incoming: IncomingMessage,
  response: ServerResponse,
  to: { readonly host: string; readonly port: number; readonly path: string },
): void {
  const outgoing = request({ ...to, method: incoming.method, headers: incoming.headers, agent: false })
  outgoing.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
  })
  outgoing.on('error', (error) => {
    if (response.headersSent) response.destroy()
    else response.writeHead(502).end(`${error.message}\n`)
  })
  response.on('close', () => outgoing.destroy())
  incoming.pipe(outgoing)
}

/** What a controller says about a route that it serves. */
export function acceptance({ metadata, spec }: Route, now: Date): object {
  const condition = (type: string, reason: string): object => ({
    type,
    status: 'True',
    reason,
    message: '',
    observedGeneration: metadata.generation,
    lastTransitionTime: now.toISOString(),
  })
  return {
    status: {
      parents: spec.parentRefs.map((parentRef) => ({
        parentRef,
        controllerName: CONTROLLER,
        conditions: [condition('Accepted', 'Accepted'), condition('ResolvedRefs', 'ResolvedRefs')],
      })),
    },
  }
}
