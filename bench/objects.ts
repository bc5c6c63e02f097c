/** Objects as a real API server returns them, in size and shape: field managers' bookkeeping included. */
import type { KubeObject } from '../src/model/kubernetes.ts'
import { COMPONENT_LABEL, OWNER_ANNOTATION, PARTICIPANT_LABEL } from '../src/model/names.ts'
import { COMPONENTS, type Participant, SPEC_DEFAULTS } from '../src/model/participant.ts'
import { stepsFor } from '../src/reconcile/pass.ts'

const BORN = '2026-01-01T00:00:00Z'

/** What two field managers leave behind. With it a Deployment has 6.2 kB, the average seen on a real API server. */
const managedFields = ['dataspace-provisioner-reconcile', 'kube-controller-manager'].map((manager) => ({
  manager,
  operation: 'Apply',
  apiVersion: 'apps/v1',
  time: BORN,
  fieldsType: 'FieldsV1',
  fieldsV1: Object.fromEntries(
    Array.from({ length: 30 }, (_, index) => [`f:someField${index}`, { 'f:nested': {}, 'f:other': {} }]),
  ),
}))

function labelsOf(name: string, component: string): Record<string, string> {
  return {
    'app.kubernetes.io/managed-by': 'dataspace-provisioner',
    'app.kubernetes.io/part-of': 'dataspace-participant',
    'app.kubernetes.io/instance': name,
    [COMPONENT_LABEL]: component,
    [PARTICIPANT_LABEL]: name,
  }
}

function containerOf(component: string): object {
  return {
    name: component,
    image: `dataspace-provisioner/${component}:0.15.1`,
    env: Array.from({ length: 20 }, (_, index) => ({
      name: `EDC_SETTING_NUMBER_${index}`,
      value: `value-${index}`,
    })),
    ports: [8080, 8081, 8082].map((containerPort) => ({
      containerPort,
      protocol: 'TCP',
      name: `port-${containerPort}`,
    })),
    readinessProbe: {
      httpGet: { path: '/api/check/readiness', port: 8080 },
      periodSeconds: 5,
      failureThreshold: 3,
    },
    livenessProbe: {
      httpGet: { path: '/api/check/liveness', port: 8080 },
      periodSeconds: 10,
      failureThreshold: 3,
    },
    resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '512Mi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
  }
}

const STEPS = stepsFor({
  metadata: { name: 'any' },
  spec: { ...SPEC_DEFAULTS, did: 'did:web:any.example' },
} as Participant).map(({ name }) => name)

/** As it is remembered of each participant that is left alone once it is created; real ones have uids of 36 characters. */
function creationOf(name: string): object {
  return {
    id: `${name}.create.0b6d2c1e-6a38-4d2b-9f7d-5a4f2f3f9a10`,
    type: 'create',
    state: 'succeeded',
    generation: 1,
    startedTime: BORN,
    finishedTime: '2026-01-01T00:00:09Z',
    steps: STEPS.map((step, index) => ({
      name: step,
      state: 'Done',
      attempts: 1,
      durationMs: 7 + index * 31,
    })),
  }
}

export function participantOf(name: string): KubeObject {
  const step = (stepName: string): object => ({
    name: stepName,
    state: 'Done',
    attempts: 1,
    lastTransitionTime: BORN,
  })
  const condition = (type: string, status: string, said: object = {}): object => ({
    type,
    status,
    reason: 'AllComponentsReady',
    message: 'All components are running and ready',
    ...said,
    lastTransitionTime: BORN,
    observedGeneration: 1,
  })
  return {
    apiVersion: 'dataspaces.dev/v1alpha1',
    kind: 'Participant',
    metadata: {
      name,
      uid: `uid-${name}`,
      generation: 1,
      creationTimestamp: BORN,
      managedFields,
    },
    spec: { ...SPEC_DEFAULTS, did: `did:web:${name}.example` },
    status: {
      observedGeneration: 1,
      phase: 'READY',
      reason: 'AllComponentsReady',
      message: 'All components are running and ready',
      since: BORN,
      ready: '5/5',
      firstReadyTime: BORN,
      conditions: [
        condition('Ready', 'True'),
        condition('Reconciling', 'False', { reason: 'Succeeded', message: 'everything is in place' }),
        condition('Stalled', 'False', { reason: 'Progressing', message: 'nobody has to act' }),
        condition('ComponentsReady', 'True'),
        condition('Reachable', 'Unknown', {
          reason: 'NoRoutes',
          message: 'no route is known: the participant is reached inside the cluster only',
        }),
        condition('NamespaceReady', 'True', {
          reason: 'NamespaceOwned',
          message: 'the namespace exists and is ours',
        }),
      ],
      steps: STEPS.map(step),
      operations: [creationOf(name)],
      components: COMPONENTS.map((component) => ({
        name: component,
        status: 'Running',
        ready: true,
        desired: 1,
        current: 1,
        readyReplicas: 1,
        reason: 'Running',
      })),
    },
  } as KubeObject
}

export function namespaceOf(name: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      uid: `ns-${name}`,
      creationTimestamp: BORN,
      labels: labelsOf(name, 'namespace'),
      annotations: { [OWNER_ANNOTATION]: `uid-${name}` },
    },
    status: { phase: 'Active' },
  } as KubeObject
}

export function deploymentOf(name: string, component: string): KubeObject {
  const labels = labelsOf(name, component)
  const condition = (type: string, reason: string): object => ({
    type,
    status: 'True',
    reason,
    message: `${component} is as it should be`,
    lastTransitionTime: BORN,
    lastUpdateTime: BORN,
  })
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: component,
      namespace: name,
      uid: `deployment-${name}-${component}`,
      generation: 1,
      creationTimestamp: BORN,
      labels,
      managedFields,
    },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [containerOf(component)] } },
      progressDeadlineSeconds: 600,
    },
    status: {
      observedGeneration: 1,
      replicas: 1,
      updatedReplicas: 1,
      readyReplicas: 1,
      availableReplicas: 1,
      conditions: [
        condition('Available', 'MinimumReplicasAvailable'),
        condition('Progressing', 'NewReplicaSetAvailable'),
      ],
    },
  } as KubeObject
}

export function podOf(name: string, component: string): KubeObject {
  const owner = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    name: `${component}-5d8f9`,
    uid: 'rs',
    controller: true,
  }
  const types = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled']
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${component}-5d8f9-abcde`,
      namespace: name,
      uid: `pod-${name}-${component}`,
      creationTimestamp: BORN,
      labels: { ...labelsOf(name, component), 'pod-template-hash': '5d8f9' },
      ownerReferences: [owner],
      managedFields,
    },
    spec: { nodeName: 'node-1', containers: [containerOf(component)] },
    status: {
      phase: 'Running',
      podIP: '10.0.0.1',
      startTime: BORN,
      conditions: types.map((type) => ({ type, status: 'True', lastTransitionTime: BORN })),
      containerStatuses: [
        {
          name: component,
          image: `dataspace-provisioner/${component}:0.15.1`,
          imageID: 'sha256:0000',
          ready: true,
          started: true,
          restartCount: 0,
          state: { running: { startedAt: BORN } },
        },
      ],
    },
  } as KubeObject
}

export function claimOf(name: string, component: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: `${component}-data`,
      namespace: name,
      uid: `claim-${name}-${component}`,
      creationTimestamp: BORN,
      labels: labelsOf(name, component),
      managedFields,
    },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    status: { phase: 'Bound' },
  } as KubeObject
}

/** As a kubelet writes it. */
export function eventOf(name: string, component: string, index: number): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name: `${component}-5d8f9-abcde.${index}`,
      namespace: name,
      uid: `event-${name}-${component}-${index}`,
      creationTimestamp: BORN,
    },
    involvedObject: {
      kind: 'Pod',
      namespace: name,
      name: `${component}-5d8f9-abcde`,
      uid: `pod-${name}-${component}`,
      fieldPath: `spec.containers{${component}}`,
    },
    type: 'Warning',
    reason: ['BackOff', 'Unhealthy', 'FailedMount', 'Failed'][index % 4],
    message: `Back-off restarting failed container ${component} in pod ${component}-5d8f9-abcde_${name}(${index})`,
    firstTimestamp: BORN,
    lastTimestamp: BORN,
    count: index + 1,
    source: { component: 'kubelet', host: 'node-1' },
  } as unknown as KubeObject
}
