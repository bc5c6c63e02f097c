/** What a machine needs for a real node, and how to get what is missing. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SYSTEM_PATH } from '../processes.ts'

/** Debian's packages by a file that each brings: a program on the system's path, or an absolute path. */
const PACKAGES: readonly (readonly [name: string, file: string])[] = [
  ['containerd', 'containerd'],
  ['runc', 'runc'],
  ['containernetworking-plugins', '/usr/lib/cni/ptp'],
  ['conntrack', 'conntrack'],
  ['nftables', 'nft'],
  ['iproute2', 'ip'],
  ['util-linux', 'nsenter'],
  ['buildah', 'buildah'],
  ['debootstrap', 'debootstrap'],
  ['busybox-static', 'busybox'],
]

/** A sentence for each thing that is missing; empty where a node can be started. */
export function missingForNode(): readonly string[] {
  if (process.platform !== 'linux') return [`Linux: a node runs containers, and this is ${process.platform}`]
  const packages = PACKAGES.filter(([, file]) => !isInstalled(file)).map(([name]) => name)
  return [
    process.getuid?.() !== 0 && 'root: namespaces, mounts and network links are made (try sudo)',
    packages.length > 0 &&
      `${packages.join(', ')}: apt-get install --no-install-recommends ${packages.join(' ')}`,
    !hasOverlay() && 'overlayfs in the kernel, on which containers are laid: modprobe overlay',
  ].filter((line) => line !== false)
}

/** Throws them. */
export function requireMachine(): void {
  const missing = missingForNode()
  if (missing.length > 0)
    throw new Error(`a real node cannot be started here. Missing:\n  ${missing.join('\n  ')}`)
}

function isInstalled(file: string): boolean {
  if (file.startsWith('/')) return existsSync(file)
  return SYSTEM_PATH.split(':').some((folder) => existsSync(join(folder, file)))
}

function hasOverlay(): boolean {
  return /\boverlay$/mu.test(readFileSync('/proc/filesystems', 'utf8'))
}
