/** Which pods of a component speak for it: those of the revision that is being rolled out, and that stay. */
import type { ObservedPod, ObservedWorkload } from '../../model/observed.ts'
import { compare } from '../events/order.ts'
import { isLeftover } from './leftovers.ts'

/** In the order in which they are told: the lowest ordinal of a StatefulSet, the oldest pod of a Deployment. */
export function speakingPods(
  workload: ObservedWorkload,
  pods: readonly ObservedPod[],
): readonly ObservedPod[] {
  const staying = pods.filter((pod) => !pod.terminating && !isLeftover(pod))
  const living = staying.filter(({ phase }) => phase !== 'Failed')
  // A failed pod is evidence only while nothing has taken its place.
  const current = ofCurrentRevision(workload, living.length > 0 ? living : staying)
  return current.toSorted(workload.kind === 'StatefulSet' ? byOrdinal : byAge)
}

/** With a partition, or when somebody else deletes the pods, those of an earlier revision are meant to stay. */
function ofCurrentRevision(workload: ObservedWorkload, pods: readonly ObservedPod[]): readonly ObservedPod[] {
  if (workload.onDelete || workload.partition > 0) return pods
  const revision = workload.updateRevision ?? revisionGivenUp(workload)
  const named = revision === undefined ? [] : pods.filter((pod) => pod.revision === revision)
  if (named.length > 0) return named
  // A StatefulSet waits for a broken old pod before it makes a new one: then only the old can tell why.
  return workload.kind === 'StatefulSet' ? pods : newestRevision(pods)
}

/** A rollout that was given up names its ReplicaSet, however young the pods are that replaced those of an earlier one. */
function revisionGivenUp({ name, conditions }: ObservedWorkload): string | undefined {
  const progressing = conditions.find(({ type }) => type === 'Progressing')
  const replicaSet = /^ReplicaSet "(?<name>[^"]+)"/u.exec(progressing?.message ?? '')?.groups?.['name']
  return replicaSet?.startsWith(`${name}-`) === true ? replicaSet.slice(name.length + 1) : undefined
}

/** Times are whole seconds: of two revisions made in the same one, neither can be told to be older, so both count. */
function newestRevision(pods: readonly ObservedPod[]): readonly ObservedPod[] {
  let newest = ''
  for (const { creationTimestamp } of pods) if (creationTimestamp > newest) newest = creationTimestamp
  const revisions = new Set(
    pods.filter(({ creationTimestamp }) => creationTimestamp === newest).map(({ revision }) => revision),
  )
  return pods.filter(({ revision }) => revisions.has(revision))
}

function byAge(a: ObservedPod, b: ObservedPod): number {
  return compare(a.creationTimestamp, b.creationTimestamp) || compare(a.name, b.name)
}

function byOrdinal(a: ObservedPod, b: ObservedPod): number {
  return ordinalOf(a) - ordinalOf(b) || compare(a.name, b.name)
}

function ordinalOf({ name }: ObservedPod): number {
  return Number(/-(?<ordinal>\d+)$/u.exec(name)?.groups?.['ordinal'] ?? 0)
}
