/** What the API server fills into objects of built-in kinds, when they are created and whenever they are written. */
import { asText, type JsonObject, isObject, listAt, objectAt, withValue } from './json.ts'
import {
  defaultedPodSpec,
  defaultedResources,
  defaultedTemplate,
  mapped,
  quantities,
} from './pod-defaults.ts'

export interface Defaulting {
  /** Undefined: it is created. */
  readonly before: JsonObject | undefined
  readonly newClusterIp: () => string
  /** RFC 3339. */
  readonly now: string
}

type Defaults = (object: JsonObject, context: Defaulting) => JsonObject

export function defaulted(kind: string, object: JsonObject, context: Defaulting): JsonObject {
  const filled = DEFAULTS[kind]?.(object, context) ?? object
  const status = INITIAL_STATUS[kind]
  return context.before === undefined && status !== undefined ? { ...filled, status } : filled
}

const DEFAULTS: Readonly<Record<string, Defaults>> = {
  Namespace: (namespace) =>
    withValue(
      namespace,
      ['metadata', 'labels', 'kubernetes.io/metadata.name'],
      objectAt(namespace, 'metadata')['name'],
    ),
  Pod: (pod) => withSpec(pod, (spec) => ({ enableServiceLinks: true, ...defaultedPodSpec(spec) })),
  Deployment: (deployment) =>
    withSpec(deployment, (spec) => ({
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      ...spec,
      strategy: rolling(objectAt(spec, 'strategy'), { maxUnavailable: '25%', maxSurge: '25%' }),
      template: defaultedTemplate(objectAt(spec, 'template')),
    })),
  ReplicaSet: (replicaSet) =>
    withSpec(replicaSet, (spec) => ({
      replicas: 1,
      ...spec,
      template: defaultedTemplate(objectAt(spec, 'template')),
    })),
  StatefulSet: (statefulSet) =>
    withSpec(statefulSet, (spec) => ({
      replicas: 1,
      revisionHistoryLimit: 10,
      podManagementPolicy: 'OrderedReady',
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      ...spec,
      updateStrategy: rolling(objectAt(spec, 'updateStrategy'), { partition: 0 }),
      template: defaultedTemplate(objectAt(spec, 'template')),
      ...mapped(spec, 'volumeClaimTemplates', claimTemplate),
    })),
  PersistentVolumeClaim: (claim) => withSpec(claim, claimSpec),
  Service: (service, context) => withSpec(service, (spec) => serviceSpec(spec, context)),
  Secret: secret,
  ResourceQuota: (quota) =>
    withSpec(quota, (spec) => ({ ...spec, hard: quantities(objectAt(spec, 'hard')) })),
  LimitRange: (range) => withSpec(range, (spec) => ({ ...spec, ...mapped(spec, 'limits', limitItem) })),
  NetworkPolicy: (policy) => withSpec(policy, networkPolicySpec),
  StorageClass: (storageClass) => ({
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'Immediate',
    ...storageClass,
  }),
  CustomResourceDefinition: definition,
}

const INITIAL_STATUS: Readonly<Record<string, JsonObject>> = {
  Pod: { phase: 'Pending', qosClass: 'BestEffort' },
  Deployment: {},
  ReplicaSet: { replicas: 0 },
  StatefulSet: { replicas: 0, availableReplicas: 0 },
  PersistentVolumeClaim: { phase: 'Pending' },
  Service: { loadBalancer: {} },
  Ingress: { loadBalancer: {} },
  ResourceQuota: {},
  PodDisruptionBudget: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
}

function withSpec(object: JsonObject, change: (spec: JsonObject) => JsonObject): JsonObject {
  return { ...object, spec: change(objectAt(object, 'spec')) }
}

function rolling(strategy: JsonObject, parameters: JsonObject): JsonObject {
  const typed = { type: 'RollingUpdate', ...strategy }
  if (typed.type !== 'RollingUpdate') return typed
  return { ...typed, rollingUpdate: { ...parameters, ...objectAt(strategy, 'rollingUpdate') } }
}

function claimSpec(spec: JsonObject): JsonObject {
  return { volumeMode: 'Filesystem', ...spec, resources: defaultedResources(objectAt(spec, 'resources')) }
}

function claimTemplate(claim: JsonObject): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    status: { phase: 'Pending' },
    ...claim,
    spec: claimSpec(objectAt(claim, 'spec')),
  }
}

/** An address once given stays, also when a later write does not name it. */
function serviceSpec(spec: JsonObject, { before, newClusterIp }: Defaulting): JsonObject {
  const ports = mapped(spec, 'ports', (port) => ({ protocol: 'TCP', targetPort: port['port'], ...port }))
  const common = { sessionAffinity: 'None', type: 'ClusterIP', ...spec, ...ports }
  if (common.type === 'ExternalName') return common
  const held = objectAt(before, 'spec')['clusterIP']
  const clusterIP = spec['clusterIP'] ?? held ?? newClusterIp()
  return {
    internalTrafficPolicy: 'Cluster',
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    ...common,
    clusterIP,
    clusterIPs: [clusterIP],
  }
}

function secret({ stringData, ...object }: JsonObject): JsonObject {
  if (!isObject(stringData)) return { type: 'Opaque', ...object }
  const texts = Object.entries(stringData).map(
    ([key, text]) => [key, Buffer.from(asText(text)).toString('base64')] as const,
  )
  return { type: 'Opaque', ...object, data: { ...objectAt(object, 'data'), ...Object.fromEntries(texts) } }
}

function networkPolicySpec(spec: JsonObject): JsonObject {
  const withPorts = (rule: JsonObject): JsonObject => ({
    ...rule,
    ...mapped(rule, 'ports', (port) => ({ protocol: 'TCP', ...port })),
  })
  return {
    policyTypes: listAt(spec, 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress'],
    ...spec,
    ...mapped(spec, 'ingress', withPorts),
    ...mapped(spec, 'egress', withPorts),
  }
}

/** What a container may take at most is its default, and what it gets by default is its request (core/v1 `SetDefaults_LimitRangeItem`). */
function limitItem(item: JsonObject): JsonObject {
  const amounts = (name: string): JsonObject => quantities(objectAt(item, name))
  const given = Object.keys(item).filter((name) => isObject(item[name]))
  const canonical = Object.fromEntries(given.map((name) => [name, amounts(name)]))
  if (item['type'] !== 'Container') return { ...item, ...canonical }
  const limits = { ...amounts('max'), ...amounts('default') }
  const requests = { ...amounts('min'), ...limits, ...amounts('defaultRequest') }
  return { ...item, ...canonical, default: limits, defaultRequest: requests }
}

/** Established at once: nobody else could take its names. */
function definition(object: JsonObject, { before, now }: Defaulting): JsonObject {
  const spec = objectAt(object, 'spec')
  const kind = asText(objectAt(spec, 'names')['kind'])
  const names = { listKind: `${kind}List`, singular: kind.toLowerCase(), ...objectAt(spec, 'names') }
  const complete = { ...object, spec: { conversion: { strategy: 'None' }, ...spec, names } }
  if (before !== undefined) return complete
  const condition = (type: string, reason: string, message: string): object => {
    return { type, status: 'True', lastTransitionTime: now, reason, message }
  }
  return {
    ...complete,
    status: {
      conditions: [
        condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
        condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
      ],
      acceptedNames: names,
      storedVersions: listAt(spec, 'versions').map((version) => objectAt(version)['name']),
    },
  }
}
