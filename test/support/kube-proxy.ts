/** An API server's door for one process alone: passes everything on and remembers what was written, and when. */
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Credentials, openCredentials } from '../../src/kube/credentials.ts'

export interface RecordedWrite {
  /** `performance.now()`, when its first bytes came. */
  readonly atMs: number
  readonly method: string
  /** Without the query. */
  readonly path: string
}

export interface KubeProxy extends AsyncDisposable {
  readonly kubeconfig: string
  /** In order. Those to Leases are not among them. */
  readonly writes: readonly RecordedWrite[]
  /** Called with each write before it is passed on. */
  onWrite: (write: RecordedWrite) => void
  /** Nothing is passed on before it resolves. */
  gate: Promise<void>
}

/** In front of the API server of a kubeconfig, with its credentials; whoever comes through it needs none. */
export async function openKubeProxy(kubeconfig: string): Promise<KubeProxy> {
  await using stack = new AsyncDisposableStack()
  const credentials = await openCredentials(
    { kind: 'kubeconfig', paths: kubeconfig },
    { now: () => performance.now() },
  )
  const writes: RecordedWrite[] = []
  const server = createServer((request, response) => {
    const { method = 'GET', url = '/' } = request
    const [path = ''] = url.split('?')
    const write = { atMs: performance.now(), method, path }
    if (method !== 'GET' && !path.includes('/leases')) {
      writes.push(write)
      proxy.onWrite(write)
    }
    proxy.gate.then(() => passOn(credentials, request, response)).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stack.defer(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
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
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
  return proxy
}

async function passOn(
  credentials: Credentials,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { headers, tls } = await credentials.access()
  const target = new URL(credentials.server + (request.url ?? ''))
  const send = target.protocol === 'https:' ? httpsRequest : httpRequest
  const passed = send(target, {
    ...tls,
    method: request.method,
    headers: { ...request.headers, ...headers, host: target.host },
  })
  passed.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.on('error', () => response.destroy())
    answer.pipe(response)
  })
  passed.on('error', () => response.destroy())
  response.on('close', () => passed.destroy())
  request.pipe(passed)
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
