/** What the ResourceQuotas of a namespace allow, and what the admission plugin ResourceQuota says beyond that. */
import { type Resource, RESOURCES } from '../model/kubernetes.ts'
import { isLessQuantity, sumOfQuantities } from '../model/quantity.ts'
import { asText, isObject, type JsonObject, listAt, objectAt } from './json.ts'
import { canonical } from './quantity.ts'
import type { State, StoredObject } from './state.ts'

export const RESOURCE_QUOTA: Resource = RESOURCES.ResourceQuota

type Reading = Pick<State, 'list'>
type Usage = Readonly<Record<string, string>>

/** Kinds of which objects count. */
const COUNTED: readonly Resource[] = [RESOURCES.Pod, RESOURCES.PersistentVolumeClaim, RESOURCES.Service]

export function isCounted({ kind }: Pick<Resource, 'kind'>): boolean {
  return COUNTED.some((resource) => resource.kind === kind)
}

/** Why another object would be too much; undefined when there is room. */
export function quotaExceededBy(state: Reading, object: StoredObject): string | undefined {
  const asked = usageOf(object)
  for (const quota of state.list(RESOURCE_QUOTA, object.metadata.namespace)) {
    const used = usedOf(state, quota)
    const full = Object.entries(hardOf(quota))
      .filter(([name, limit]) =>
        isLessQuantity(
          limit,
          sumOfQuantities([
            [used[name] ?? '0', 1],
            [asked[name] ?? '0', 1],
          ]),
        ),
      )
      .filter(([name]) => asked[name] !== undefined)
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
    if (full.length === 0) continue
    const list = (text: (name: string, limit: unknown) => string): string =>
      full.map(([name, limit]) => `${name}=${text(name, limit)}`).join(',')
    const requested = list((name) => asked[name] ?? '0')
    const counted = list((name) => used[name] ?? '0')
    const limited = list((_, limit) => asText(limit))
    return `exceeded quota: ${quota.metadata.name}, requested: ${requested}, used: ${counted}, limited: ${limited}`
  }
  return undefined
}

export const hardOf = (quota: StoredObject): JsonObject => objectAt(quota, 'spec', 'hard')

/** Of what this quota limits, the amounts that this cluster counts. */
export function usedOf(state: Reading, quota: StoredObject): Usage {
  const { namespace } = quota.metadata
  const all = COUNTED.flatMap((resource) => state.list(resource, namespace).map(usageOf))
  const counted = Object.keys(hardOf(quota)).filter((name) => COUNTABLE.has(name))
  return Object.fromEntries(counted.map((name) => [name, total(all.map((usage) => usage[name] ?? '0'))]))
}

const COUNTABLE: ReadonlySet<string> = new Set([
  'pods',
  'count/pods',
  'cpu',
  'memory',
  'requests.cpu',
  'requests.memory',
  'limits.cpu',
  'limits.memory',
  'persistentvolumeclaims',
  'requests.storage',
  'services',
  'services.nodeports',
  'services.loadbalancers',
])

function usageOf(object: StoredObject): Usage {
  switch (object.kind) {
    case 'Pod':
      return usageOfPod(object)
    case 'PersistentVolumeClaim':
      return {
        persistentvolumeclaims: '1',
        'requests.storage': asText(objectAt(object, 'spec', 'resources', 'requests')['storage'] ?? '0'),
      }
    default:
      return usageOfService(object)
  }
}

/** One that has ended counts as an object only. */
function usageOfPod({ spec, status }: StoredObject): Usage {
  if (status?.['phase'] === 'Succeeded' || status?.['phase'] === 'Failed') return { 'count/pods': '1' }
  const amount = (kind: string, measure: string): string =>
    total(
      listAt(spec, 'containers').map((container) =>
        asText(objectAt(container, 'resources', kind)[measure] ?? '0'),
      ),
    )
  const [cpu, memory] = [amount('requests', 'cpu'), amount('requests', 'memory')]
  return {
    pods: '1',
    'count/pods': '1',
    cpu,
    memory,
    'requests.cpu': cpu,
    'requests.memory': memory,
    'limits.cpu': amount('limits', 'cpu'),
    'limits.memory': amount('limits', 'memory'),
  }
}

function usageOfService({ spec }: StoredObject): Usage {
  const type = spec?.['type']
  const ports =
    type === 'NodePort' || type === 'LoadBalancer' ? listAt(spec, 'ports').filter(isObject).length : 0
  return {
    services: '1',
    'services.nodeports': String(ports),
    'services.loadbalancers': type === 'LoadBalancer' ? '1' : '0',
  }
}

function total(amounts: readonly string[]): string {
  return asText(canonical(sumOfQuantities(amounts.map((amount) => [amount, 1])) ?? '0'))
}
