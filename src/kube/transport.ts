/** The way to one API server: time limits on everything, retries where they do no harm, renewed credentials after a 401. */
import { UnavailableError } from '../model/errors.ts'
import type { Log } from '../model/log.ts'
import { type Answer, errorOf, jsonOf, saysAbsent } from './answer.ts'
import { openCallLimit, untilAborted } from './call-limit.ts'
import { Connections } from './connections.ts'
import type { Access, Credentials } from './credentials.ts'
import { KubeApiError } from './errors.ts'
import { NoAnswerError, noAnswer } from './no-answer.ts'
import { retryDelay } from './retry.ts'
import type { Tuning } from './tuning.ts'
import { type Channel, Wire, type WireRequest } from './wire.ts'

interface Call extends Omit<WireRequest, 'body'> {
  /** Sent as JSON. */
  readonly body?: object | undefined
  /** Carrying it out twice does no harm: it is retried also when it may have been carried out. */
  readonly idempotent: boolean
  /** Answers undefined instead of throwing when the API server says that there is no such object. */
  readonly absentOk?: boolean
  readonly signal?: AbortSignal | undefined
  /** As `WriteOptions` of `kube.ts` say. */
  readonly permit?: (() => void) | undefined
}

interface StreamCall extends Pick<WireRequest, 'path' | 'query'> {
  /** The stream is cut, with an error, after this many ms. */
  readonly timeoutMs: number
  /** Called when the server has said 200. */
  readonly onAccepted?: (() => void) | undefined
  readonly signal: AbortSignal
}

/** One request to the API server and its end; a retried call makes several. */
export interface CallReport {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly watch: boolean
  /** Left out when there was no answer. */
  readonly code?: number
  /** Until the answer was read; for a watch until it was accepted. */
  readonly durationMs: number
}

export interface TransportOptions {
  readonly credentials: Credentials
  /** `dataspace-provisioner/<version>`. */
  readonly userAgent: string
  readonly log: Log
  /** From 0 to 1, 1 excluded. */
  readonly random: () => number
  /** Resolves after so many ms, or rejects when the signal is aborted. */
  readonly delay: (ms: number, signal: AbortSignal) => Promise<void>
  readonly tuning: Tuning
  readonly onCall?: ((report: CallReport) => void) | undefined
  /** Told each time when the API server says 429: for how many ms it wants to be left alone. */
  readonly onBusy?: ((forMs: number) => void) | undefined
}

/**
 * Throws `KubeApiError` when the answer was no, `UnavailableError` when there was none in time, and the signal's reason
 * when it was aborted. No error holds a credential.
 */
export interface Transport extends AsyncDisposable {
  /** The parsed body of the answer. */
  call(call: Call): Promise<unknown>
  /** The body as it comes, on a connection of its own. Not retried: only the caller knows where to start anew. */
  stream(call: StreamCall): AsyncGenerator<Uint8Array>
}

export function openTransport(options: TransportOptions): Transport {
  return new RetryingTransport(options)
}

/** A watch that was accepted. Disposing the connection ends it. */
interface Stream {
  readonly code: 200
  readonly body: AsyncIterable<Uint8Array>
  readonly connection: AsyncDisposable
}

class RetryingTransport implements Transport {
  readonly #options: TransportOptions
  readonly #wire: Wire
  readonly #connections: Connections
  readonly #closing = new AbortController()

  constructor(options: TransportOptions) {
    const { credentials, userAgent, tuning } = options
    this.#options = options
    this.#connections = new Connections(credentials, tuning)
    this.#wire = new Wire({ server: credentials.server, userAgent, maxAnswerBytes: tuning.maxAnswerBytes })
  }

  async call(call: Call): Promise<unknown> {
    const { tuning, random, log, delay } = this.#options
    const { request, subject } = this.#wire.namesOf(call)
    const endsAt = performance.now() + tuning.deadlineMs
    let error: unknown
    const refusal = new AbortController()
    using limit = openCallLimit({
      signals: [call.signal, this.#closing.signal, refusal.signal],
      timeoutMs: tuning.deadlineMs,
      expired: () => expired(subject, tuning.deadlineMs, error),
    })
    for (let attempts = 1; ; attempts += 1) {
      try {
        return await this.#attempt(call, limit.signal, refusing(call, refusal))
      } catch (thrown) {
        limit.signal.throwIfAborted()
        error = thrown
      }
      const waitMs = retryDelay({ error, attempts, idempotent: call.idempotent }, { ...tuning, random })
      if (waitMs === undefined || performance.now() + waitMs >= endsAt) throw error
      log.debug({ request, attempts, waitMs, err: error }, 'asking the API server again')
      await untilAborted(delay(waitMs, limit.signal), limit.signal)
    }
  }

  async *stream(call: StreamCall): AsyncGenerator<Uint8Array> {
    const request: WireRequest = { method: 'GET', path: call.path, query: call.query }
    const { subject } = this.#wire.namesOf(request)
    using limit = openCallLimit({
      signals: [call.signal, this.#closing.signal],
      timeoutMs: call.timeoutMs,
      expired: () => expired(subject, call.timeoutMs),
    })
    try {
      const stream = await this.#openStream(request, limit.signal)
      await using _ = stream.connection
      call.onAccepted?.()
      yield* stream.body
    } catch (error) {
      limit.signal.throwIfAborted()
      throw error instanceof KubeApiError || error instanceof UnavailableError
        ? error
        : noAnswer(subject, error)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new NoAnswerError('hopeless', 'the client of the API server was closed'))
    await this.#connections[Symbol.asyncDispose]()
  }

  async #attempt(call: Call, signal: AbortSignal, beforeSend: Channel['beforeSend']): Promise<unknown> {
    const { body, ...rest } = call
    const request: WireRequest = body === undefined ? rest : { ...rest, body: JSON.stringify(body) }
    const answer = await this.#authorized(request, signal, async (access) => {
      const dispatcher = this.#connections.shared(access)
      const incoming = await this.#wire.send(request, {
        ...this.#options.tuning,
        dispatcher,
        access,
        signal,
        beforeSend,
      })
      return this.#wire.read(request, incoming)
    })
    const names = this.#wire.namesOf(request)
    if (answer.code >= 200 && answer.code < 300) return jsonOf(answer, names.subject)
    if (call.absentOk === true && saysAbsent(answer)) return undefined
    const error = errorOf(answer, names)
    if (error.code === 429) this.#tellBusy(error)
    throw error
  }

  #tellBusy({ retryAfterMs = BUSY_MS }: KubeApiError): void {
    this.#options.onBusy?.(Math.min(retryAfterMs, this.#options.tuning.retryAfterMaxMs))
  }

  async #openStream(request: WireRequest, signal: AbortSignal): Promise<Stream> {
    const opened = await this.#authorized(request, signal, (access) => this.#dial(request, access, signal))
    if ('connection' in opened) return opened
    throw errorOf(opened, this.#wire.namesOf(request))
  }

  async #dial(request: WireRequest, access: Access, signal: AbortSignal): Promise<Stream | Answer> {
    const { tuning } = this.#options
    await using stack = new AsyncDisposableStack()
    const own = this.#connections.own(access)
    const dispatcher = stack.adopt(own, (it) => this.#connections.release(it))
    const incoming = await this.#wire.send(request, {
      ...tuning,
      bodyTimeoutMs: 0,
      dispatcher,
      access,
      signal,
    })
    if (incoming.code === 200) return { code: 200, body: incoming.body, connection: stack.move() }
    return await untilAborted(this.#wire.read(request, incoming), AbortSignal.timeout(tuning.bodyTimeoutMs))
  }

  /** Makes the exchange, and once more with renewed credentials when the first ones were refused. */
  async #authorized<T extends { readonly code: number }>(
    request: WireRequest,
    signal: AbortSignal,
    exchange: (access: Access) => Promise<T>,
  ): Promise<T> {
    const { credentials, log } = this.#options
    signal.throwIfAborted()
    const access = await untilAborted(credentials.access(), signal)
    const first = await this.#reported(request, () => exchange(access))
    if (first.code !== 401) return first
    const renewed = await untilAborted(credentials.access({ renew: true }), signal)
    if (renewed === access) return first
    log.info({ server: credentials.server }, 'renewed the credentials that the API server had refused')
    return this.#reported(request, () => exchange(renewed))
  }

  async #reported<T extends { readonly code: number }>(
    { method, path, query }: WireRequest,
    exchange: () => Promise<T>,
  ): Promise<T> {
    const startedAt = performance.now()
    let code: number | undefined
    try {
      const answer = await exchange()
      code = answer.code
      return answer
    } finally {
      const durationMs = performance.now() - startedAt
      const watch = query?.['watch'] === '1'
      this.#options.onCall?.({ method, path, watch, ...(code === undefined ? {} : { code }), durationMs })
    }
  }
}

/** When the API server does not say how long it is busy; it says 1 s itself when its queues are full. */
const BUSY_MS = 1_000

/** Aborts the call with what its permit throws. */
function refusing({ permit }: Call, refusal: AbortController): Channel['beforeSend'] {
  if (permit === undefined) return undefined
  return () => {
    try {
      permit()
    } catch (error) {
      refusal.abort(error)
    }
  }
}

function expired(subject: string, timeoutMs: number, cause?: unknown): NoAnswerError {
  const text = `${subject}: not finished within ${timeoutMs} ms; check how loaded the API server is and the network`
  return new NoAnswerError('hopeless', text, cause === undefined ? undefined : { cause })
}
