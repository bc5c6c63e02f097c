/** What the API server fills into a pod template (pkg/apis/core/v1/defaults.go), so that what is read is what a real one shows. */
import { asText, type JsonObject, isObject, listAt, objectAt } from './json.ts'
import { canonical } from './quantity.ts'

export function defaultedTemplate(template: JsonObject): JsonObject {
  return { ...template, spec: defaultedPodSpec(objectAt(template, 'spec')) }
}

export function defaultedPodSpec(spec: JsonObject): JsonObject {
  const { serviceAccountName } = spec
  return {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
    ...(serviceAccountName === undefined ? {} : { serviceAccount: serviceAccountName }),
    ...spec,
    ...mapped(spec, 'containers', container),
    ...mapped(spec, 'initContainers', container),
    ...mapped(spec, 'volumes', volume),
  }
}

/** `requests` and `limits` in canonical form. */
export function defaultedResources(resources: JsonObject): JsonObject {
  const amounts = ['requests', 'limits'].filter((name) => isObject(resources[name]))
  return {
    ...resources,
    ...Object.fromEntries(amounts.map((name) => [name, quantities(objectAt(resources, name))])),
  }
}

export function quantities(amounts: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, canonical(amount)]))
}

/** The list under this name with each item changed; nothing when there is no such list. */
export function mapped(
  owner: JsonObject,
  name: string,
  change: (item: JsonObject) => JsonObject,
): JsonObject {
  if (!Array.isArray(owner[name])) return {}
  return { [name]: listAt(owner, name).map((item) => (isObject(item) ? change(item) : item)) }
}

function container(spec: JsonObject): JsonObject {
  const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'].filter((name) => isObject(spec[name]))
  return {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: pullPolicy(asText(spec['image'] ?? '')),
    ...spec,
    resources: defaultedResources(objectAt(spec, 'resources')),
    ...mapped(spec, 'ports', (port) => ({ protocol: 'TCP', ...port })),
    ...mapped(spec, 'env', variable),
    ...Object.fromEntries(probes.map((name) => [name, probe(objectAt(spec, name))])),
  }
}

/** Always for `latest`, named or meant. */
function pullPolicy(image: string): string {
  if (image.includes('@')) return 'IfNotPresent'
  const tag = /:(?<tag>[^/:]+)$/u.exec(image)?.groups?.['tag'] ?? 'latest'
  return tag === 'latest' ? 'Always' : 'IfNotPresent'
}

function variable(spec: JsonObject): JsonObject {
  const fieldRef = objectAt(spec, 'valueFrom', 'fieldRef')
  if (Object.keys(fieldRef).length === 0) return spec
  return { ...spec, valueFrom: { fieldRef: { apiVersion: 'v1', ...fieldRef } } }
}

function probe(spec: JsonObject): JsonObject {
  const httpGet = isObject(spec['httpGet'])
    ? { httpGet: { path: '/', scheme: 'HTTP', ...spec['httpGet'] } }
    : {}
  return {
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
    ...spec,
    ...httpGet,
  }
}

function volume(spec: JsonObject): JsonObject {
  const withMode = ['configMap', 'secret', 'projected', 'downwardAPI'].filter((name) => isObject(spec[name]))
  const modes = withMode.map((name) => [name, { defaultMode: 420, ...objectAt(spec, name) }] as const)
  const sources = mapped(objectAt(spec, 'projected'), 'sources', (source) =>
    isObject(source['serviceAccountToken'])
      ? { ...source, serviceAccountToken: { expirationSeconds: 3600, ...source['serviceAccountToken'] } }
      : source,
  )
  const changed = Object.fromEntries(
    modes.map(([name, value]) => [name, name === 'projected' ? { ...value, ...sources } : value]),
  )
  return { ...spec, ...changed }
}
