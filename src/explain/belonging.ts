/** Finds the workload of a pod where owner and labels alone do not tell: in dumps that were shortened or written by hand. */
import type { KubeObject } from '../model/kubernetes.ts'
import type { ObservedPod } from '../model/observed.ts'
import { deploymentIn, hashIn } from './rollout.ts'

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
    if (owner === undefined) return unowned(pod, workloads)
    const maker = owner.kind === 'ReplicaSet' ? (makers.get(owner.name) ?? makerByName(owner.name)) : owner
    if (!isWorkload(maker) || !known.has(`${maker.kind}/${maker.name}`)) return {}
    return { component: maker.name, componentKind: maker.kind, ...revisionOf(pod, owner, maker.name) }
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
  return { kind: 'Deployment', name: deploymentIn(replicaSet) }
}

/** A ReplicaSet has the pods of one revision. */
function revisionOf({ metadata }: KubeObject, owner: Owner, maker: string): Partial<Belonging> {
  const told = metadata.labels?.['pod-template-hash'] !== undefined
  return owner.kind === 'ReplicaSet' && !told ? { revision: hashIn(owner.name, maker) } : {}
}

interface Selecting extends KubeObject {
  readonly spec?: { readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> } }
}

/** A pod that nobody owns would be adopted by whoever selects it; where nothing is told of that, its name tells. */
function unowned(pod: KubeObject, workloads: readonly KubeObject[]): Partial<Belonging> {
  const maker =
    workloads.find((workload) => selects(workload, pod)) ??
    workloads
      .filter((workload) => isSilentAbout(workload, pod) && isNamedAfter(workload, pod))
      .toSorted(bestNamedFirst)[0]
  if (maker === undefined) return {}
  const { kind, metadata } = maker
  const owner = { kind, name: metadata.name }
  if (!isWorkload(owner)) return {}
  return { component: owner.name, componentKind: owner.kind, ...revisionInName(pod, maker) }
}

function selects(workload: KubeObject, { metadata: { labels = {} } }: KubeObject): boolean {
  const wanted = selectorOf(workload)
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value)
}

function selectorOf({ spec }: Selecting): readonly (readonly [string, string])[] {
  return Object.entries(spec?.selector?.matchLabels ?? {})
}

/** In a dump written by hand the selector, or the labels, may be left out. */
function isSilentAbout(workload: KubeObject, { metadata: { labels = {} } }: KubeObject): boolean {
  return selectorOf(workload).length === 0 || Object.keys(labels).length === 0
}

/** `web-7d4b9c6f5-x2x4z` or shorter of a Deployment, `db-0` of a StatefulSet. */
function isNamedAfter({ kind, metadata: { name } }: KubeObject, pod: KubeObject): boolean {
  if (!pod.metadata.name.startsWith(name)) return false
  const rest = pod.metadata.name.slice(name.length)
  return kind === 'StatefulSet' ? /^-\d+$/u.test(rest) : /^(?:-[a-z0-9]+){0,2}$/u.test(rest)
}

/** The longest name; of two alike the StatefulSet, whose pods have the narrower names. */
function bestNamedFirst(a: KubeObject, b: KubeObject): number {
  const longer = b.metadata.name.length - a.metadata.name.length
  return longer || Number(b.kind === 'StatefulSet') - Number(a.kind === 'StatefulSet')
}

/** Where no label tells the revision of a Deployment's pod, the hash in its name does. */
function revisionInName({ metadata }: KubeObject, maker: KubeObject): Partial<Belonging> {
  if (maker.kind !== 'Deployment' || metadata.labels?.['pod-template-hash'] !== undefined) return {}
  const hash = /^-(?<hash>[a-z0-9]{5,10})-[a-z0-9]{5}$/u.exec(metadata.name.slice(maker.metadata.name.length))
  return hash?.groups?.['hash'] === undefined ? {} : { revision: hash.groups['hash'] }
}
