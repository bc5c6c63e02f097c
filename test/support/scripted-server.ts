/** A real HTTP server on the loopback interface whose answers a test scripts. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { createSecureServer } from 'node:http2'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { SecureContextOptions } from 'node:tls'

export interface ReceivedRequest {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** Which connection it came over, from 1 in order of their first request. */
  readonly connection: number
  readonly httpVersion: string
}

export type Answer = (response: ServerResponse, request: ReceivedRequest) => unknown

export interface ScriptedServerOptions {
  /** Speaks TLS, and would speak HTTP/2 with a client that wants it. */
  readonly tls?: SecureContextOptions & { readonly requestCert?: boolean }
}

export async function openScriptedServer(options: ScriptedServerOptions = {}): Promise<ScriptedServer> {
  const scripted = new ScriptedServer(options)
  await scripted.listen()
  return scripted
}

/** Answers request after request from the script; the last answer stands for all that follow. */
export class ScriptedServer implements AsyncDisposable {
  readonly received: ReceivedRequest[] = []
  readonly #server: Server
  readonly #scheme: string
  readonly #sockets = new Set<Socket>()
  readonly #numbers = new Map<Socket, number>()
  #script: Answer[] = [json(200, {})]

  constructor({ tls }: ScriptedServerOptions) {
    this.#scheme = tls === undefined ? 'http' : 'https'
    const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
      this.#onRequest(request, response).catch((error: unknown) => response.destroy(error as Error))
    }
    this.#server =
      tls === undefined
        ? createServer(onRequest)
        : createSecureServer({ ...tls, allowHTTP1: true }, (request, response) =>
            onRequest(request as unknown as IncomingMessage, response as unknown as ServerResponse),
          )
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => this.#sockets.delete(socket))
    })
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.port}`
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Connections that carried a request so far. */
  get connections(): number {
    return this.#numbers.size
  }

  /** Connections that are open now. */
  get openConnections(): number {
    return this.#sockets.size
  }

  script(...answers: readonly Answer[]): void {
    this.#script = [...answers]
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  async #onRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.setEncoding('utf8')
    let body = ''
    for await (const text of request) body += text
    const received = this.#note(request, body)
    const [answer] = this.#script.length > 1 ? this.#script.splice(0, 1) : this.#script
    await answer?.(response, received)
  }

  #note(request: IncomingMessage, body: string): ReceivedRequest {
    const { socket, headers, httpVersion, method = '' } = request
    if (!this.#numbers.has(socket)) this.#numbers.set(socket, this.#numbers.size + 1)
    const url = new URL(request.url ?? '/', this.url)
    const received: ReceivedRequest = {
      method,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers,
      body,
      connection: this.#numbers.get(socket) ?? 0,
      httpVersion,
    }
    this.received.push(received)
    return received
  }
}

type Headers = Readonly<Record<string, string>>

export function json(code: number, body: unknown, headers: Headers = {}): Answer {
  return text(code, JSON.stringify(body), { 'content-type': 'application/json', ...headers })
}

export function text(code: number, body: string, headers: Headers = {}): Answer {
  return (response) => response.writeHead(code, headers).end(body)
}

/** What an API server says when it says no. */
export function status(
  code: number,
  reason: string,
  more: { details?: object; headers?: Headers } = {},
): Answer {
  const { details, headers } = more
  const body = {
    apiVersion: 'v1',
    kind: 'Status',
    status: 'Failure',
    code,
    reason,
    message: `scripted ${reason}`,
    details,
  }
  return json(code, body, headers)
}

/** Cuts the connection with a TCP reset, without an answer. */
export function reset(): Answer {
  return ({ req }) => req.socket.resetAndDestroy()
}

/** Promises more than it sends, then cuts the connection. */
export function half(body: string): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length * 2 })
    response.write(body, () => response.destroy())
  }
}

/** Takes the request and says nothing. */
export function silence(): Answer {
  return () => {}
}

/** Writes the chunks one by one, each in a packet of its own, and then ends, or stays open. */
export function stream(
  chunks: readonly (string | Uint8Array)[],
  { end = true }: { readonly end?: boolean } = {},
): Answer {
  return async (response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.flushHeaders()
    for (const chunk of chunks) await written(response, chunk)
    if (end) response.end()
  }
}

async function written(response: ServerResponse, chunk: string | Uint8Array): Promise<void> {
  await new Promise<void>((resolve) => {
    response.write(chunk, () => setImmediate(resolve))
  })
}
