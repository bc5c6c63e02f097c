/** Owns the sockets to the API server: shared ones for calls, one of its own for each watch. */
import { isDeepStrictEqual } from 'node:util'
import { Agent, type Dispatcher, ProxyAgent } from 'undici'
import type { Access, Credentials, TlsOptions } from './credentials.ts'
import type { Tuning } from './tuning.ts'

type ConnectionOptions = Pick<Tuning, 'connectTimeoutMs' | 'maxConnections'>

/** As client-go; keeps load balancers, which often drop a connection after 60 s of silence, from dropping watches. */
const TCP_KEEP_ALIVE_MS = 30_000

/** Longer than the pauses between calls, shorter than the 60 s after which load balancers drop a connection. */
const IDLE_MS = 20_000

export class Connections implements AsyncDisposable {
  readonly #credentials: Credentials
  readonly #options: ConnectionOptions
  readonly #open = new Set<Dispatcher>()
  #shared: { readonly tls: TlsOptions; readonly dispatcher: Dispatcher } | undefined

  constructor(credentials: Credentials, options: ConnectionOptions) {
    this.#credentials = credentials
    this.#options = options
  }

  /** The pool for calls. It is replaced, and the old one drained, only when certificates or keys have changed. */
  shared({ tls }: Access): Dispatcher {
    if (this.#shared !== undefined && isDeepStrictEqual(this.#shared.tls, tls)) return this.#shared.dispatcher
    const previous = this.#shared
    const dispatcher = this.#dial(tls, this.#options.maxConnections)
    this.#shared = { tls, dispatcher }
    if (previous !== undefined) void this.#drain(previous.dispatcher)
    return dispatcher
  }

  /** A single connection that nothing else uses; {@link release} it. A lost watch then takes nothing with it. */
  own({ tls }: Access): Dispatcher {
    return this.#dial(tls, 1)
  }

  async release(dispatcher: Dispatcher): Promise<void> {
    this.#open.delete(dispatcher)
    await dispatcher.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#open].map((dispatcher) => this.release(dispatcher)))
  }

  async #drain(dispatcher: Dispatcher): Promise<void> {
    await dispatcher.close().catch(() => undefined)
    this.#open.delete(dispatcher)
  }

  #dial(tls: TlsOptions, connections: number): Dispatcher {
    const { proxyUrl } = this.#credentials
    const connect = { ...tls, keepAlive: true, keepAliveInitialDelay: TCP_KEEP_ALIVE_MS }
    const options = {
      // With HTTP/2 all calls would share one TCP session, and its loss would take them all.
      allowH2: false,
      connections,
      connectTimeout: this.#options.connectTimeoutMs,
      keepAliveTimeout: IDLE_MS,
    }
    const dispatcher =
      proxyUrl === undefined
        ? new Agent({ ...options, connect })
        : new ProxyAgent({
            ...options,
            uri: proxyUrl,
            requestTls: connect,
            proxyTls: { keepAliveInitialDelay: TCP_KEEP_ALIVE_MS },
          })
    this.#open.add(dispatcher)
    return dispatcher
  }
}
