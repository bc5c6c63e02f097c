/** Reads what there is of the objects that a participant wants: one list per kind. */
import { hasReason } from '../kube/errors.ts'
import type { Kube } from '../kube/kube.ts'
import { type KubeObject, type Resource, resourceOf } from '../model/kubernetes.ts'
import { identity } from '../plan/plan.ts'
import { mapBounded } from './bounded.ts'

export interface LiveReading {
  readonly kube: Pick<Kube, 'get' | 'list'>
  readonly namespace: string
  /** How many calls at a time. */
  readonly parallel: number
  readonly signal?: AbortSignal
}

/** Read by name, one by one: the right to list them would open every Secret of every namespace by name. */
const READ_ONE_BY_ONE: ReadonlySet<string> = new Set(['Secret'])

/**
 * Everything in the namespace that is of one of the wanted kinds, whoever made it: an object of a wanted name that lacks
 * our labels must be seen too, else it would be taken for missing. Of Secrets only those that are wanted.
 */
export async function readLive(
  reading: LiveReading,
  wanted: readonly Pick<KubeObject, 'apiVersion' | 'kind' | 'metadata'>[],
): Promise<readonly KubeObject[]> {
  const { kube, namespace, parallel, signal } = reading
  const options = signal === undefined ? {} : { signal }
  const single = wanted.filter(({ kind }) => READ_ONE_BY_ONE.has(kind))
  const listed = wanted.filter(({ kind }) => !READ_ONE_BY_ONE.has(kind)).map(resourceFor)
  const reads: readonly (() => Promise<readonly (KubeObject | undefined)[]>)[] = [
    ...single.map((object) => async () => [
      await kube.get(resourceFor(object), { namespace, name: object.metadata.name }, options),
    ]),
    ...[...new Set(listed)].map((resource) => async () => {
      const { items } = await kube.list<KubeObject>(resource, { namespace, ...options })
      return items
    }),
  ]
  const found = await mapBounded(reads, parallel, async (read) => read())
  return found.flat().filter((object) => object !== undefined)
}

/** All in the namespace of a kind that a cluster may lack; undefined when the API server does not serve it. */
export async function readServed(
  { kube, namespace, signal }: LiveReading,
  resource: Resource,
): Promise<readonly KubeObject[] | undefined> {
  try {
    const { items } = await kube.list<KubeObject>(resource, { namespace, ...(signal && { signal }) })
    return items
  } catch (error) {
    if (hasReason(error, 'NotFound')) return undefined
    throw error
  }
}

/** Those of `live` that have the kind and name of a wanted one. */
export function namesakesOf(
  wanted: readonly KubeObject[],
  live: readonly KubeObject[],
): readonly KubeObject[] {
  const keys = new Set(wanted.map(identity))
  return live.filter((object) => keys.has(identity(object)))
}

/** Throws for a kind that is missing in `RESOURCES`: a bug. */
export function resourceFor(object: Pick<KubeObject, 'apiVersion' | 'kind'>): Resource {
  const resource = resourceOf(object)
  if (resource === undefined)
    throw new Error(`kind ${object.kind} (${object.apiVersion}) is not in RESOURCES`)
  return resource
}
