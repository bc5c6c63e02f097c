/** Reads for many participants at once: one list per kind, where each pass by itself would make one per participant. */
import type { Kube, ListOptions } from '../kube/kube.ts'
import { type KubeObject, type Resource, RESOURCES } from '../model/kubernetes.ts'
import { PARTICIPANT_LABEL } from '../model/names.ts'

/** What is there is not all as wanted, or cannot be told this way. */
class NotConfirmedError extends Error {
  override readonly name = 'NotConfirmedError'
}

/**
 * The same Kube for looking at these participants alone, one list of a kind shared by all. Lists hold what bears the
 * label of one of them, wherever it is: an object of a wanted name that lacks it seems to be missing. So nothing may be
 * written on what is read here, and every write is refused.
 */
export function readTogether(kube: Kube, names: readonly string[], signal: AbortSignal): Kube {
  const shared = new Map<Resource, Promise<ReadonlyMap<string, readonly KubeObject[]>>>()
  const options = { labelSelector: `${PARTICIPANT_LABEL} in (${names.join(',')})`, signal }
  const within = async (resource: Resource, place: string): Promise<readonly KubeObject[]> => {
    const listing = shared.get(resource) ?? listByPlace(kube, resource, options)
    shared.set(resource, listing)
    return (await listing).get(place) ?? []
  }
  const isShared = ({ namespace, labelSelector: more, fieldSelector }: ListOptions): boolean =>
    namespace !== undefined && names.includes(namespace) && more === undefined && fieldSelector === undefined
  const refuse = async (): Promise<never> => {
    throw new NotConfirmedError('bug: reading together writes nothing')
  }
  return {
    async get<T extends KubeObject>(...[resource, key, options]: Parameters<Kube['get']>) {
      const found = resource === RESOURCES.Namespace ? (await within(resource, key.name))[0] : undefined
      return (found as T | undefined) ?? (await kube.get<T>(resource, key, options))
    },
    async list<T extends KubeObject>(...[resource, options = {}]: Parameters<Kube['list']>) {
      if (!isShared(options)) return await kube.list<T>(resource, options)
      return { items: (await within(resource, options.namespace ?? '')) as readonly T[], resourceVersion: '' }
    },
    page: (...call) => kube.page(...call),
    watch: (...call) => kube.watch(...call),
    version: (...call) => kube.version(...call),
    create: refuse,
    apply: refuse,
    patch: refuse,
    delete: refuse,
  }
}

/** By namespace; a namespace by its own name. */
async function listByPlace(
  kube: Kube,
  resource: Resource,
  options: ListOptions,
): Promise<ReadonlyMap<string, readonly KubeObject[]>> {
  const { items } = await kube.list<KubeObject>(resource, options)
  return Map.groupBy(items, ({ metadata }) => metadata.namespace ?? metadata.name)
}
