/** Sorts the objects of a dump: by kind, by namespace, each once, projected as the running service does it. */
import type { Pod } from 'kubernetes-types/core/v1.d.ts'
import { type KubeObject, keyOf } from '../model/kubernetes.ts'
import { PARTICIPANT_LABEL } from '../model/names.ts'
import type {
  ObservedClaim,
  ObservedEvent,
  ObservedNamespace,
  ObservedPod,
  ObservedRoute,
  ObservedWorkload,
} from '../model/observed.ts'
import { type Participant, SPEC_DEFAULTS } from '../model/participant.ts'
import { projectEvent } from '../status/events/project-event.ts'
import { type ObservedReplicaSet, projectReplicaSet } from '../status/events/project-replica-set.ts'
import { podStatusText } from '../status/pod-status-text.ts'
import { projectClaim } from '../status/project-claim.ts'
import { projectNamespace, projectParticipant } from '../status/project-participant.ts'
import { projectPod } from '../status/project-pod.ts'
import { projectRoute } from '../status/project-route.ts'
import { projectDeployment, projectStatefulSet } from '../status/project-workload.ts'
import { ownersIn } from './belonging.ts'
import type { FoundObject } from './objects.ts'
import { withRevision } from './rollout.ts'

/** What `kubectl get pods` says of a pod, beside what a verdict needs. */
export interface DumpedPod {
  readonly observed: ObservedPod
  readonly statusText: string
  /** The message of its Ready condition while that is not True. */
  readonly unreadyMessage: string
}

/** The objects in one namespace, each list by name. */
export interface DumpedNamespace {
  readonly name: string
  /** Value of the participant label, on the namespace or on what is in it; empty when there is none. */
  readonly label: string
  readonly namespace: ObservedNamespace | undefined
  readonly participant: Participant | undefined
  /** Of the namespace or of the oldest workload, RFC 3339; empty when nothing tells. */
  readonly since: string
  readonly workloads: readonly ObservedWorkload[]
  readonly pods: readonly DumpedPod[]
  readonly claims: readonly ObservedClaim[]
  readonly events: readonly ObservedEvent[]
  readonly routes: readonly ObservedRoute[]
  /** Undefined when the dump holds none of this namespace: it may have been taken without them. */
  readonly replicaSets: readonly ObservedReplicaSet[] | undefined
}

/** All namespaces that any object of the dump is in, or is, by name. */
export function dumpOf(found: readonly FoundObject[]): readonly DumpedNamespace[] {
  const byNamespace = Map.groupBy(onceEach(found), ({ kind, object }) => namespaceOf(kind, object))
  return [...byNamespace.keys()].toSorted().map((name) => dumpedNamespace(name, byNamespace.get(name) ?? []))
}

function dumpedNamespace(name: string, found: readonly FoundObject[]): DumpedNamespace {
  const byKind = Map.groupBy(found, ({ kind }) => kind)
  const all = (kind: string): readonly KubeObject[] => (byKind.get(kind) ?? []).map(({ object }) => object)
  const [namespace] = all('Namespace')
  const workloads = [...all('Deployment'), ...all('StatefulSet')]
  const replicaSets = all('ReplicaSet').map(projectReplicaSet)
  const ownersOf = ownersIn({ workloads, replicaSets: all('ReplicaSet') })
  const pods = all('Pod').map((pod) => readPod(pod, ownersOf))
  const observed = pods.map((pod) => pod.observed)
  const deployments = all('Deployment').map((one) =>
    withRevision(projectDeployment(one), replicaSets, observed),
  )
  return {
    name,
    label: labelOf(namespace === undefined ? workloads : [namespace]),
    namespace: namespace && projectNamespace(namespace),
    participant: all('Participant').map(readParticipant)[0],
    since: sinceOf(namespace === undefined ? workloads : [namespace]),
    workloads: [...deployments, ...all('StatefulSet').map(projectStatefulSet)],
    pods,
    claims: all('PersistentVolumeClaim').map(projectClaim),
    events: all('Event').map(projectEvent),
    routes: [...all('Ingress'), ...all('HTTPRoute')].map(projectRoute),
    replicaSets: replicaSets.length === 0 ? undefined : replicaSets,
  }
}

/** A participant stands with the namespace of its name. */
function namespaceOf(kind: string, { metadata }: KubeObject): string {
  return kind === 'Namespace' || kind === 'Participant' ? metadata.name : (metadata.namespace ?? '')
}

/** By name, so that the order of the dump never matters. Of several that are one object, the newest. */
function onceEach(found: readonly FoundObject[]): readonly FoundObject[] {
  const newest = new Map<string, FoundObject>()
  for (const one of found) {
    const key = `${one.kind} ${keyOf(one.object)}`
    const held = newest.get(key)
    if (held === undefined || isNewer(one.object, held.object)) newest.set(key, one)
  }
  return [...newest.keys()].toSorted().flatMap((key) => newest.get(key) ?? [])
}

/** Resource versions count upwards (Kubernetes 1.35, KEP-5504). Without them the text decides, which never depends on the order. */
function isNewer(one: KubeObject, held: KubeObject): boolean {
  const [version, heldVersion] = [one, held].map(({ metadata }) => Number(metadata.resourceVersion ?? 0))
  if (version !== heldVersion) return (version ?? 0) > (heldVersion ?? 0)
  return JSON.stringify(one) > JSON.stringify(held)
}

function labelOf(objects: readonly KubeObject[]): string {
  return (
    objects.map(({ metadata }) => metadata.labels?.[PARTICIPANT_LABEL] ?? '').find((label) => label !== '') ??
    ''
  )
}

function sinceOf(objects: readonly KubeObject[]): string {
  const times = objects.map(({ metadata }) => metadata.creationTimestamp ?? '').filter((time) => time !== '')
  return times.toSorted()[0] ?? ''
}

/** The API server would have filled in the defaults; a dump written by hand may lack them. */
function readParticipant(object: KubeObject): Participant {
  const participant = projectParticipant(object)
  const spec: Partial<Participant['spec']> = participant.spec
  return { ...participant, spec: { ...SPEC_DEFAULTS, did: '', ...spec } }
}

function readPod(object: KubeObject, ownersOf: (pod: KubeObject) => Partial<ObservedPod>): DumpedPod {
  const pod = object as Pod
  const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready')
  return {
    observed: { ...projectPod(object), ...ownersOf(object) },
    statusText: podStatusText(pod),
    unreadyMessage: ready?.status === 'True' ? '' : (ready?.message ?? ''),
  }
}
