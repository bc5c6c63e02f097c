/** What the API server refuses in objects of built-in kinds, as far as the product can trip over it (pkg/apis/…/validation). */
import type { Resource } from '../model/kubernetes.ts'
import { faultsOfEvent } from './event-rules.ts'
import { asText, isObject, type JsonObject, listAt, objectAt, omit, same } from './json.ts'
import { billionths } from './quantity.ts'
import { type Cause, notAllowed, required, unsupported, wrongValue } from './status-fault.ts'

type Check = (object: JsonObject, before: JsonObject | undefined) => readonly Cause[]

/** Undefined `before`: it is created. */
export function faultsOfKind(
  { kind }: Resource,
  object: JsonObject,
  before: JsonObject | undefined,
): readonly Cause[] {
  return CHECKS[kind]?.(object, before) ?? []
}

/** What cannot even be read into the kind's Go type. */
export function decodingFault({ kind }: Resource, object: JsonObject): string | undefined {
  if (kind !== 'CustomResourceDefinition' && hasWrongAmount(object))
    return "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
  if (kind !== 'Secret') return undefined
  const wrong = Object.values(objectAt(object, 'data')).find((value) => !BASE64.test(asText(value)))
  return wrong === undefined
    ? undefined
    : `illegal base64 data at input byte ${Math.max(0, asText(wrong).search(/[^A-Za-z0-9+/]/u))}`
}

/** Amounts of compute resources stand under these names in pod templates and claims. */
function hasWrongAmount(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasWrongAmount)
  if (!isObject(value)) return false
  const amounts = ['requests', 'limits'].flatMap((name) => Object.values(objectAt(value, name)))
  return (
    amounts.some((amount) => billionths(amount) === undefined) || Object.values(value).some(hasWrongAmount)
  )
}

const BASE64 = /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/u

const CHECKS: Readonly<Record<string, Check>> = {
  Deployment: (object, before) => [
    ...faultsOfWorkload(object),
    ...selectorFixed(object, before),
    ...strategyFaults(objectAt(object, 'spec', 'strategy')),
  ],
  ReplicaSet: (object, before) => [...faultsOfWorkload(object), ...selectorFixed(object, before)],
  StatefulSet: (object, before) => [...faultsOfWorkload(object), ...statefulSetFixed(object, before)],
  PersistentVolumeClaim: (object, before) =>
    before === undefined ? newClaim(object) : claimFixed(object, before),
  Service: (object, before) => faultsOfService(object, before),
  Secret: (object, before) => [...typeFixed(object, before), ...immutableKept(object, before)],
  ConfigMap: immutableKept,
  Event: faultsOfEvent,
}

function faultsOfWorkload(object: JsonObject): readonly Cause[] {
  const { replicas } = objectAt(object, 'spec')
  const selector = objectAt(object, 'spec', 'selector')
  const labels = objectAt(object, 'spec', 'template', 'metadata', 'labels')
  const matched = objectAt(selector, 'matchLabels')
  const isEmpty = Object.keys(selector).length === 0
  const matches = !isEmpty && Object.entries(matched).every(([key, value]) => labels[key] === value)
  return [
    ...(typeof replicas === 'number' && replicas < 0
      ? [wrongValue('spec.replicas', replicas, 'must be greater than or equal to 0')]
      : []),
    ...(isEmpty ? [required('spec.selector')] : []),
    ...(matches
      ? []
      : [
          wrongValue(
            'spec.template.metadata.labels',
            Object.keys(labels).length > 0 ? labels : null,
            '`selector` does not match template `labels`',
          ),
        ]),
    ...faultsOfPodSpec(object),
  ]
}

function faultsOfPodSpec(workload: JsonObject): readonly Cause[] {
  const spec = objectAt(workload, 'spec', 'template', 'spec')
  const path = 'spec.template.spec'
  const claims = listAt(workload, 'spec', 'volumeClaimTemplates').map(
    (claim) => objectAt(claim, 'metadata')['name'],
  )
  const volumes = new Set([...listAt(spec, 'volumes').map((volume) => objectAt(volume)['name']), ...claims])
  if (listAt(spec, 'containers').length === 0) return [required(`${path}.containers`)]
  return ['containers', 'initContainers'].flatMap((list) =>
    listAt(spec, list).flatMap((container, i) => {
      const at = `${path}.${list}[${i}]`
      const { name, image } = objectAt(container)
      return [
        ...(name ? [] : [required(`${at}.name`)]),
        ...(image ? [] : [required(`${at}.image`)]),
        ...listAt(container, 'volumeMounts').flatMap((mount, j) =>
          volumes.has(objectAt(mount)['name']) ? [] : [notFoundAt(`${at}.volumeMounts[${j}].name`, mount)],
        ),
        ...faultsOfAmounts(objectAt(container, 'resources'), `${at}.resources`),
      ]
    }),
  )
}

function notFoundAt(field: string, mount: unknown): Cause {
  const name = JSON.stringify(objectAt(mount)['name'] ?? '')
  return { reason: 'FieldValueNotFound', message: `Not found: ${name}`, field }
}

function faultsOfAmounts(resources: JsonObject, path: string): readonly Cause[] {
  const limits = objectAt(resources, 'limits')
  return Object.entries(objectAt(resources, 'requests')).flatMap(([name, amount]) => {
    const [asked, limit] = [billionths(amount), billionths(limits[name])]
    if (asked === undefined || limit === undefined || asked <= limit) return []
    return [
      wrongValue(
        `${path}.requests`,
        amount,
        `must be less than or equal to ${name} limit of ${asText(limits[name])}`,
      ),
    ]
  })
}

function selectorFixed(object: JsonObject, before: JsonObject | undefined): readonly Cause[] {
  const selector = objectAt(object, 'spec')['selector']
  if (before === undefined || same(selector, objectAt(before, 'spec')['selector'])) return []
  return [wrongValue('spec.selector', selector, 'field is immutable')]
}

/** The default of the other type stays behind when only the type is applied. */
function strategyFaults(strategy: JsonObject): readonly Cause[] {
  if (strategy['type'] !== 'Recreate' || !isObject(strategy['rollingUpdate'])) return []
  return [
    notAllowed('spec.strategy.rollingUpdate', "may not be specified when strategy `type` is 'Recreate'"),
  ]
}

const STATEFUL_SET_CHANGEABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
]

function statefulSetFixed(object: JsonObject, before: JsonObject | undefined): readonly Cause[] {
  const fixed = (set: JsonObject): JsonObject => omit(objectAt(set, 'spec'), ...STATEFUL_SET_CHANGEABLE)
  if (before === undefined || same(fixed(object), fixed(before))) return []
  const [last, ...others] = STATEFUL_SET_CHANGEABLE.map((name) => `'${name}'`).toReversed()
  return [
    notAllowed(
      'spec',
      `updates to statefulset spec for fields other than ${others.toReversed().join(', ')} and ${last} are forbidden`,
    ),
  ]
}

function newClaim(claim: JsonObject): readonly Cause[] {
  const { storage } = objectAt(claim, 'spec', 'resources', 'requests')
  return [
    ...(listAt(claim, 'spec', 'accessModes').length === 0
      ? [required('spec.accessModes', 'at least 1 access mode is required')]
      : []),
    ...(storage === undefined ? [required('spec.resources[storage]')] : []),
  ]
}

/** A bound claim can ask for more; a claim without a class can get one; nothing else changes. */
function claimFixed(claim: JsonObject, before: JsonObject): readonly Cause[] {
  const [spec, old] = [objectAt(claim, 'spec'), objectAt(before, 'spec')]
  const isBound = objectAt(before, 'status')['phase'] === 'Bound'
  const [asked, had] = [spec, old].map((one) => objectAt(one, 'resources', 'requests')['storage'])
  const free = [
    ...(isBound ? ['resources', 'volumeAttributesClassName'] : ['volumeName']),
    ...(old['storageClassName'] === undefined ? ['storageClassName'] : []),
  ]
  if (!same(omit(spec, ...free), omit(old, ...free)))
    return [
      notAllowed(
        'spec',
        'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
      ),
    ]
  if ((billionths(asked) ?? 0n) >= (billionths(had) ?? 0n)) return []
  return [notAllowed('spec.resources.requests.storage', 'field can not be less than status.capacity')]
}

const SERVICE_TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']

function faultsOfService(service: JsonObject, before: JsonObject | undefined): readonly Cause[] {
  const { type, clusterIP, clusterIPs } = objectAt(service, 'spec')
  const ports = listAt(service, 'spec', 'ports').map((port) => objectAt(port))
  const held = objectAt(before, 'spec')['clusterIP']
  return [
    ...(ports.length === 0 && type !== 'ExternalName' && clusterIP !== 'None'
      ? [required('spec.ports')]
      : []),
    ...ports.flatMap(({ name, port }, i) => [
      ...(ports.length > 1 && !name ? [required(`spec.ports[${i}].name`)] : []),
      ...(Number(port) >= 1 && Number(port) <= 65_535
        ? []
        : [wrongValue(`spec.ports[${i}].port`, port, 'must be between 1 and 65535, inclusive')]),
    ]),
    ...(SERVICE_TYPES.includes(asText(type)) ? [] : [unsupported('spec.type', type, SERVICE_TYPES)]),
    ...(held === undefined || held === clusterIP || type === 'ExternalName'
      ? []
      : [wrongValue('spec.clusterIPs[0]', clusterIPs, 'may not change once set')]),
  ]
}

function typeFixed(secret: JsonObject, before: JsonObject | undefined): readonly Cause[] {
  if (before === undefined || secret['type'] === before['type']) return []
  return [wrongValue('type', secret['type'], 'field is immutable')]
}

function immutableKept(object: JsonObject, before: JsonObject | undefined): readonly Cause[] {
  if (before?.['immutable'] !== true) return []
  return ['immutable', 'data', 'binaryData']
    .filter((name) => !same(object[name], before[name]))
    .map((name) => notAllowed(name, 'field is immutable when `immutable` is set'))
}
