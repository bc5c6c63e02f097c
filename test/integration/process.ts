/** The program as a process of its own, to be killed. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { eventually } from '../support/eventually.ts'
import type { TestCluster } from './test-cluster.ts'

export interface ServiceProcess extends AsyncDisposable {
  readonly url: string
  /** SIGKILL: it gets no chance to put anything in order. */
  kill(): Promise<void>
}

/** Resolves when it is ready to serve. */
export async function startProcess({ kubeconfig }: Pick<TestCluster, 'kubeconfig'>): Promise<ServiceProcess> {
  const args = ['src/main.ts', '--port', '0', '--kubeconfig', kubeconfig, '--log-level', 'error']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env: {} })
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
    const url = await eventually(() => /API: +(?<url>http:\S+)/u.exec(said)?.groups?.['url'], {
      what: 'the address of the service',
      withinMs: 30_000,
    })
    await eventually(async () => (await fetch(`${url}/readyz`)).ok, { what: 'readiness', withinMs: 30_000 })
    return { url, kill: () => end('SIGKILL'), [Symbol.asyncDispose]: () => end('SIGTERM') }
  } catch (error) {
    await end('SIGKILL')
    throw error
  }
}
