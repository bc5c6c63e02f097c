/** Deletes the routes that lead to the participant, so that traffic from outside ends before what answers it. */
import { hasReason } from '../../kube/errors.ts'
import { ROUTE_RESOURCES } from '../../manifests/routes.ts'
import { type KubeObject, type Resource, RESOURCES } from '../../model/kubernetes.ts'
import type { Outcome } from '../../model/outcome.ts'
import { isAppliedByUs } from '../../plan/ownership.ts'
import { account, nameOf } from '../account.ts'
import { carryOut } from '../carry-out.ts'
import { done, waiting } from '../outcomes.ts'
import { ownsNamespace, ownsObject } from '../ownership.ts'
import type { Work } from '../work.ts'
import type { SkippableStep } from './skip.ts'

/**
 * Sets no condition. Waiting with `RoutesTerminating` while one of them is held by a finalizer. Routes that somebody else
 * made go with the namespace.
 */
export const removeRoutes: SkippableStep = {
  name: 'remove-routes',
  run: remove,
  leaves: ({ name }) => `routes into namespace "${name}" are left, and may still bring traffic`,
}

async function remove(work: Work): Promise<Outcome> {
  const { kube, name, signal, tuning } = work
  const namespace = await kube.get(RESOURCES.Namespace, { name }, { signal })
  if (namespace === undefined || !ownsNamespace(work, namespace)) return done()
  const found = await Promise.all(ROUTE_RESOURCES.map((resource) => routesOf(work, resource)))
  for (const route of found.flat()) {
    if (route.metadata.deletionTimestamp === undefined) await take(work, route)
  }
  const held = found.flat().filter(({ metadata }) => (metadata.finalizers ?? []).length > 0)
  if (held.length === 0) return done()
  return waiting({ reason: 'RoutesTerminating', message: held.map(holdingOf).join('; ') }, tuning.recheckMs)
}

async function take(work: Work, object: KubeObject): Promise<void> {
  const step = { do: 'prune', object } as const
  await carryOut(work, step)
  account(work, step)
}

/** Those that we made. A cluster without the Gateway API has none. */
async function routesOf(work: Work, resource: Resource): Promise<readonly KubeObject[]> {
  const { kube, name: namespace, signal } = work
  try {
    const { items } = await kube.list<KubeObject>(resource, { namespace, signal })
    return items.filter((route) => ownsObject(work, route) && isAppliedByUs(route))
  } catch (error) {
    if (hasReason(error, 'NotFound')) return []
    throw error
  }
}

function holdingOf(route: KubeObject): string {
  const { finalizers = [] } = route.metadata
  return `${nameOf({ object: route })} is being deleted and held by ${finalizers.map((each) => `"${each}"`).join(', ')}`
}
