/** The words of the product: what a participant is asked to be, and what is said about it. Nothing here does anything. */
import type { KubeObject } from './kubernetes.ts'

/** The six states of the HTTP contract. NOT_FOUND is an answer, never stored. */
export const PHASES = ['PROVISIONING', 'READY', 'DEGRADED', 'FAILED', 'DELETING', 'NOT_FOUND'] as const
export type Phase = (typeof PHASES)[number]

/** The components of a managed participant, in the order in which they depend on each other. */
export const COMPONENTS = ['postgres', 'vault', 'identityhub', 'controlplane', 'dataplane'] as const
export type ComponentName = (typeof COMPONENTS)[number]

export const COMPONENT_STATES = [
  'Running',
  'Pending',
  'Starting',
  'Degraded',
  'Failed',
  'Paused',
  'Stopped',
  'Stopping',
  'Terminating',
  'Missing',
  'Unknown',
] as const
export type ComponentState = (typeof COMPONENT_STATES)[number]

export type ConditionStatus = 'True' | 'False' | 'Unknown'

/** A Kubernetes condition (API conventions, "Typical status properties"). */
export interface Condition {
  readonly type: string
  readonly status: ConditionStatus
  /** CamelCase, stable, for machines. */
  readonly reason: string
  /** For people. */
  readonly message: string
  /** Changes only when `status` does. */
  readonly lastTransitionTime: string
  readonly observedGeneration?: number
}

/** Conditions that the reconciler writes. */
export const RECONCILE_CONDITIONS = [
  'NamespaceReady',
  // Of participants that are seeded (`seed-steps.ts`).
  'IssuerRegistered',
  'Seeded',
  'CredentialIssued',
] as const
/** Conditions that the status engine writes: derived, also from the reconciler's steps. */
export const OBSERVE_CONDITIONS = ['Ready', 'Reconciling', 'Stalled', 'ComponentsReady', 'Reachable'] as const

export const STEP_STATES = ['Pending', 'Waiting', 'Done', 'Stalled'] as const
export type StepState = (typeof STEP_STATES)[number]

/** One step of provisioning or removal, as recorded in the resource. */
export interface Step {
  readonly name: string
  readonly state: StepState
  readonly attempts: number
  readonly lastTransitionTime: string
  readonly nextRetryTime?: string
  readonly reason?: string
  readonly message?: string
}

/** What can be asked of a participant. */
export const OPERATION_TYPES = ['create', 'update', 'retry', 'suspend', 'resume', 'delete'] as const
export type OperationType = (typeof OPERATION_TYPES)[number]

/** `pending` is an answer, never stored: it was asked for, and nobody has begun with it. */
export const OPERATION_STATES = ['pending', 'running', 'succeeded', 'failed'] as const
export type OperationState = (typeof OPERATION_STATES)[number]

/** How a step went within one operation. */
export interface OperationStep {
  readonly name: string
  /** Never Pending: a step that was not reached is not listed. */
  readonly state: StepState
  /** How often it was tried; merely looking again at what is waited for is no try. */
  readonly attempts: number
  /** RFC 3339 with milliseconds; only while neither the step nor the operation is over. */
  readonly startedTime?: string
  /** From its first try until it was done, or until the operation was over. */
  readonly durationMs?: number
  /** What went wrong last, also when a later try went well. */
  readonly lastError?: string
}

export interface OperationError {
  /** Where it ended; left out when no step is to blame. */
  readonly step?: string
  /** CamelCase, stable. */
  readonly code: string
  readonly message: string
}

/** Something that was asked of a participant, and how it went. Once it is over it never changes. */
export interface Operation {
  readonly id: string
  readonly type: OperationType
  readonly state: OperationState
  /** Of the specification that it is about. */
  readonly generation: number
  /** When somebody began with it; left out while it is pending. */
  readonly startedTime?: string
  readonly finishedTime?: string
  readonly steps: readonly OperationStep[]
  /** Present when it failed. */
  readonly error?: OperationError
}

/** Overrides for one component; what is left out comes from the profile. */
export interface ComponentOverride {
  /** Deployments only: PostgreSQL and the vault run as one. */
  readonly replicas?: number
  readonly resources?: ComponentResources
  /** A Kubernetes quantity such as `2Gi`; only components that store something (postgres, vault). */
  readonly storage?: string
}

export interface ComponentResources {
  readonly requests?: Readonly<Record<string, string>>
  readonly limits?: Readonly<Record<string, string>>
}

export type Mode = 'Managed' | 'Observed'
export type DeletionPolicy = 'Delete' | 'Retain'

export interface ParticipantSpec {
  readonly did: string
  readonly host: string
  readonly mode: Mode
  readonly profile: string
  readonly suspended: boolean
  readonly deletionPolicy: DeletionPolicy
  readonly seed?: { readonly demoData?: boolean }
  readonly components?: Partial<Readonly<Record<ComponentName, ComponentOverride>>>
}

export interface ComponentSummary {
  readonly name: string
  readonly status: ComponentState
  readonly ready: boolean
  readonly desired: number
  readonly current: number
  readonly readyReplicas: number
  readonly reason?: string
  readonly message?: string
  /** Code of the cause, such as `ImagePull`. */
  readonly cause?: string
}

export interface ParticipantStatus {
  readonly observedGeneration?: number
  readonly phase?: Phase
  readonly reason?: string
  readonly message?: string
  /** When `phase` became what it is. */
  readonly since?: string
  readonly namespace?: string
  /** `ready/expected`, for the printer column. */
  readonly ready?: string
  /** When it was READY for the first time; never taken back, so that DEGRADED can be told from PROVISIONING. */
  readonly firstReadyTime?: string
  readonly conditions?: readonly Condition[]
  readonly components?: readonly ComponentSummary[]
  readonly steps?: readonly Step[]
  /** Newest first; one that runs stands first. Bounded. */
  readonly operations?: readonly Operation[]
  /** Value of the retry annotation that was acted upon last. */
  readonly lastHandledRetry?: string
  /** How many retries were begun. */
  readonly retries?: number
}

export interface Participant extends KubeObject {
  readonly spec: ParticipantSpec
  readonly status?: ParticipantStatus
}

export const SPEC_DEFAULTS = {
  host: 'localhost',
  mode: 'Managed',
  profile: 'default',
  suspended: false,
  deletionPolicy: 'Delete',
} as const satisfies Partial<ParticipantSpec>
