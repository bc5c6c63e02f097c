/** A real redis-server of its own for one test: a free port, nothing on disk, ended by its pid. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { Redis } from 'ioredis'
import { eventually } from './eventually.ts'
import { openFolder } from './folder.ts'

export interface RedisServer extends AsyncDisposable {
  readonly port: number
  /** Speaks TLS; 0 without. */
  readonly tlsPort: number
  /** With the password, when there is one. */
  readonly url: string
  /** For the test to look and to meddle with. */
  readonly client: Redis
  /** SIGKILL. */
  kill(): Promise<void>
  /** Starts again on the same port, empty. */
  restart(): Promise<void>
  /** SIGSTOP: connections are taken, nothing is answered. */
  pause(): void
  /** SIGCONT. */
  resume(): void
}

export interface RedisServerOptions {
  readonly password?: string
  /** Paths of a key and a certificate in PEM; plain connections are taken too. */
  readonly tls?: { readonly key: string; readonly cert: string }
}

const INSTALL =
  'redis-server is not installed: apt-get install redis-server (Debian, Ubuntu), or brew install redis'

export async function openRedisServer({ password, tls }: RedisServerOptions = {}): Promise<RedisServer> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await openFolder())
  const port = await freePort()
  const tlsPort = tls === undefined ? 0 : await freePort()
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder.path]
  if (password !== undefined) args.push('--requirepass', password)
  if (tls !== undefined) {
    args.push('--tls-port', String(tlsPort), '--tls-cert-file', tls.cert, '--tls-key-file', tls.key)
    args.push('--tls-auth-clients', 'no')
  }
  let child = await startServer(args)
  stack.defer(() => end(child))
  const client = new Redis({ host: '127.0.0.1', port, ...(password !== undefined && { password }) })
  client.on('error', () => undefined)
  stack.defer(() => client.disconnect())
  await client.ping()
  const owned = stack.move()
  return {
    port,
    tlsPort,
    url: `redis://${password === undefined ? '' : `:${password}@`}127.0.0.1:${port}/0`,
    client,
    kill: () => end(child),
    async restart() {
      await end(child)
      child = await startServer(args)
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function startServer(args: readonly string[]): Promise<ChildProcess> {
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const failed = once(child, 'error').then(([error]) => {
    throw new Error(INSTALL, { cause: error })
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const ready = eventually(() => said.includes('Ready to accept connections'), {
    what: 'redis-server to start',
  })
  await Promise.race([ready, failed])
  failed.catch(() => undefined)
  return child
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
