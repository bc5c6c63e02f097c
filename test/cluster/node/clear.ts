/** Takes a node away from this machine. */
import { type ClusterProcess, endProcesses } from '../processes.ts'
import { removeCgroup } from './cgroups.ts'
import { type NodeNetwork, releaseNetwork } from './network.ts'

/** Ends all that runs on a node, given its first process, and takes away what the kernel keeps for it. */
export async function clearNode(
  { name }: NodeNetwork,
  { dir, first }: { readonly dir: string; readonly first: ClusterProcess },
): Promise<void> {
  await endProcesses([first], { dir })
  await releaseNetwork(name)
  await removeCgroup(name)
}
