/** What is asked of a node's containerd from this machine. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { socketOf } from './files.ts'

const run = promisify(execFile)

/** The namespace in which the kubelet keeps everything. */
const NAMESPACE = 'k8s.io'

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

/** Archives of the OCI layout, each holding one image under the name that pods ask for. */
export async function importImages(
  { dir, log }: { readonly dir: string; readonly log: (done: string) => void },
  archives: readonly string[],
): Promise<void> {
  for (const archive of archives) await ctr(socketOf(dir), ['images', 'import', archive])
  if (archives.length > 0) log(`${archives.length} images imported`)
}
