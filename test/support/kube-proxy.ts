/**
 * An API server's door for one process alone: passes everything on and remembers what was written, and when. A write
 * that a test lies in wait for is held back for good, so that the process can be killed right before it, or right after.
 */
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { type Credentials, openCredentials } from '../../src/kube/credentials.ts'
import { closed } from './closed.ts'

export interface RecordedWrite {
  /** `performance.now()`, when its first bytes came. */
  readonly atMs: number
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** The field manager. */
  readonly manager: string
  /** Of the object that is sent, where one is. */
  readonly name: string
}

export interface Trap {
  /** Asked of each write, in order, until it says yes. */
  readonly catches: (write: RecordedWrite) => boolean
  /** `before`: the write never reaches the API server; `after`: it is carried out, and nobody learns of it. */
  readonly when: 'before' | 'after'
}

/** Disposing takes it away. */
export interface LaidTrap extends Disposable {
  /** A write is held back. */
  readonly sprung: boolean
}

export interface KubeProxy extends AsyncDisposable {
  readonly kubeconfig: string
  /** In order, with all calls to Services behind the API server. Those to Leases are not among them. */
  readonly writes: readonly RecordedWrite[]
  /** Called with each write before it is passed on. */
  onWrite: (write: RecordedWrite) => void
  /** Nothing is passed on before it resolves. */
  gate: Promise<void>
  /** In the place of the one before. */
  lay(trap: Trap): LaidTrap
}

/** In front of the API server of a kubeconfig, with its credentials; whoever comes through it needs none. */
export async function openKubeProxy(kubeconfig: string): Promise<KubeProxy> {
  await using stack = new AsyncDisposableStack()
  const credentials = await openCredentials(
    { kind: 'kubeconfig', paths: kubeconfig },
    { now: () => performance.now() },
  )
  const writes: RecordedWrite[] = []
  const traps = new Traps()
  const passOn = async (exchange: Exchange, body: Buffer | Readable): Promise<IncomingMessage> => {
    await proxy.gate
    return await ask(credentials, exchange, body)
  }
  const passOnWrite = async (exchange: Exchange): Promise<IncomingMessage | undefined> => {
    const { write, body } = await readWrite(exchange.request)
    writes.push(write)
    proxy.onWrite(write)
    const trap = traps.take(write)
    if (trap?.when !== 'before') {
      const answer = await passOn(exchange, body)
      if (trap === undefined) return answer
      await buffer(answer)
    }
    trap.spring()
    return undefined
  }
  const serve = async (exchange: Exchange): Promise<void> => {
    const { request, response } = exchange
    const answer = isWrite(request) ? await passOnWrite(exchange) : await passOn(exchange, request)
    if (answer !== undefined) giveTo(response, answer)
  }
  const server = createServer((request, response) => {
    serve({ request, response }).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stack.defer(() => closed(server))
  const folder = await mkdtemp(join(tmpdir(), 'kube-proxy-'))
  stack.defer(() => rm(folder, { recursive: true }))
  const file = join(folder, 'kubeconfig')
  await writeFile(file, JSON.stringify(kubeconfigFor(server.address() as AddressInfo)))
  const owned = stack.move()
  const proxy: KubeProxy = {
    kubeconfig: file,
    writes,
    onWrite: () => undefined,
    gate: Promise.resolve(),
    lay: (trap) => traps.lay(trap),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
  return proxy
}

interface OpenTrap extends Trap {
  readonly spring: () => void
}

/** One at a time. */
class Traps {
  #open: OpenTrap | undefined

  lay(trap: Trap): LaidTrap {
    let sprung = false
    const open: OpenTrap = {
      catches: (write) => trap.catches(write),
      // Read when it has caught something: `catches` may have chosen it.
      get when() {
        return trap.when
      },
      spring: () => (sprung = true),
    }
    this.#open = open
    return {
      get sprung() {
        return sprung
      },
      [Symbol.dispose]: () => {
        if (this.#open === open) this.#open = undefined
      },
    }
  }

  take(write: RecordedWrite): OpenTrap | undefined {
    const trap = this.#open
    if (trap?.catches(write) !== true) return undefined
    this.#open = undefined
    return trap
  }
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** Calls to Services behind the API server count as such, whatever they ask. */
function isWrite({ method, url = '' }: IncomingMessage): boolean {
  return isThroughService(url) || (method !== 'GET' && !url.includes('/leases'))
}

function isThroughService(url: string): boolean {
  return /\/services\/[^/]+\/proxy\//u.test(url)
}

interface SentWrite {
  readonly write: RecordedWrite
  readonly body: Buffer
}

async function readWrite(request: IncomingMessage): Promise<SentWrite> {
  const atMs = performance.now()
  const { method = '' } = request
  const { pathname: path, searchParams } = new URL(request.url ?? '/', 'http://proxy')
  const body = await buffer(request)
  const isObject = body.length > 0 && !isThroughService(path)
  const sent = (isObject ? JSON.parse(body.toString()) : {}) as { metadata?: { name?: string } }
  const manager = searchParams.get('fieldManager') ?? ''
  return { write: { atMs, method, path, manager, name: sent.metadata?.name ?? '' }, body }
}

async function ask(
  credentials: Credentials,
  { request, response }: Exchange,
  body: Buffer | Readable,
): Promise<IncomingMessage> {
  const { headers, tls } = await credentials.access()
  const target = new URL(credentials.server + (request.url ?? ''))
  const send = target.protocol === 'https:' ? httpsRequest : httpRequest
  const passed = send(target, {
    ...tls,
    method: request.method,
    headers: { ...request.headers, ...headers, host: target.host },
  })
  passed.on('error', () => response.destroy())
  response.on('close', () => passed.destroy())
  if (body instanceof Readable) body.pipe(passed)
  else passed.end(body)
  const [answer] = (await once(passed, 'response')) as [IncomingMessage]
  return answer
}

function giveTo(response: ServerResponse, answer: IncomingMessage): void {
  response.writeHead(answer.statusCode ?? 502, answer.headers)
  answer.on('error', () => response.destroy())
  answer.pipe(response)
}

function kubeconfigFor({ port }: AddressInfo): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'proxy', cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: 'nobody', user: {} }],
    contexts: [{ name: 'proxy', context: { cluster: 'proxy', user: 'nobody' } }],
    'current-context': 'proxy',
  }
}
