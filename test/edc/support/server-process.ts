/** A program that runs until it is ended by its process id; what it says is kept, and shown when it fails. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { eventually } from '../../support/eventually.ts'

export interface ServerProcess extends AsyncDisposable {
  readonly pid: number
  /** Everything it said on both outputs. */
  readonly output: () => string
  /** Its exit code, or the signal that ended it; undefined while it runs. */
  readonly ended: () => number | string | undefined
  /** SIGTERM, and SIGKILL when that took more than ten seconds. */
  stop(): Promise<void>
  /** SIGKILL. */
  kill(): Promise<void>
}

export interface ServerOptions {
  readonly command: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly workingDirectory?: string
  /** Of the user to run as; the own one if left out. */
  readonly user?: { readonly uid: number; readonly gid: number }
}

const STOP_WITHIN_MS = 10_000

export function startServer({
  command: [program = '', ...args],
  environment = {},
  workingDirectory = '/',
  user,
}: ServerOptions): ServerProcess {
  const child = spawn(program, args, {
    // Nothing of ours: a container does not have it either.
    env: { PATH: '/usr/bin:/bin', ...environment },
    cwd: workingDirectory,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...user,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => void (output += text))
  }
  child.on('error', (error) => void (output += error.message))
  return {
    pid: child.pid ?? 0,
    output: () => output,
    ended: () => child.exitCode ?? child.signalCode ?? undefined,
    stop: () => end(child, 'SIGTERM'),
    kill: () => end(child, 'SIGKILL'),
    [Symbol.asyncDispose]: () => end(child, 'SIGTERM'),
  }
}

/** Waits until `check` answers true; gives up at once, with what the program said, when it has ended. */
export async function untilServing(
  server: ServerProcess,
  what: string,
  check: () => Promise<boolean>,
): Promise<void> {
  const outcome = await eventually(
    async () => (server.ended() !== undefined ? 'ended' : (await check()) ? 'serving' : undefined),
    { what, withinMs: 60_000 },
  ).catch((cause: unknown) => {
    throw new Error(`${what} is not there after 60 s; its last words:\n${lastWords(server)}`, { cause })
  })
  if (outcome === 'ended') throw new Error(`${what} ended with ${server.ended()}:\n${lastWords(server)}`)
}

function lastWords(server: ServerProcess): string {
  return server.output().split('\n').slice(-30).join('\n')
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill(signal)
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS)
  await gone
  clearTimeout(force)
}
