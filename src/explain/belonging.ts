/** Finds the workload of a pod where owner and labels alone do not tell: in dumps that were shortened or written by hand. */
import type { KubeObject } from '../model/kubernetes.ts'
import type { ObservedPod } from '../model/observed.ts'

export type Belonging = Pick<ObservedPod, 'component' | 'componentKind' | 'revision'>

export interface Owners {
  readonly workloads: readonly KubeObject[]
  readonly replicaSets: readonly KubeObject[]
}

/** What the projection of a pod could not know; empty where nothing tells. */
export function ownersIn({ workloads, replicaSets }: Owners): (pod: KubeObject) => Partial<Belonging> {
  const makers = new Map(replicaSets.map((one) => [one.metadata.name, controllerOf(one)]))
  const known = new Set(workloads.map(({ kind, metadata }) => `${kind}/${metadata.name}`))
  return (pod) => {
    const owner = controllerOf(pod)
    if (owner === undefined) return bySelector(pod, workloads)
    const maker = owner.kind === 'ReplicaSet' ? (makers.get(owner.name) ?? makerByName(owner.name)) : owner
    if (!isWorkload(maker) || !known.has(`${maker.kind}/${maker.name}`)) return {}
    return { component: maker.name, componentKind: maker.kind, ...revisionOf(pod, owner) }
  }
}

interface Owner {
  readonly kind: string
  readonly name: string
}

function isWorkload(owner: Owner): owner is Owner & { readonly kind: 'Deployment' | 'StatefulSet' } {
  return owner.kind === 'Deployment' || owner.kind === 'StatefulSet'
}

function controllerOf({ metadata }: KubeObject): Owner | undefined {
  const owners = metadata.ownerReferences ?? []
  return owners.find(({ controller }) => controller === true) ?? owners[0]
}

/** A Deployment names its ReplicaSets after itself and a hash. */
function makerByName(replicaSet: string): Owner {
  return { kind: 'Deployment', name: replicaSet.slice(0, Math.max(0, replicaSet.lastIndexOf('-'))) }
}

/** A ReplicaSet has the pods of one revision. */
function revisionOf({ metadata }: KubeObject, owner: Owner): Partial<Belonging> {
  const told = metadata.labels?.['pod-template-hash'] !== undefined
  return owner.kind === 'ReplicaSet' && !told ? { revision: owner.name } : {}
}

interface Selecting extends KubeObject {
  readonly spec?: { readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> } }
}

/** A pod that nobody owns would be adopted by whoever selects it. */
function bySelector({ metadata }: KubeObject, workloads: readonly KubeObject[]): Partial<Belonging> {
  const { labels = {} } = metadata
  const owner = workloads.find((workload: Selecting) => {
    const wanted = Object.entries(workload.spec?.selector?.matchLabels ?? {})
    return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value)
  })
  const maker = owner && { kind: owner.kind, name: owner.metadata.name }
  return maker && isWorkload(maker) ? { component: maker.name, componentKind: maker.kind } : {}
}
