/** Decides whether what a participant has outside of its objects is to be unmade. */
import { isTerminating } from '../../kube/namespace-state.ts'
import { RESOURCES } from '../../model/kubernetes.ts'
import { ownsNamespace } from '../ownership.ts'
import type { Work } from '../work.ts'

/** True while its namespace is there, is its own, is not going yet, and is not kept by `deletionPolicy: Retain`. */
export async function goesWithNamespace(work: Work): Promise<boolean> {
  const { kube, name, signal, participant } = work
  if (participant.spec.deletionPolicy === 'Retain') return false
  const namespace = await kube.get(RESOURCES.Namespace, { name }, { signal })
  return namespace !== undefined && ownsNamespace(work, namespace) && !isTerminating(namespace)
}
