/** The API server of the built-in cluster: HTTP in, what the handlers answer out; one door for requests and watches. */
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Rule, RULES } from '../crd/rules.ts'
import { type KubeObject, pathOf, RESOURCES } from '../model/kubernetes.ts'
import { ACCESS_REVIEWS, reviewed } from './access-review.ts'
import { placeOf, textOf } from './api-request.ts'
import { discovery } from './discovery.ts'
import { presentedBy } from './event-view.ts'
import { type FaultEffect, Faults } from './faults.ts'
import { type Call, handled, type Handling, NO_SUCH_RESOURCE } from './handlers.ts'
import { asText, messageOf } from './json.ts'
import { Kinds } from './kinds.ts'
import type { MemoryState } from './memory-state.ts'
import { answerProxied, type Listeners, proxiedAt } from './service-proxy.ts'
import type { StoredObject } from './state.ts'
import { internal, StatusFault } from './status-fault.ts'
import { type Presentation, presentation } from './table.ts'
import { streamWatch } from './watch.ts'
import { Writes } from './writes.ts'

export interface ApiServerOptions {
  readonly state: MemoryState
  /** What clients have to bring as bearer token. Default: nothing. */
  readonly token?: string
  /** On 127.0.0.1. Default: a free one. */
  readonly port?: number
  /** Wall clock, ms since 1970. */
  readonly now: () => number
  /** How often watches that allow it get a bookmark. Default 60 s. */
  readonly bookmarkIntervalMs?: number
  /** What listens behind Services. Default: nothing. */
  readonly listeners?: Listeners
  /** Counterparts of the CEL rules in custom resource definitions. Default: those of the product. */
  readonly rules?: readonly Rule[]
  /** Bytes that may wait for a slow watcher before it is cut off. Default 16 MB. */
  readonly maxQueuedBytes?: number
}

export interface ApiServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string
  readonly faults: Faults
  /** Creates the definition, or replaces it; its resources are served from then on. Throws a StatusFault like a request. */
  installCrd(definition: KubeObject): StoredObject
}

/** Rejects when the port is taken. */
export async function openApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const api = new Api(options)
  const server = createServer((request, response) => void api.serve(request, response))
  // Watches live for up to an hour and are silent in between.
  server.requestTimeout = 0
  server.keepAliveTimeout = 60_000
  const port = await listening(server, options.port ?? 0)
  return {
    url: `http://127.0.0.1:${port}`,
    faults: api.faults,
    installCrd: (definition) => api.installCrd(definition),
    [Symbol.asyncDispose]: async () => {
      api[Symbol.dispose]()
      server.closeAllConnections()
      const closed = Promise.withResolvers<void>()
      server.close(() => closed.resolve())
      await closed.promise
    },
  }
}

async function listening(server: Server, port: number): Promise<number> {
  const ready = Promise.withResolvers<void>()
  server.once('error', ready.reject)
  server.listen(port, '127.0.0.1', ready.resolve)
  await ready.promise
  return (server.address() as AddressInfo).port
}

class Api implements Disposable {
  readonly faults: Faults
  readonly #options: ApiServerOptions
  readonly #kinds: Kinds
  readonly #handling: Handling
  readonly #watches = new Set<Disposable>()
  readonly #closing = new AbortController()

  constructor(options: ApiServerOptions) {
    const { state, now, rules = RULES } = options
    this.#options = options
    this.#kinds = new Kinds(state)
    this.#handling = { state, kinds: this.#kinds, writes: new Writes({ state, now, rules }) }
    this.faults = new Faults({
      closeWatches: () => this.#closeWatches(),
      forgetHistory: () => state.forgetHistory(),
    })
  }

  installCrd(definition: KubeObject): StoredObject {
    const { plural, group, version } = RESOURCES.CustomResourceDefinition
    const kind = this.#kinds.find(group, version, plural)
    if (kind === undefined) throw NO_SUCH_RESOURCE
    const key = { name: definition.metadata.name }
    const target = { kind, key, subresource: undefined, manager: 'installation', strict: false, force: true }
    return this.#handling.writes.apply(target, { ...definition }).object
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A client that goes away in the middle of its body is nobody's failure.
    request.on('error', () => response.destroy())
    try {
      const url = new URL(request.url ?? '/', 'http://localhost')
      if (await this.#meetsFault(request, response, url)) return
      await this.#answer(request, response, url)
    } catch (error) {
      if (request.socket.destroyed || response.headersSent) return void response.destroy()
      const fault = error instanceof StatusFault ? error : internal(messageOf(error))
      send(response, fault.answer.code, fault.body, retryAfter(fault))
    }
  }

  [Symbol.dispose](): void {
    this.#closing.abort()
    this.#closeWatches()
    this.#kinds[Symbol.dispose]()
  }

  /** True when a fault was all that this request gets. */
  async #meetsFault(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean> {
    const asked = { method: request.method ?? '', path: url.pathname, query: url.searchParams }
    const effect = this.faults.take(asked)
    switch (effect?.kind) {
      case undefined:
        return false
      case 'answer':
        answerInstead(response, effect)
        return true
      case 'reset':
        if (effect.when === 'before') request.socket.destroy()
        else loseAnswer(request, response)
        return effect.when === 'before'
      case 'delay':
        await sleep(effect.ms, undefined, { signal: this.#closing.signal }).catch(() => undefined)
        return this.#closing.signal.aborted
      case 'hang':
        return true
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const plain = PLAIN[url.pathname]
    if (plain !== undefined) return sendText(response, 200, plain)
    if (url.pathname === '/version') return send(response, 200, VERSION)
    this.#authenticate(request)
    const { state, listeners = () => undefined } = this.#options
    const proxied = proxiedAt(url.pathname)
    if (proxied !== undefined)
      return await answerProxied(request, response, { url, proxied, state, listeners })
    await this.#answerAt(request, response, url)
  }

  async #answerAt(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const path = url.pathname.replace(/\/$/u, '')
    if (path === ACCESS_REVIEWS && request.method === 'POST')
      return send(response, 201, reviewed(await textOf(request)))
    const place = placeOf(path, this.#kinds)
    if (place === undefined) return this.#answerElsewhere(response, path)
    const view = place.shownAs?.view
    const query = view?.queryOf(url.searchParams) ?? url.searchParams
    const show = view === undefined ? (document: object): object => document : presentedBy(view)
    await this.#answerPlace({ request, place, query }, response, show)
  }

  async #answerPlace(call: Call, response: ServerResponse, show: Presentation): Promise<void> {
    const { request, place } = call
    const { accept = '' } = request.headers
    requireAcceptable(accept)
    const arrange = presentation(accept, place.kind, this.#options.now())
    const present = (document: object): object => arrange(show(document))
    if (isWatch(call)) return this.#watch(call, response, present)
    const { code, body } = await handled(call, this.#handling)
    send(response, code, request.method === 'GET' ? present(body) : show(body))
  }

  #watch({ place, query }: Call, response: ServerResponse, present: Presentation): void {
    const { state, bookmarkIntervalMs = 60_000, maxQueuedBytes = 16_777_216 } = this.#options
    const setting = { state, bookmarkIntervalMs, maxQueuedBytes }
    const watch = streamWatch(response, { ...place, query, present }, setting)
    this.#watches.add(watch)
    response.once('close', () => this.#watches.delete(watch))
  }

  /** A group of custom resources does not even know the path of what it does not have. */
  #answerElsewhere(response: ServerResponse, path: string): void {
    const kinds = this.#kinds.all()
    const document = discovery(kinds, path)
    if (document !== undefined) return send(response, 200, document)
    const isBuiltin = kinds.some(
      (kind) => kind.schema === undefined && path.startsWith(pathOf(kind).slice(0, -kind.plural.length)),
    )
    if (isBuiltin) throw NO_SUCH_RESOURCE
    sendText(response, 404, '404 page not found\n')
  }

  #authenticate({ headers }: IncomingMessage): void {
    const { token } = this.#options
    if (token === undefined || headers.authorization === `Bearer ${token}`) return
    throw new StatusFault({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' })
  }

  #closeWatches(): void {
    for (const watch of this.#watches) watch[Symbol.dispose]()
  }
}

const PLAIN: Readonly<Record<string, string>> = { '/livez': 'ok', '/readyz': 'ok', '/healthz': 'ok' }

const VERSION = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.0+simulated',
  gitTreeState: 'clean',
  platform: 'simulated',
}

function isWatch({ request, place, query }: Call): boolean {
  return request.method === 'GET' && place.name === undefined && /^(true|1)$/u.test(query.get('watch') ?? '')
}

function requireAcceptable(accept: string): void {
  if (accept === '' || /\*\/\*|application\/(\*|json)/u.test(accept)) return
  throw new StatusFault({
    code: 406,
    reason: 'NotAcceptable',
    message: '406: Not Acceptable\n\nAvailable representations: application/json',
    details: {},
  })
}

type AnswerEffect = Extract<FaultEffect, { readonly kind: 'answer' }>

function answerInstead(response: ServerResponse, effect: AnswerEffect): void {
  const { code, reason, message = 'ordered by a test', body, retryAfterSeconds } = effect
  const details = retryAfterSeconds === undefined ? {} : { details: { retryAfterSeconds } }
  const fault = new StatusFault({ code, message, ...(reason === undefined ? {} : { reason }), ...details })
  if (body === undefined) send(response, code, fault.body, retryAfter(fault))
  else response.writeHead(code, retryAfter(fault)).end(body)
}

/** Whatever is answered, the client sees its connection cut. */
function loseAnswer(request: IncomingMessage, response: ServerResponse): void {
  response.writeHead = () => {
    request.socket.destroy()
    return response
  }
}

function retryAfter({ answer }: StatusFault): OutgoingHttpHeaders {
  const seconds = answer.details?.retryAfterSeconds
  return seconds === undefined ? {} : { 'retry-after': asText(seconds) }
}

function sendText(response: ServerResponse, code: number, text: string): void {
  response.writeHead(code, { 'content-type': 'text/plain; charset=utf-8' }).end(text)
}

function send(
  response: ServerResponse,
  ...[code, body, headers]: [number, object, OutgoingHttpHeaders?]
): void {
  const text = JSON.stringify(body)
  response.writeHead(code, {
    'content-type': 'application/json',
    'cache-control': 'no-cache, private',
    'content-length': Buffer.byteLength(text),
    ...headers,
  })
  response.end(text)
}
