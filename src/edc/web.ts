/** Sends one HTTP request straight to a server, with undici, and puts into words that no answer came. */
import { Agent } from 'undici'
import { labelOf, NoReplyError, type Reply, type Send, textOf } from '../model/exchange.ts'
import { EDC_TUNING } from './tuning.ts'

export interface WebOptions {
  readonly connectTimeoutMs: number
  /** Sockets to each server. */
  readonly connections: number
}

/** As many sockets as there may be calls: one address may stand before many targets, and a slow one must not take the others'. */
const WEB_OPTIONS: WebOptions = { connectTimeoutMs: 3_000, connections: EDC_TUNING.callsInAll }

/** A way to servers whose address is known. */
export interface Web extends AsyncDisposable {
  /** `base` is scheme, host and port, perhaps with a path that comes before every path. */
  to(base: URL): Send
}

/** Jetty closes an idle connection after 30 s; ours are gone before, so that no request meets a closing one. */
const IDLE_MS = 10_000

export function openWeb({ connectTimeoutMs, connections }: WebOptions = WEB_OPTIONS): Web {
  const agent = new Agent({
    allowH2: false,
    connections,
    connectTimeout: connectTimeoutMs,
    keepAliveTimeout: IDLE_MS,
    // The signal of the exchange ends it.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  return {
    to: (base) => (exchange) => request(agent, base, exchange),
    [Symbol.asyncDispose]: () => agent.destroy(),
  }
}

async function request(agent: Agent, base: URL, exchange: Parameters<Send>[0]): Promise<Reply> {
  const { method, path, headers, body = null, maxBytes, signal } = exchange
  try {
    const response = await agent.request({
      origin: base.origin,
      path: base.pathname.replace(/\/$/u, '') + path,
      method,
      headers,
      body,
      signal,
    })
    return {
      status: response.statusCode,
      contentType: labelOf(response.headers['content-type']),
      text: await textOf(response.body, maxBytes),
    }
  } catch (error) {
    signal.throwIfAborted()
    throw noReply(error)
  }
}

/** First match wins. Codes are those of Node and undici. */
const WORDINGS: readonly (readonly [codes: RegExp, text: string])[] = [
  [/^ECONNREFUSED$/u, 'the connection was refused; check that it runs and listens there'],
  [/^(?:ENOTFOUND|EAI_AGAIN)$/u, 'its host name cannot be resolved; check the address and the DNS'],
  [
    /^(?:UND_ERR_CONNECT_TIMEOUT|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/u,
    'no connection came about; check the address, the network and network policies',
  ],
  [
    /^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH|UND_ERR_CLOSED|UND_ERR_DESTROYED)$/u,
    'the connection was closed before the answer was complete; check whether it was restarted',
  ],
  [/CERT|SELF_SIGNED|TLS|SSL|EPROTO/u, 'TLS failed; check the certificate and whether https is right'],
  [/^(?:HPE_|HTTPParserError)/u, 'it does not speak HTTP there; check the port'],
]

/** Only the code is kept: the error may hold bytes of the exchange. */
function noReply(error: unknown): NoReplyError {
  if (error instanceof NoReplyError) return error
  const code = codeOf(error)
  const text =
    WORDINGS.find(([codes]) => codes.test(code))?.[1] ?? 'the call failed on the way; check the network'
  return new NoReplyError('unreachable', `${text} (${code})`)
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
