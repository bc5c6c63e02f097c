/** Which kinds are judged, and what of them is read. */
import { RESOURCES } from '../model/kubernetes.ts'
import { COMPONENT_STATES, STEP_STATES } from '../model/participant.ts'
import { conditions, podSpec, podStatus } from './pod-shape.ts'
import { count, fields, flag, listOf, mapOf, oneOf, type Shape, text, time } from './shape.ts'

const ownerReference = fields({ apiVersion: text, uid: text, controller: flag }, { kind: text, name: text })

const metadata = fields(
  {
    namespace: text,
    uid: text,
    resourceVersion: text,
    generation: count,
    creationTimestamp: time,
    deletionTimestamp: time,
    deletionGracePeriodSeconds: count,
    labels: mapOf(text),
    annotations: mapOf(text),
    finalizers: listOf(text),
    ownerReferences: listOf(ownerReference),
  },
  { name: text },
)

const template = fields({ metadata: fields({ labels: mapOf(text) }), spec: podSpec })
const selector = fields({ matchLabels: mapOf(text) })
const counts = {
  observedGeneration: count,
  replicas: count,
  updatedReplicas: count,
  readyReplicas: count,
  availableReplicas: count,
  conditions,
}

const deployment = object({
  spec: fields({
    replicas: count,
    paused: flag,
    minReadySeconds: count,
    progressDeadlineSeconds: count,
    strategy: fields({ type: text }),
    selector,
    template,
  }),
  status: fields({ ...counts, unavailableReplicas: count }),
})

const statefulSet = object({
  spec: fields({
    replicas: count,
    minReadySeconds: count,
    updateStrategy: fields({ type: text, rollingUpdate: fields({ partition: count }) }),
    selector,
    template,
  }),
  status: fields({ ...counts, currentReplicas: count, currentRevision: text, updateRevision: text }),
})

const subject = fields({ kind: text, namespace: text, name: text, uid: text, fieldPath: text })

const event = object({
  type: text,
  reason: text,
  message: text,
  note: text,
  count,
  deprecatedCount: count,
  eventTime: time,
  firstTimestamp: time,
  lastTimestamp: time,
  deprecatedFirstTimestamp: time,
  deprecatedLastTimestamp: time,
  series: fields({ count, lastObservedTime: time }),
  involvedObject: subject,
  regarding: subject,
})

const step = fields(
  { nextRetryTime: time, reason: text, message: text },
  { name: text, state: oneOf(STEP_STATES), attempts: count, lastTransitionTime: time },
)

const componentSummary = fields(
  { reason: text, message: text, cause: text },
  {
    name: text,
    status: oneOf(COMPONENT_STATES),
    ready: flag,
    desired: count,
    current: count,
    readyReplicas: count,
  },
)

const participant = object({
  spec: fields({
    did: text,
    host: text,
    mode: oneOf(['Managed', 'Observed']),
    profile: text,
    suspended: flag,
    deletionPolicy: oneOf(['Delete', 'Retain']),
    components: mapOf(fields({})),
  }),
  status: fields({
    observedGeneration: count,
    phase: text,
    reason: text,
    message: text,
    since: time,
    namespace: text,
    ready: text,
    firstReadyTime: time,
    conditions,
    components: listOf(componentSummary),
    steps: listOf(step),
  }),
})

const ingress = object({
  spec: fields({ rules: listOf(fields({ host: text })) }),
  status: fields({ loadBalancer: fields({ ingress: listOf(fields({})) }) }),
})

const parentRef = fields({ kind: text, namespace: text, name: text })

const httpRoute = object({
  spec: fields({ hostnames: listOf(text), parentRefs: listOf(parentRef) }),
  status: fields({ parents: listOf(fields({ parentRef, conditions })) }),
})

export interface JudgedKind {
  /** API groups that serve it; `''` is the core group. */
  readonly groups: readonly string[]
  readonly namespaced: boolean
  readonly shape: Shape
}

/** Versions are not compared: the fields that are read have been the same in all of them. */
export const JUDGED_KINDS: Readonly<Record<string, JudgedKind>> = {
  Participant: { groups: [RESOURCES.Participant.group], namespaced: false, shape: participant },
  Namespace: {
    groups: [''],
    namespaced: false,
    shape: object({ status: fields({ phase: text, conditions }) }),
  },
  Deployment: { groups: ['apps', 'extensions'], namespaced: true, shape: deployment },
  StatefulSet: { groups: ['apps'], namespaced: true, shape: statefulSet },
  ReplicaSet: { groups: ['apps', 'extensions'], namespaced: true, shape: object({}) },
  Pod: { groups: [''], namespaced: true, shape: object({ spec: podSpec, status: podStatus }) },
  PersistentVolumeClaim: {
    groups: [''],
    namespaced: true,
    shape: object({
      spec: fields({ storageClassName: text, volumeName: text }),
      status: fields({ phase: text, conditions }),
    }),
  },
  Ingress: { groups: ['networking.k8s.io', 'extensions'], namespaced: true, shape: ingress },
  HTTPRoute: { groups: ['gateway.networking.k8s.io'], namespaced: true, shape: httpRoute },
  Event: { groups: ['', 'events.k8s.io'], namespaced: true, shape: event },
}

function object(rest: Readonly<Record<string, Shape>>): Shape {
  return fields(rest, { metadata })
}
