/**
 * The images of a set as containerd keeps them: unpacked once, so that a node starts with a copy in a second instead of
 * unpacking for half a minute.
 */
import { execFile } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ProcessGroup } from '../../process-group.ts'
import { ctr, isAnswering, NAMESPACE } from '../containerd.ts'
import { PAUSE_IMAGE } from '../files.ts'
import type { ImageInLayout } from './layout.ts'

const run = promisify(execFile)

/** Databases of containerd, which it writes to. Everything else in its folder is only ever added to, or removed. */
const DATABASES = [
  'io.containerd.metadata.v1.bolt/meta.db',
  'io.containerd.snapshotter.v1.overlayfs/metadata.db',
]

type Named = Readonly<Record<string, ImageInLayout>>

export interface FillOptions {
  readonly layout: string
  readonly images: Named
  /** What is in the folder already. */
  readonly before: Named
  readonly signal?: AbortSignal | undefined
}

/** Runs a containerd without containers in a folder, until it has all images, each by digest as well. */
export async function fillStore(
  folder: string,
  { layout, images, before, signal }: FillOptions,
): Promise<void> {
  const socket = join(folder, 'containerd.sock')
  const settings = join(folder, 'containerd.toml')
  await writeFile(
    settings,
    `version = 2
root = ${JSON.stringify(join(folder, 'root'))}
state = "/run/containerd"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = ${JSON.stringify(socket)}
`,
  )
  {
    const options = { dir: folder, testcluster: '', detached: false, onStart: async () => undefined }
    await using group = new ProcessGroup({ ...options, ...(signal && { signal }) })
    const script = 'mount -t tmpfs run /run && exec containerd --config "$0"'
    await group.run('containerd', ['unshare', '--mount', 'sh', '-c', script, settings])
    const wait = { what: 'containerd to answer', withinMs: 30_000, process: 'containerd' }
    await group.waitFor(wait, () => isAnswering(socket))
    await importImages(socket, { layout, images, before })
  }
  await Promise.all(
    ['containerd.sock', 'containerd.sock.ttrpc', 'containerd.toml', 'containerd.log'].map((name) =>
      rm(join(folder, name), { force: true }),
    ),
  )
}

/**
 * Under its name by digest as well: whoever asks for that gets this very image, and the kubelet finds it without asking a
 * registry.
 */
async function importImages(socket: string, { layout, images, before }: FillOptions): Promise<void> {
  const script = 'tar -C "$0" -cf - . | ctr --address "$1" --namespace "$2" images import -'
  await run('sh', ['-c', script, layout, socket, NAMESPACE])
  const changed = Object.entries(images).filter(([name, { tag }]) => before[name]?.tag !== tag)
  for (const [name, { tag, digest }] of changed) {
    const old = before[name]
    if (old !== undefined) await ctr(socket, ['images', 'remove', '--sync', old.tag, byDigest(name, old)])
    await ctr(socket, ['images', 'tag', tag, byDigest(name, { digest })])
    if (name === 'pause') await ctr(socket, ['images', 'tag', '--force', tag, PAUSE_IMAGE])
  }
}

/** As profiles name it. */
export function byDigest(name: string, { digest }: Pick<ImageInLayout, 'digest'>): string {
  return `localhost/${name}@${digest}`
}

/** Gives a new containerd all images. Files are shared where the file system lets them be, for nobody changes one. */
export async function copyStore(folder: string, target: string): Promise<void> {
  const from = join(folder, 'root')
  const shared = await run('cp', ['-al', from, target]).then(
    () => true,
    () => false,
  )
  if (!shared) {
    await rm(target, { recursive: true, force: true })
    await run('cp', ['-a', from, target])
    return
  }
  for (const name of DATABASES) {
    await rm(join(target, name))
    await run('cp', ['-a', join(from, name), join(target, name)])
  }
}
