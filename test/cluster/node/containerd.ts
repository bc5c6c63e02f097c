/** What is asked of a node's containerd from this machine. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The namespace in which the kubelet keeps everything. */
export const NAMESPACE = 'k8s.io'

export async function ctr(socket: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run('ctr', ['--address', socket, '--namespace', NAMESPACE, ...args], {
    maxBuffer: 16 * 1024 * 1024,
  })
  return stdout
}

export async function isAnswering(socket: string): Promise<boolean> {
  if (!existsSync(socket)) return false
  await run('ctr', ['--address', socket, 'version'])
  return true
}
