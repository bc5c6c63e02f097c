/** Finds what an event is about among the objects that exist now: what happened to their predecessors is no longer told. */
import type { ObservedClaim, ObservedEvent, ObservedPod, ObservedWorkload } from '../../model/observed.ts'
import { msOf } from '../times.ts'
import { isBefore } from './order.ts'
import type { ObservedReplicaSet } from './project-replica-set.ts'

export type CurrentSubject =
  | { readonly kind: 'workload'; readonly workload: ObservedWorkload }
  | { readonly kind: 'pod'; readonly pod: ObservedPod }
  | { readonly kind: 'claim'; readonly claim: ObservedClaim }
  /** Something of the namespace as a whole: a quota, a route. */
  | { readonly kind: 'namespace' }

export interface CurrentObjects {
  readonly workloads: readonly ObservedWorkload[]
  readonly pods: readonly ObservedPod[]
  readonly claims: readonly ObservedClaim[]
  /** Left out where nobody watches them: then pods tell which one is current. */
  readonly replicaSets?: readonly ObservedReplicaSet[]
  readonly nowMs: number
}

/** Kinds of which no object is watched, and all that exist in the namespace count. */
const OF_NAMESPACE: readonly string[] = ['ResourceQuota', 'Ingress', 'HTTPRoute']
/** `pod-template-hash`, as it ends the name of a ReplicaSet. */
const TEMPLATE_HASH = /^[a-z0-9]{5,10}$/u
/** A pod that should be gone for this long, ms, is part of the story again: something keeps it. */
const OVERDUE_MS = 30_000

interface Candidate {
  readonly uid: string
  /** RFC 3339; a predecessor of the same name was told of before it. */
  readonly since: string
  readonly subject: CurrentSubject
}

export class Subjects {
  readonly #objects: CurrentObjects
  /** By `Kind/name`. */
  readonly #candidates = new Map<string, Candidate>()

  constructor(objects: CurrentObjects) {
    this.#objects = objects
    for (const workload of objects.workloads) this.#add(workload, { kind: 'workload', workload })
    for (const pod of objects.pods)
      if (isCurrent(pod, objects.nowMs)) this.#add({ ...pod, kind: 'Pod' }, { kind: 'pod', pod })
    for (const claim of objects.claims)
      this.#add({ ...claim, kind: 'PersistentVolumeClaim' }, { kind: 'claim', claim })
  }

  /** Undefined for what is gone, was replaced by one of the same name, or never belonged to the participant. */
  of(event: ObservedEvent): CurrentSubject | undefined {
    const { kind, name } = event.about
    if (kind === 'ReplicaSet') return this.#ofReplicaSet(event)
    if (OF_NAMESPACE.includes(kind)) return { kind: 'namespace' }
    const found = this.#candidates.get(`${kind}/${name}`)
    return found !== undefined && isAboutIt(event, found) ? found.subject : undefined
  }

  #add(
    object: {
      readonly kind: string
      readonly name: string
      readonly uid: string
      readonly creationTimestamp: string
    },
    subject: CurrentSubject,
  ): void {
    const { kind, name, uid, creationTimestamp } = object
    this.#candidates.set(`${kind}/${name}`, { uid, since: creationTimestamp, subject })
  }

  #ofReplicaSet(event: ObservedEvent): CurrentSubject | undefined {
    const { replicaSets } = this.#objects
    return replicaSets === undefined ? this.#ofUnseen(event) : this.#ofSeen(event, replicaSets)
  }

  #ofSeen({ about }: ObservedEvent, all: readonly ObservedReplicaSet[]): CurrentSubject | undefined {
    const one = all.find(({ name, uid }) => name === about.name && sameUid(uid, about.uid))
    if (one === undefined || all.some((other) => replaces(other, one))) return undefined
    const deployment = this.#candidates.get(`Deployment/${one.owner.name}`)
    return deployment !== undefined && sameUid(deployment.uid, one.owner.uid) ? deployment.subject : undefined
  }

  /**
   * Nobody watches ReplicaSets: name and newest pod tell. One without pods can be the newest, whose pods are refused;
   * then it was told of after the newest pod there is was made.
   */
  #ofUnseen({ about, lastSeen }: ObservedEvent): CurrentSubject | undefined {
    const cut = about.name.lastIndexOf('-')
    const component = about.name.slice(0, Math.max(0, cut))
    const deployment = this.#candidates.get(`Deployment/${component}`)
    if (deployment === undefined || isBefore(lastSeen, deployment.since)) return undefined
    const revision = about.name.slice(cut + 1)
    const newest = this.#newestPodOf(component)
    if (newest?.revision === revision)
      return sameUid(newest.ownerUid, about.uid) ? deployment.subject : undefined
    if (!TEMPLATE_HASH.test(revision)) return undefined
    const passed = newest !== undefined && isBefore(lastSeen, newest.creationTimestamp)
    return passed ? undefined : deployment.subject
  }

  #newestPodOf(component: string): ObservedPod | undefined {
    let newest: ObservedPod | undefined
    for (const pod of this.#objects.pods) {
      if (pod.terminating || pod.component !== component || pod.componentKind === 'StatefulSet') continue
      if (newest === undefined || isNewer(pod, newest)) newest = pod
    }
    return newest
  }
}

/** Of two of the same second, one and the same whatever their order. */
function isNewer(pod: ObservedPod, other: ObservedPod): boolean {
  if (isBefore(other.creationTimestamp, pod.creationTimestamp)) return true
  return !isBefore(pod.creationTimestamp, other.creationTimestamp) && pod.name > other.name
}

/** Pods on their way out tell of their end only, unless it does not come. */
function isCurrent({ terminating, deletionTimestamp }: ObservedPod, nowMs: number): boolean {
  if (!terminating) return true
  const dueMs = msOf(deletionTimestamp)
  return dueMs !== undefined && nowMs > dueMs + OVERDUE_MS
}

/** Without uids, what was told before the object was made is about another of that name. */
function isAboutIt({ about, lastSeen }: ObservedEvent, { uid, since }: Candidate): boolean {
  return about.uid !== '' && uid !== '' ? about.uid === uid : !isBefore(lastSeen, since)
}

function replaces(other: ObservedReplicaSet, one: ObservedReplicaSet): boolean {
  return other.owner.name === one.owner.name && other.revision > one.revision
}

/** An unknown one may be any. */
function sameUid(a: string, b: string): boolean {
  return a === '' || b === '' || a === b
}
