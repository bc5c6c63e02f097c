/** The program as a process of its own, to be killed. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { eventually } from '../support/eventually.ts'
import type { TestCluster } from './test-cluster.ts'

export interface ServiceProcess extends AsyncDisposable {
  readonly url: string
  readonly healthUrl: string
  readonly pid: number
  /** SIGKILL: it gets no chance to put anything in order. */
  kill(): Promise<void>
  /** SIGTERM, and its end. */
  stop(): Promise<void>
}

/** For a test that runs one process at a time and has no time to wait for the Lease of one that was killed. */
const NOT_ELECTED: readonly string[] = ['--leader-election', 'off']

const ADDRESSES = /API: +(?<url>http:\S+) .*health: (?<health>http:\S+)\/readyz/u

/** Takes a third off each start. A process that is killed adds nothing to it, one that is stopped does. */
const COMPILE_CACHE = join(import.meta.dirname, '../../node_modules/.cache/compiled')

/** As the image has it, so that memory is measured as it is there. */
export const NODE_OPTIONS = '--max-semi-space-size=8'

/** Resolves when it is ready to serve. */
export async function startProcess(
  { kubeconfig, settings = [] }: Pick<TestCluster, 'kubeconfig' | 'settings'>,
  more: readonly string[] = NOT_ELECTED,
): Promise<ServiceProcess> {
  const fixed = ['--port', '0', '--kubeconfig', kubeconfig, '--log-level', 'error']
  const args = ['src/main.ts', ...fixed, ...settings, ...more]
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { NODE_COMPILE_CACHE: COMPILE_CACHE, NODE_OPTIONS: process.env['TRY_OPTIONS'] ?? NODE_OPTIONS },
  })
  const gone = once(child, 'exit')
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    await gone
  }
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  try {
    const { url = '', health: healthUrl = '' } = await eventually(() => ADDRESSES.exec(said)?.groups, {
      what: 'the addresses of the service',
      withinMs: 30_000,
    })
    await eventually(async () => (await fetch(`${url}/readyz`)).ok, { what: 'readiness', withinMs: 30_000 })
    const stop = (): Promise<void> => end('SIGTERM')
    const { pid = 0 } = child
    return { url, healthUrl, pid, kill: () => end('SIGKILL'), stop, [Symbol.asyncDispose]: stop }
  } catch (error) {
    await end('SIGKILL')
    throw error
  }
}
