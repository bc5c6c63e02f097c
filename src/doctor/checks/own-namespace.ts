/** Has the program's own namespace room for its pods, and does it hold them to Pod Security? */
import { type KubeObject, RESOURCES } from '../../model/kubernetes.ts'
import { isSameQuantity } from '../../model/quantity.ts'
import { type Check, type Finding, INSTALL } from '../finding.ts'

interface Quota extends KubeObject {
  readonly status?: {
    readonly hard?: Readonly<Record<string, string>>
    readonly used?: Readonly<Record<string, string>>
  }
}

const NONE_NEEDED = {
  result: 'ok',
  message: 'the program elects no leader, so it needs no namespace of its own',
} as const

/** Also says whether there is one: from a laptop, with a kubeconfig, the program needs none but for its Lease. */
export const podSecurity: Check = {
  name: 'pod security',
  run: async ({ kube, namespace }) => {
    if (namespace === undefined) return [NONE_NEEDED]
    const found = await kube.get(RESOURCES.Namespace, { name: namespace })
    if (found === undefined)
      return [
        {
          result: 'warn',
          message: `there is no namespace "${namespace}": the program is not installed there`,
          next: `${INSTALL}, or name the namespace of the installation with --lease-namespace`,
        },
      ]
    const enforced = found.metadata.labels?.[ENFORCE]
    if (enforced === 'restricted')
      return [{ result: 'ok', message: `namespace "${namespace}" enforces restricted` }]
    return [
      {
        result: 'warn',
        message: `namespace "${namespace}" enforces ${enforced ?? 'nothing'}; the program needs no more than restricted`,
        next: `kubectl label namespace ${namespace} ${ENFORCE}=restricted`,
      },
    ]
  },
}

const ENFORCE = 'pod-security.kubernetes.io/enforce'

export const quota: Check = {
  name: 'quota',
  run: async ({ kube, namespace }) => {
    if (namespace === undefined) return [NONE_NEEDED]
    const { items: quotas } = await kube.list<Quota>(RESOURCES.ResourceQuota, { namespace })
    const { items: limits } = await kube.list(RESOURCES.LimitRange, { namespace })
    const full = quotas.flatMap((one) => fullIn(one, namespace))
    if (full.length > 0) return full
    const names = [...quotas, ...limits].map(({ kind, metadata }) => `${kind} "${metadata.name}"`)
    const message =
      names.length === 0
        ? `nothing limits namespace "${namespace}"`
        : `namespace "${namespace}" has room within ${names.join(', ')}`
    return [{ result: 'ok', message }]
  },
}

function fullIn({ metadata, status }: Quota, namespace: string): readonly Omit<Finding, 'check'>[] {
  const { hard = {}, used = {} } = status ?? {}
  return Object.entries(hard)
    .filter(([resource, limit]) => isSameQuantity(limit, used[resource]))
    .map(([resource, limit]) => ({
      result: 'warn',
      message: `ResourceQuota "${metadata.name}" is used up: ${resource} ${limit} of ${limit}; a new pod may be refused`,
      next: `kubectl -n ${namespace} describe resourcequota ${metadata.name}, and raise it`,
    }))
}
