/** What a test cluster leaves in its folder about itself, so that another process can use it or end it. */
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { NodeNetwork } from './node/network.ts'
import type { ClusterProcess } from './processes.ts'

export interface ClusterState {
  /** False until everything about it works. */
  readonly ready: boolean
  /** In the order in which they were started. */
  readonly processes: readonly ClusterProcess[]
  readonly kubeconfig: string
  readonly kubectl: string
  /** Of a real node, whose first process is the last of {@link ClusterState.processes}. */
  readonly network?: NodeNetwork
}

const fileOf = (dir: string): string => join(dir, 'state.json')

export async function writeState(dir: string, state: ClusterState): Promise<void> {
  const unfinished = `${fileOf(dir)}.new`
  await writeFile(unfinished, JSON.stringify(state, null, 2))
  await rename(unfinished, fileOf(dir))
}

/** Undefined when there is no cluster in this folder. */
export async function readState(dir: string): Promise<ClusterState | undefined> {
  try {
    return JSON.parse(await readFile(fileOf(dir), 'utf8')) as ClusterState
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
