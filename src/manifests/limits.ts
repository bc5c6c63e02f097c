/** How much a participant may take: what its own pods ask for with room to replace all of them, and nothing open to the outside. */
import type { Container, LimitRange, PodTemplateSpec, ResourceQuota } from 'kubernetes-types/core/v1.d.ts'
import { SpecError } from '../model/errors.ts'
import type { KubeObject } from '../model/kubernetes.ts'
import { isLessQuantity, sumOfQuantities } from '../model/quantity.ts'
import type { ManifestInput } from './input.ts'
import { sharedMetadata } from './metadata.ts'
import { MAX_SURGE } from './workloads.ts'

type Amounts = Readonly<Record<string, string>>

const MEASURES = ['cpu', 'memory'] as const

/** For a container that brings no amounts of its own: one that a person starts to look around, or that a profile leaves open. */
const DEFAULTS = {
  limits: { cpu: '500m', memory: '512Mi' },
  requests: { cpu: '50m', memory: '128Mi' },
} as const

interface Workload extends KubeObject {
  readonly spec: { readonly replicas: number; readonly template: PodTemplateSpec }
}

interface Claim extends KubeObject {
  readonly spec: { readonly resources: { readonly requests: { readonly storage: string } } }
}

/**
 * Counted from the objects themselves. Each pod counts twice, for until an old one has ended it counts as well, and a
 * Deployment's surge on top. Each claim counts twice, so that a person can move the data of one to another.
 *
 * Throws `SpecError` when an amount is no quantity.
 */
export function limitObjects(
  input: ManifestInput,
  objects: readonly KubeObject[],
): readonly [KubeObject & ResourceQuota, KubeObject & LimitRange] {
  const workloads = objects.filter(isWorkload)
  const defaults = defaultsFor(workloads.flatMap(containersOf))
  return [
    {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: sharedMetadata(input, 'participant-quota'),
      spec: { hard: { ...hardOfPods(workloads, defaults), ...hardOfClaims(objects), ...NOTHING_OPEN } },
    },
    {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: sharedMetadata(input, 'container-defaults'),
      spec: {
        limits: [
          {
            type: 'Container',
            default: { ...defaults.limits },
            defaultRequest: { ...defaults.requests },
          },
        ],
      },
    },
  ]
}

/** Services that would open a port to the outside: routes are the only way in. */
const NOTHING_OPEN = { 'services.nodeports': '0', 'services.loadbalancers': '0' }

interface Defaults {
  readonly limits: Amounts
  readonly requests: Amounts
}

/** A limit by default never stands below what a container that has none asks for: its pods would be refused. */
function defaultsFor(containers: readonly Container[]): Defaults {
  const limits = MEASURES.map((measure) => {
    const asked = containers.flatMap(({ resources = {} }) => {
      const { limits: own = {}, requests = {} } = resources
      return own[measure] === undefined ? (requests[measure] ?? []) : []
    })
    const most = asked.reduce<string>(larger, DEFAULTS.limits[measure])
    return [measure, most] as const
  })
  return { limits: Object.fromEntries(limits), requests: DEFAULTS.requests }
}

function hardOfPods(workloads: readonly Workload[], defaults: Defaults): Amounts {
  const amounts = KINDS.flatMap((kind) =>
    MEASURES.map((measure) => {
      const amountOf = amountIn({ kind, measure }, defaults)
      const parts = workloads.map((workload) => [ofPod(workload, amountOf), atOnce(workload)] as const)
      return [`${kind}.${measure}`, sum(parts)] as const
    }),
  )
  const pods = workloads.reduce((count, workload) => count + atOnce(workload), 0)
  return { ...Object.fromEntries(amounts), pods: String(pods) }
}

const KINDS = ['requests', 'limits'] as const

interface Which {
  readonly kind: (typeof KINDS)[number]
  readonly measure: (typeof MEASURES)[number]
}

/** As the API server completes it: a request that is left out is the limit, if there is one, and only then the default. */
function amountIn({ kind, measure }: Which, defaults: Defaults): (container: Container) => string {
  return ({ resources: { limits, requests } = {} }) => {
    const own = kind === 'requests' ? (requests?.[measure] ?? limits?.[measure]) : limits?.[measure]
    return own ?? defaults[kind][measure] ?? '0'
  }
}

/** A StatefulSet has no surge: its old pod is gone before the new one comes. */
function atOnce({ kind, spec: { replicas } }: Workload): number {
  return 2 * replicas + (kind === 'Deployment' ? MAX_SURGE : 0)
}

function hardOfClaims(objects: readonly KubeObject[]): Amounts {
  const claims = objects.filter((object): object is Claim => object.kind === 'PersistentVolumeClaim')
  return {
    persistentvolumeclaims: String(2 * claims.length),
    'requests.storage': sum(claims.map(({ spec }) => [spec.resources.requests.storage, 2])),
  }
}

function sum(parts: readonly (readonly [amount: string, times: number])[]): string {
  const total = sumOfQuantities(parts)
  if (total !== undefined) return total
  throw new SpecError(
    'AmountInvalid',
    `the amounts of the components cannot be added up: ${parts.map(([amount]) => `"${amount}"`).join(', ')} have to be Kubernetes quantities such as 500m or 2Gi`,
  )
}

/** Of one pod: its init containers run before the others, so the larger counts (Kubernetes documentation, "Init Containers"). */
function ofPod(workload: Workload, amountOf: (container: Container) => string): string {
  const { initContainers = [], containers = [] } = workload.spec.template.spec ?? {}
  const together = sum(containers.map((container) => [amountOf(container), 1]))
  return initContainers.map(amountOf).reduce(larger, together)
}

function larger(one: string, other: string): string {
  return isLessQuantity(one, other) ? other : one
}

function containersOf({ spec: { template } }: Workload): readonly Container[] {
  return [...(template.spec?.initContainers ?? []), ...(template.spec?.containers ?? [])]
}

function isWorkload(object: KubeObject): object is Workload {
  return object.kind === 'Deployment' || object.kind === 'StatefulSet'
}
