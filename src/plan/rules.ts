/** What the API server means by a field: how it merges a list, and which texts are amounts. */
import type { Place } from './place.ts'

/**
 * How server-side apply treats the items of a list (`x-kubernetes-list-type` in the server's OpenAPI document). A map
 * is keyed by these fields; any list that is not named here is atomic: compared as a whole.
 *
 * The longest matching end of the path counts, so that `ports` of a container and of a Service differ.
 */
const LIST_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  volumes: ['name'],
  env: ['name'],
  imagePullSecrets: ['name'],
  volumeMounts: ['mountPath'],
  'containers.ports': ['containerPort', 'protocol'],
  'spec.ports': ['port', 'protocol'],
  'metadata.ownerReferences': ['uid'],
}

/** Lists whose items are plain values and belong each to whoever added them. */
const SETS: ReadonlySet<string> = new Set(['metadata.finalizers'])

/** Fields of Go type `map[string]…` with `omitempty`: the server drops an empty one but keeps empty texts in it. */
const FREE_MAPS: ReadonlySet<string> = new Set([
  'labels',
  'annotations',
  'data',
  'matchLabels',
  'nodeSelector',
  'hard',
  'limits',
  'requests',
])

/**
 * Maps that belong as a whole to one writer (`x-kubernetes-map-type: atomic`): a key that is not wanted is a difference.
 * Left out are those that the server adds defaults to, such as `fieldRef`.
 */
const ATOMIC_MAPS: ReadonlySet<string> = new Set([
  'selector',
  'podSelector',
  'namespaceSelector',
  'matchLabels',
  'nodeSelector',
  'secretKeyRef',
  'configMapKeyRef',
  // Items of atomic lists to which the server adds nothing that we do not write ourselves: whatever else stands in one
  // opens or redirects what was not meant to be.
  'ingress',
  'egress',
  'from',
  'to',
  'rules',
  'matches',
  'backendRefs',
  'parentRefs',
  'paths',
])

const AMOUNTS: ReadonlySet<string> = new Set(['limits', 'requests', 'hard', 'default', 'defaultRequest'])

/** Used by the server where a list key is left out (`ContainerPort.protocol`, `ServicePort.protocol`). */
export const KEY_DEFAULTS: Readonly<Record<string, unknown>> = { protocol: 'TCP' }

export type ListRule =
  | { readonly kind: 'map'; readonly keys: readonly string[] }
  | { readonly kind: 'set' }
  | { readonly kind: 'atomic' }

export function listRuleAt({ field, outer }: Place): ListRule {
  const lastTwo = `${outer}.${field}`
  if (SETS.has(lastTwo)) return { kind: 'set' }
  const keys = LIST_KEYS[lastTwo] ?? LIST_KEYS[field]
  return keys === undefined ? { kind: 'atomic' } : { kind: 'map', keys }
}

/** True for a map with keys of the writer's choice, such as labels or the data of a ConfigMap. */
export function isFreeMap({ field }: Place): boolean {
  return FREE_MAPS.has(field)
}

export function isInFreeMap({ outer }: Place): boolean {
  return FREE_MAPS.has(outer)
}

export function isAtomicMap({ field }: Place): boolean {
  return ATOMIC_MAPS.has(field)
}

export function isAmount({ field, outer }: Place): boolean {
  return field === 'sizeLimit' || AMOUNTS.has(outer)
}
