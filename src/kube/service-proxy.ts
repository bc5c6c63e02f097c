/** The way to Services from outside of a cluster: through the API server, which passes on what it is sent. */
import {
  type Exchange,
  labelOf,
  NoReplyError,
  type Place,
  type Reach,
  type Reply,
  textOf,
} from '../model/exchange.ts'
import { statusOf } from './answer.ts'
import { Connections } from './connections.ts'
import type { Access, Credentials } from './credentials.ts'
import { NoAnswerError, noAnswer } from './no-answer.ts'
import { type Incoming, Wire, type WireRequest } from './wire.ts'

export interface ServiceProxyOptions {
  readonly credentials: Credentials
  readonly userAgent: string
  readonly connectTimeoutMs: number
  /** Sockets to the API server for this alone, so that slow Services do not keep its own calls waiting. */
  readonly maxConnections: number
}

export interface ServiceProxy extends AsyncDisposable {
  readonly reach: Reach
}

/** Headers such as `x-api-key` get through; `authorization` is the API server's own and does not. */
export function openServiceProxy(options: ServiceProxyOptions): ServiceProxy {
  const connections = new Connections(options.credentials, options)
  const proxy = new Proxy(options, connections)
  return {
    reach: (place) => (exchange) => proxy.send(place, exchange),
    [Symbol.asyncDispose]: () => connections[Symbol.asyncDispose](),
  }
}

/** What of an answer is the API server's own, by its code; undefined when the Service answered. */
type OwnAnswer = number | undefined

class Proxy {
  readonly #credentials: Credentials
  readonly #connections: Connections
  readonly #wire: Wire

  constructor({ credentials, userAgent }: ServiceProxyOptions, connections: Connections) {
    this.#credentials = credentials
    this.#connections = connections
    // The limit is that of each exchange.
    this.#wire = new Wire({ server: credentials.server, userAgent, maxAnswerBytes: Number.MAX_SAFE_INTEGER })
  }

  async send(place: Place, exchange: Exchange): Promise<Reply> {
    if (exchange.headers['authorization'] !== undefined) throw noWayForTokens()
    const access = await this.#credentials.access()
    const first = await this.#exchange(place, exchange, access)
    const own = codeOfApiServer(first)
    if (own !== 401) return answered(first, own, place)
    const renewed = await this.#credentials.access({ renew: true })
    const second = renewed === access ? first : await this.#exchange(place, exchange, renewed)
    return answered(second, codeOfApiServer(second), place)
  }

  async #exchange(place: Place, exchange: Exchange, access: Access): Promise<Reply> {
    const { method, path, body, headers, signal } = exchange
    const { 'content-type': contentType, ...rest } = headers
    const request: WireRequest = {
      method,
      path: proxyPath(place) + path,
      headers: rest,
      ...(body !== undefined && { body, contentType }),
    }
    const { subject } = this.#wire.namesOf({ method, path: proxyPath(place) })
    try {
      const incoming = await this.#wire.send(request, {
        dispatcher: this.#connections.shared(access),
        access,
        // The signal of the exchange ends it.
        headersTimeoutMs: 0,
        bodyTimeoutMs: 0,
        signal,
      })
      return await replyOf(incoming, exchange.maxBytes)
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof NoReplyError) throw error
      const { message } = error instanceof NoAnswerError ? error : noAnswer(subject, error)
      throw new NoReplyError('unreachable', message)
    }
  }
}

/** Of the subresource `proxy`, with the scheme said explicitly (Kubernetes documentation, "Access Services Running on Clusters"). */
function proxyPath({ participant, service, port }: Place): string {
  return `/api/v1/namespaces/${participant}/services/http:${service}:${port}/proxy`
}

async function replyOf({ code, headers, body }: Incoming, maxBytes: number): Promise<Reply> {
  return { status: code, contentType: labelOf(headers['content-type']), text: await textOf(body, maxBytes) }
}

function answered(reply: Reply, own: OwnAnswer, { participant, service }: Place): Reply {
  if (own === undefined) return reply
  if (own === 401 || own === 403)
    throw new NoReplyError(
      'no-way',
      `the API server does not let us through to it (${own}); grant get, create, update and delete on services/proxy in the namespace ${participant}, or give PARTICIPANT_ADDRESS`,
    )
  if (own === 404)
    throw new NoReplyError(
      'unreachable',
      `there is no Service ${service} in the namespace ${participant}; it is made again by the next pass`,
    )
  throw new NoReplyError(
    'unreachable',
    `the API server cannot reach it (${own}); check that it runs and that network policies let the API server in`,
  )
}

/** A `Status` of Kubernetes comes from no Service that we talk to. */
function codeOfApiServer({ status, contentType = '', text }: Reply): OwnAnswer {
  if (status < 400 || !contentType.startsWith('application/json')) return undefined
  return statusOf(text)?.apiVersion === 'v1' ? status : undefined
}

function noWayForTokens(): NoReplyError {
  return new NoReplyError(
    'no-way',
    'a bearer token cannot be sent through the API server, which keeps the authorization header to itself; run in the cluster, or give PARTICIPANT_ADDRESS',
  )
}
