/**
 * What the status engine keeps of the cluster's objects: only what a verdict needs.
 *
 * Whole objects cost fifteen times the memory (reference: 312 bytes against 4.9 kB per pod), hence the projection.
 * Zero counts are omitted on the wire, so every count here is already defaulted.
 */
import type { Condition } from './participant.ts'

export type ObservedCondition = Omit<Condition, 'observedGeneration'>

export interface ObservedNamespace {
  readonly name: string
  readonly uid: string
  /** Value of the participant label. */
  readonly participant: string
  /** uid of the owning Participant, from the annotation; empty when the namespace does not carry it. */
  readonly ownerUid: string
  readonly terminating: boolean
  readonly deletionTimestamp?: string
  /** Only what hinders a deletion; a healthy namespace has none. */
  readonly conditions: readonly ObservedCondition[]
}

export interface ObservedWorkload {
  readonly kind: 'Deployment' | 'StatefulSet'
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly generation: number
  /** Undefined until the controller has seen the object. */
  readonly observedGeneration: number | undefined
  readonly creationTimestamp: string
  readonly deletionTimestamp?: string
  /** `spec.replicas`. */
  readonly desired: number
  /** `status.replicas`. */
  readonly current: number
  readonly updated: number
  readonly ready: number
  readonly available: number
  readonly paused: boolean
  readonly minReadySeconds: number
  readonly progressDeadlineSeconds: number
  readonly conditions: readonly ObservedCondition[]
  /** StatefulSets only. */
  readonly onDelete: boolean
  readonly partition: number
  readonly currentRevision?: string
  /** `status.currentReplicas`. */
  readonly ofCurrentRevision: number
  readonly updateRevision?: string
  /** Image of the first container of the template. */
  readonly image: string
  /** What the start-up probes of the template allow, ms: the longest of its containers; 0 without probes. */
  readonly startBudgetMs: number
  /** `spec.strategy.type` Recreate: no new pod before the old one is gone. */
  readonly recreate: boolean
  /** The reconciler replaces its pods and has not seen the new ones run yet. */
  readonly replacing?: true
}

export type ContainerKind = 'init' | 'sidecar' | 'main'

export interface ObservedContainer {
  readonly name: string
  readonly image: string
  /** `sidecar` is an init container with `restartPolicy: Always`. */
  readonly kind: ContainerKind
  readonly ready: boolean
  readonly restarts: number
  readonly waiting?: { readonly reason: string; readonly message: string }
  /** RFC 3339; set while it runs. */
  readonly runningSince?: string
  readonly terminated?: ObservedTermination
  readonly lastTerminated?: ObservedTermination
  /** From the spec, kept only while the pod is not ready: the memory limit as written, such as `512Mi`. */
  readonly memoryLimit?: string
  /** From the spec, kept only while the pod is not ready. */
  readonly probes?: readonly ObservedProbe[]
}

export interface ObservedProbe {
  readonly kind: 'startup' | 'readiness' | 'liveness'
  /** What it asks, for people: `GET :8080/api/check/readiness`, `tcp :5432`, `exec pg_isready -U postgres`, `grpc :9000`. */
  readonly asks: string
  /** initialDelay + failureThreshold × period + timeout, ms: failures within it are part of a start. */
  readonly budgetMs: number
}

export interface ObservedTermination {
  readonly reason: string
  readonly exitCode: number
  /** 0 unless a signal ended it. */
  readonly signal: number
  readonly message: string
  readonly startedAt: string
  readonly finishedAt: string
}

export interface ObservedPod {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  /** Name and kind of the workload it belongs to. */
  readonly component: string
  readonly componentKind: 'Deployment' | 'StatefulSet' | undefined
  /** uid of the ReplicaSet or StatefulSet that made it; empty when nobody did. */
  readonly ownerUid: string
  /** `pod-template-hash` or `controller-revision-hash`. */
  readonly revision: string
  readonly creationTimestamp: string
  readonly terminating: boolean
  /** When it should be gone (RFC 3339: the request plus the grace); set while it terminates. */
  readonly deletionTimestamp?: string
  /** Only those of a pod that terminates. */
  readonly finalizers?: readonly string[]
  readonly phase: string
  readonly reason: string
  readonly message: string
  readonly ready: boolean
  /** When the Ready condition last turned, RFC 3339; empty when there is none. */
  readonly readyTurnedAt: string
  /** Empty until it is scheduled. */
  readonly node: string
  /** Set while the scheduler has no node for it, or is held back by a gate. */
  readonly unscheduled?: { readonly reason: string; readonly message: string; readonly since: string }
  /** The condition DisruptionTarget while it is True. */
  readonly disruption?: { readonly reason: string; readonly message: string }
  /** Names of the PersistentVolumeClaims that it mounts. */
  readonly claims: readonly string[]
  /** In the order of the spec: init containers and sidecars first. */
  readonly containers: readonly ObservedContainer[]
}

export interface ObservedClaim {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly creationTimestamp: string
  readonly phase: string
  /** Empty: the default class of the cluster, or none. */
  readonly storageClass: string
  readonly terminating: boolean
}

export interface ObservedEvent {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  /** One line, "(combined from …)" taken off, secrets and registry users masked. */
  readonly message: string
  readonly count: number
  /** RFC 3339. */
  readonly firstSeen: string
  readonly lastSeen: string
  readonly about: {
    readonly kind: string
    readonly name: string
    /** Empty when the event does not tell. */
    readonly uid: string
    /** Such as `spec.containers{controlplane}`; empty for most. */
    readonly fieldPath: string
  }
}

/** Of an Ingress or HTTPRoute: information only, never a reason not to be READY. */
export interface ObservedRoute {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly hosts: readonly string[]
  /** Accepted by a gateway, or given an address by an ingress controller. */
  readonly accepted: boolean
  readonly message: string
}
