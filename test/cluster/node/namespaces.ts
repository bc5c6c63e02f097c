/** The namespaces that a node runs in: its own processes, mounts and network. With their first process all of it ends. */
import { execFile } from 'node:child_process'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ProcessGroup } from '../process-group.ts'
import { linesWithin, type NodeNetwork } from './network.ts'

const run = promisify(execFile)

/** What programs keep outside of the folders that they are told. A node's own lies over these. */
const COVERED = ['/run', '/var/lib', '/var/log'] as const

export interface Namespaces {
  /** Of their first process, as this machine counts. */
  readonly pid: number
  /** Put before a command, runs it there. */
  readonly launcher: readonly string[]
}

/** Throws a sentence for a folder that a node would not see itself. */
export function requireVisible(dir: string): void {
  const over = COVERED.find((folder) => dir.startsWith(`${folder}/`))
  if (over === undefined) return
  throw new Error(
    `the folder of a node cannot be below ${over}, where the node has a folder of its own: ${dir}; use a checkout, or TMPDIR, elsewhere`,
  )
}

/** The kernel ends everything in them when their first process ends, and with this process unless the group is detached. */
export async function openNamespaces(group: ProcessGroup, dir: string): Promise<Namespaces> {
  const kinds = ['--pid', '--mount', '--net', '--uts', '--ipc']
  const launcher = ['unshare', ...kinds, '--fork', '--kill-child', '--mount-proc']
  const parent = await group.start('hold', [dir], launcher)
  let pid = 0
  const wait = { what: 'namespaces of its own', withinMs: 20_000, process: 'hold' }
  await group.waitFor(wait, async () => {
    const children = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8')
    pid = Number(children.trim())
    const command = pid > 0 ? await readFile(`/proc/${pid}/cmdline`, 'utf8') : ''
    // Not before: until then it is a copy of its parent, whose mounts it still changes.
    return command.includes('hold') && !command.startsWith('unshare')
  })
  return { pid, launcher: ['nsenter', `--target=${pid}`, ...kinds, '--'] }
}

/** Mounts and addresses inside of them. */
export async function furnish({ launcher }: Namespaces, dir: string, network: NodeNetwork): Promise<void> {
  const own = { lib: join(dir, 'var-lib'), log: join(dir, 'var-log') }
  await Promise.all(Object.values(own).map((folder) => mkdir(folder, { recursive: true })))
  const script = `set -e
mount --make-rshared /
mount -t tmpfs run /run
mount --bind "$0" /var/lib
mount --bind "$1" /var/log
hostname node-1
printf '%s' "$2" | ip -batch -
echo 1 >/proc/sys/net/ipv4/ip_forward`
  const [program = '', ...before] = launcher
  await run(program, [...before, 'sh', '-c', script, own.lib, own.log, linesWithin(network)])
}
