/** What a machine needs for a real node, and how to get what is missing. */
import { spawnSync } from 'node:child_process'
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

/** What a node lacks, a sentence for each thing. */
export interface Missing {
  /** What only another machine has, or other rights on this one. */
  readonly machine: readonly string[]
  /** What can be installed. */
  readonly packages: readonly string[]
}

/** Nothing where a node can be started. */
export function missingForNode(): Missing {
  if (process.platform !== 'linux')
    return { machine: [`Linux: a node runs containers, and this is ${process.platform}`], packages: [] }
  const packages = PACKAGES.filter(([, file]) => !isInstalled(file)).map(([name]) => name)
  const install = `${packages.join(', ')}: apt-get install --no-install-recommends ${packages.join(' ')}`
  return {
    machine: [
      !isRoot() && 'root: namespaces, mounts and network links are made (try sudo)',
      isRoot() &&
        !canMakeNamespaces() &&
        'namespaces of its own, and mounts in them: the kernel refuses them',
      !hasOverlay() && 'overlayfs in the kernel, on which containers are laid: modprobe overlay',
    ].filter((line) => line !== false),
    packages: packages.length > 0 ? [install] : [],
  }
}

/** Throws them. */
export function requireMachine(): void {
  const { machine, packages } = missingForNode()
  const missing = [...machine, ...packages]
  if (missing.length > 0)
    throw new Error(`a real node cannot be started here. Missing:\n  ${missing.join('\n  ')}`)
}

function isInstalled(file: string): boolean {
  if (file.startsWith('/')) return existsSync(file)
  return SYSTEM_PATH.split(':').some((folder) => existsSync(join(folder, file)))
}

function isRoot(): boolean {
  return process.getuid?.() === 0
}

/** Where containers are held in a sandbox, root alone does not make it so. */
function canMakeNamespaces(): boolean {
  const kinds = ['--pid', '--mount', '--net', '--uts', '--ipc', '--fork']
  const { status, error } = spawnSync('unshare', [...kinds, 'mount', '-t', 'tmpfs', 'probe', '/mnt'])
  // Without the program nobody knows; its package is among those that are looked for.
  return error !== undefined || status === 0
}

function hasOverlay(): boolean {
  return /\boverlay$/mu.test(readFileSync('/proc/filesystems', 'utf8'))
}
