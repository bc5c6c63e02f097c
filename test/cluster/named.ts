/** The clusters of a checkout, which bear names: `.cluster/NAME/` holds all there is about one. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { withLock } from './lock.ts'
import { clearNode } from './node/clear.ts'
import { endProcesses } from './processes.ts'
import type { ClusterState } from './state.ts'

export interface NamedCluster {
  readonly name: string
  readonly dir: string
  /** What `up` starts: a real node instead of simulated ones. */
  readonly realNode: boolean
}

/** Reads `--name NAME` and, to start one, `--real-node`; throws a sentence about anything else. */
export function readArguments(args: readonly string[], command: 'up' | 'down'): NamedCluster {
  const usage = `usage: npm run cluster:${command} [--${command === 'up' ? ' [--real-node]' : ''} [--name NAME]]`
  const { name, 'real-node': realNode } = readOptions(args, usage)
  if (command === 'down' && realNode) throw new Error(`a cluster is ended by its name alone; ${usage}`)
  if (!/^[a-z0-9][a-z0-9-]{0,39}$/u.test(name))
    throw new Error(`a cluster's name consists of a-z, 0-9 and "-" (at most 40); ${usage}`)
  return { name, dir: join(import.meta.dirname, '..', '..', '.cluster', name), realNode }
}

const OPTIONS = {
  name: { type: 'string', default: 'default' },
  'real-node': { type: 'boolean', default: false },
} as const

function readOptions(
  args: readonly string[],
  usage: string,
): { readonly name: string; readonly 'real-node': boolean } {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}; ${usage}`, { cause: error })
  }
}

/** Keeps others from starting or ending this cluster meanwhile. */
export function alone<T>({ name, dir }: NamedCluster, work: () => Promise<T>): Promise<T> {
  const onWait = (pid: number): void =>
    console.log(`waiting for process ${pid}, which starts or ends "${name}" …`)
  return withLock({ file: `${dir}.lock`, onWait }, work)
}

/** Ends what is left of a cluster and removes its folder. */
export async function clear({ dir }: NamedCluster, { processes, network }: ClusterState): Promise<void> {
  const first = processes.at(-1)
  if (network !== undefined && first !== undefined) await clearNode(network, { dir, first })
  await endProcesses(processes, { dir })
  await rm(dir, { recursive: true, force: true })
}

/** The command line for this cluster, as a user would type it. */
export function commandFor({ name }: NamedCluster, command: 'up' | 'down'): string {
  return `npm run cluster:${command}${name === 'default' ? '' : ` -- --name ${name}`}`
}
