/** Healthy things; a test names only what differs. */
import { API_VERSION, KIND } from '../../src/model/names.ts'
import type {
  ObservedClaim,
  ObservedContainer,
  ObservedEvent,
  ObservedNamespace,
  ObservedPod,
  ObservedWorkload,
} from '../../src/model/observed.ts'
import { COMPONENTS, type Participant, SPEC_DEFAULTS } from '../../src/model/participant.ts'
import type { Snapshot } from '../../src/status/participant.ts'

export const BORN = '2026-01-01T00:00:00Z'
export const BORN_MS = Date.parse(BORN)

export function aParticipant(
  differs: Omit<Partial<Participant>, 'metadata' | 'spec'> & {
    readonly metadata?: Partial<Participant['metadata']>
    readonly spec?: Partial<Participant['spec']>
  } = {},
): Participant {
  return {
    apiVersion: API_VERSION,
    kind: KIND,
    ...differs,
    metadata: {
      name: 'acme',
      uid: 'uid-acme',
      generation: 1,
      resourceVersion: '7',
      creationTimestamp: BORN,
      ...differs.metadata,
    },
    spec: { ...SPEC_DEFAULTS, did: 'did:web:acme.example', ...differs.spec },
  }
}

export function aNamespace(differs: Partial<ObservedNamespace> = {}): ObservedNamespace {
  return {
    name: 'acme',
    uid: 'uid-ns',
    participant: 'acme',
    ownerUid: 'uid-acme',
    terminating: false,
    conditions: [],
    ...differs,
  }
}

export function aDeployment(differs: Partial<ObservedWorkload> = {}): ObservedWorkload {
  return {
    kind: 'Deployment',
    namespace: 'acme',
    name: 'controlplane',
    uid: 'uid-deployment',
    generation: 1,
    observedGeneration: 1,
    creationTimestamp: BORN,
    desired: 1,
    current: 1,
    updated: 1,
    ready: 1,
    available: 1,
    paused: false,
    minReadySeconds: 0,
    progressDeadlineSeconds: 600,
    conditions: [
      {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: '',
        lastTransitionTime: BORN,
      },
      {
        type: 'Progressing',
        status: 'True',
        reason: 'NewReplicaSetAvailable',
        message: '',
        lastTransitionTime: BORN,
      },
    ],
    onDelete: false,
    partition: 0,
    ofCurrentRevision: 0,
    image: 'controlplane:1',
    startBudgetMs: 0,
    recreate: false,
    ...differs,
  }
}

export function aStatefulSet(differs: Partial<ObservedWorkload> = {}): ObservedWorkload {
  return {
    ...aDeployment(),
    kind: 'StatefulSet',
    name: 'postgres',
    uid: 'uid-statefulset',
    conditions: [],
    currentRevision: 'postgres-1',
    ofCurrentRevision: 1,
    updateRevision: 'postgres-1',
    image: 'postgres:1',
    ...differs,
  }
}

/** It runs, unless it is said to wait or to have ended. */
export function aContainer(differs: Partial<ObservedContainer> = {}): ObservedContainer {
  const runs = differs.waiting === undefined && differs.terminated === undefined
  return {
    name: 'main',
    image: 'controlplane:1',
    kind: 'main',
    ready: true,
    restarts: 0,
    ...(runs && { runningSince: BORN }),
    ...differs,
  }
}

export function aPod(differs: Partial<ObservedPod> = {}): ObservedPod {
  return {
    namespace: 'acme',
    name: 'controlplane-1-abcde',
    uid: 'uid-pod',
    component: 'controlplane',
    componentKind: 'Deployment',
    ownerUid: 'uid-replicaset',
    revision: '1',
    creationTimestamp: BORN,
    terminating: false,
    phase: 'Running',
    reason: '',
    message: '',
    ready: true,
    readyTurnedAt: BORN,
    node: 'node-1',
    claims: [],
    containers: [aContainer()],
    ...differs,
  }
}

export function aClaim(differs: Partial<ObservedClaim> = {}): ObservedClaim {
  return {
    namespace: 'acme',
    name: 'data-postgres-0',
    uid: 'uid-claim',
    creationTimestamp: BORN,
    phase: 'Bound',
    storageClass: 'standard',
    terminating: false,
    ...differs,
  }
}

/** About the pod of {@link aPod}. */
export function anEvent(differs: Partial<ObservedEvent> = {}): ObservedEvent {
  return {
    namespace: 'acme',
    name: 'controlplane-1-abcde.1',
    uid: 'uid-event',
    type: 'Warning',
    reason: 'Failed',
    message: 'Error: ErrImagePull',
    count: 1,
    firstSeen: BORN,
    lastSeen: BORN,
    about: { kind: 'Pod', name: 'controlplane-1-abcde', uid: 'uid-pod', fieldPath: '' },
    ...differs,
  }
}

/** A managed participant whose five components run. */
export function aHealthySnapshot(differs: Partial<Snapshot> = {}): Snapshot {
  return {
    participant: aParticipant(),
    namespace: aNamespace(),
    workloads: COMPONENTS.map((name) =>
      name === 'postgres' || name === 'vault' ? aStatefulSet({ name }) : aDeployment({ name }),
    ),
    pods: [],
    claims: [],
    events: [],
    everReady: false,
    nowMs: BORN_MS + 60_000,
    ...differs,
  }
}
