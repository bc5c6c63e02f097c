/** Finds the revision that a Deployment rolls out among the ReplicaSets of a dump: the newest pod may be of another. */
import type { ObservedPod, ObservedWorkload } from '../model/observed.ts'
import type { ObservedReplicaSet } from '../status/events/project-replica-set.ts'
import { podsOf } from '../status/expected.ts'

/**
 * With the hash of its ReplicaSet of the highest revision; as it is where none is the highest, or where a pod is of a
 * ReplicaSet that was left out of the dump.
 */
export function withRevision(
  deployment: ObservedWorkload,
  replicaSets: readonly ObservedReplicaSet[],
  pods: readonly ObservedPod[],
): ObservedWorkload {
  const own = replicaSets.filter((one) => makerOf(one) === deployment.name)
  const [newest, next] = own.toSorted((a, b) => b.revision - a.revision)
  if (newest === undefined || newest.revision === next?.revision) return deployment
  const known = new Set(own.map(({ name }) => hashIn(name, deployment.name)))
  if (podsOf(deployment, pods).some(({ revision }) => !known.has(revision))) return deployment
  return { ...deployment, updateRevision: hashIn(newest.name, deployment.name) }
}

/** `7d4b9c6f5` of the ReplicaSet `web-7d4b9c6f5` of Deployment `web`; one that is named otherwise has only its name. */
export function hashIn(replicaSet: string, deployment: string): string {
  return replicaSet.startsWith(`${deployment}-`) ? replicaSet.slice(deployment.length + 1) : replicaSet
}

/** The name of the Deployment of a ReplicaSet, as its own name tells it. */
export function deploymentIn(replicaSet: string): string {
  return replicaSet.slice(0, Math.max(0, replicaSet.lastIndexOf('-')))
}

function makerOf({ name, owner }: ObservedReplicaSet): string {
  return owner.name === '' ? deploymentIn(name) : owner.name
}
