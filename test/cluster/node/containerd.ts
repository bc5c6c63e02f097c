/** What is asked of a node's containerd from this machine. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { PAUSE_IMAGE } from './files.ts'
import type { Images } from './images/build.ts'

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

/**
 * All images of a layout, each under its name by digest as well: whoever asks for that gets this very image, and the kubelet
 * finds it without asking a registry.
 */
export async function importImages(socket: string, { layout, images }: Images): Promise<void> {
  const script = 'tar -C "$0" -cf - . | ctr --address "$1" --namespace "$2" images import -'
  await run('sh', ['-c', script, layout, socket, NAMESPACE])
  for (const [name, { tag, digest }] of Object.entries(images))
    await ctr(socket, ['images', 'tag', tag, `localhost/${name}@${digest}`])
  await ctr(socket, ['images', 'tag', images.pause.tag, PAUSE_IMAGE])
}
