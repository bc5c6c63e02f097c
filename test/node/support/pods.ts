/** What the tests ask of pods: by kubectl, as an operator would. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Installation } from '../../support/installation.ts'

const run = promisify(execFile)

type Kubectl = Installation['kubectl']

/** An answer of HTTP/1.1, as it came. */
export interface Response {
  readonly status: number
  readonly body: string
}

/** Asks from inside of a participant's PostgreSQL pod, whose image has no HTTP client: bash itself speaks. */
export async function getFrom(kubectl: Kubectl, participant: string, url: string): Promise<Response> {
  const { hostname, port, host, pathname } = new URL(url)
  const request = `GET ${pathname} HTTP/1.1\\r\\nHost: ${host}\\r\\nConnection: close\\r\\n\\r\\n`
  const script = `exec 3<>"/dev/tcp/${hostname}/${port || '80'}" && printf '${request}' >&3 && cat <&3`
  const answer = await kubectl('exec', `--namespace=${participant}`, 'postgres-0', '--', 'bash', '-c', script)
  const [head = '', ...rest] = answer.split('\r\n\r\n')
  return { status: Number(head.split(' ')[1]), body: rest.join('\r\n\r\n') }
}

/** Ids of containers that run. */
export async function runningContainers(socket: string): Promise<readonly string[]> {
  const { stdout } = await run('ctr', [
    '--address',
    socket,
    '--namespace',
    'k8s.io',
    'tasks',
    'list',
    '--quiet',
  ])
  return stdout.split('\n').filter((line) => line !== '')
}
