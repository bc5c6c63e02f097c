/** One HTTP request to the API server and its answer, without retries; says what went wrong in our words. */
import type { Dispatcher } from 'undici'
import type { Answer } from './answer.ts'
import type { Access } from './credentials.ts'
import { NoAnswerError, noAnswer } from './no-answer.ts'

export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** From the root of the API server, without a query. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | undefined>> | undefined
  readonly body?: string
  /** Of the body. Default `application/json`. */
  readonly contentType?: string | undefined
  /** Further ones, in lower case; those that the API server needs win. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

export interface Channel {
  readonly dispatcher: Dispatcher
  readonly access: Access
  readonly headersTimeoutMs: number
  /** Between two pieces of the answer; 0 for no limit. */
  readonly bodyTimeoutMs: number
  readonly signal: AbortSignal
  /** Called when a connection is there and the request is about to be written to it. It aborts the signal to keep it back. */
  readonly beforeSend?: (() => void) | undefined
}

export interface Incoming {
  readonly code: number
  readonly headers: Answer['headers']
  readonly body: AsyncIterable<Uint8Array>
}

export interface WireOptions {
  /** The API server's address; it may have a path. */
  readonly server: string
  readonly userAgent: string
  readonly maxAnswerBytes: number
}

/** How messages call a request. */
export interface Names {
  /** `GET /path`. */
  readonly request: string
  /** `https://host:6443`. */
  readonly server: string
  /** `GET /path at https://host:6443`. */
  readonly subject: string
}

export class Wire {
  readonly #options: WireOptions
  readonly #origin: string
  readonly #basePath: string

  constructor(options: WireOptions) {
    this.#options = options
    const { origin, pathname } = new URL(options.server)
    this.#origin = origin
    this.#basePath = pathname.replace(/\/$/u, '')
  }

  namesOf({ method, path }: Pick<WireRequest, 'method' | 'path'>): Names {
    const { server } = this.#options
    const request = `${method} ${path}`
    return { request, server, subject: `${request} at ${server}` }
  }

  /** Resolves with the head of the answer, whatever its code is. */
  async send(request: WireRequest, channel: Channel): Promise<Incoming> {
    try {
      const response = await dispatcherOf(channel).request({
        origin: this.#origin,
        path: this.#basePath + request.path + queryOf(request),
        method: request.method,
        headers: this.#headersOf(request, channel.access),
        body: request.body ?? null,
        headersTimeout: channel.headersTimeoutMs,
        bodyTimeout: channel.bodyTimeoutMs,
        signal: channel.signal,
      })
      return { code: response.statusCode, headers: response.headers, body: response.body }
    } catch (error) {
      throw noAnswer(this.namesOf(request).subject, error)
    }
  }

  /** The whole answer as text. */
  async read(request: WireRequest, incoming: Incoming): Promise<Answer> {
    const { maxAnswerBytes } = this.#options
    const { subject } = this.namesOf(request)
    const chunks: Uint8Array[] = []
    let bytes = 0
    try {
      for await (const chunk of incoming.body) {
        bytes += chunk.length
        if (bytes > maxAnswerBytes) throw tooLarge(subject, maxAnswerBytes)
        chunks.push(chunk)
      }
    } catch (error) {
      throw noAnswer(subject, error)
    }
    return { code: incoming.code, headers: incoming.headers, text: Buffer.concat(chunks).toString('utf8') }
  }

  #headersOf(
    { body, contentType = 'application/json', headers }: WireRequest,
    access: Access,
  ): Record<string, string> {
    return {
      ...headers,
      ...access.headers,
      'user-agent': this.#options.userAgent,
      accept: 'application/json',
      // Inside a cluster unzipping costs more than the bytes; client-go's in-cluster components do the same.
      'accept-encoding': 'identity',
      ...(body === undefined ? {} : { 'content-type': contentType }),
    }
  }
}

/** A request may wait in the pool for a connection: only there is it known when it is written. */
function dispatcherOf({ dispatcher, beforeSend }: Channel): Dispatcher {
  if (beforeSend === undefined) return dispatcher
  return dispatcher.compose((dispatch) => (options, handler) => {
    const start = handler.onRequestStart?.bind(handler)
    handler.onRequestStart = (...given) => {
      beforeSend()
      start?.(...given)
    }
    return dispatch(options, handler)
  })
}

function queryOf({ query = {} }: WireRequest): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`
}

function tooLarge(subject: string, limit: number): NoAnswerError {
  return new NoAnswerError(
    'hopeless',
    `${subject}: the answer is larger than ${limit} bytes; ask for smaller pages or a narrower selection`,
  )
}
