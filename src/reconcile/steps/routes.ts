/** Makes the routes by which a participant is reached from outside, of the kind that its profile names. */
import { KubeApiError } from '../../kube/errors.ts'
import { ROUTE_RESOURCES } from '../../manifests/routes.ts'
import type { KubeObject, Resource } from '../../model/kubernetes.ts'
import type { Outcome } from '../../model/outcome.ts'
import { bringTo, readingOf } from '../converge.ts'
import { type LiveReading, readServed, resourceFor } from '../live.ts'
import { done } from '../outcomes.ts'
import { wantedOf } from '../wanted.ts'
import type { ReconcileStep, Work } from '../work.ts'

/**
 * Done in any case but when the API server cannot be reached or is busy: a participant without a route is as ready as
 * one with, it is only reached inside the cluster. The message says what keeps routes from being made; another try is
 * made by the next pass. Routes of another kind, as an earlier profile wanted them, are deleted.
 *
 * Sets no condition; Reachable is derived by the status engine, also from this message.
 */
export const routes: ReconcileStep = {
  name: 'routes',
  run: async (work) => {
    try {
      return hindered(await makeRoutes(work))
    } catch (error) {
      if (isRefusal(error)) return done(`no route is made, for the API server refused it: ${error.message}`)
      throw error
    }
  },
}

async function makeRoutes(work: Work): Promise<Outcome> {
  const { objects, none } = wantedOf(work).routes
  const { live, unserved } = await readRoutes(readingOf(work))
  const lacking = objects.filter((object) => unserved.includes(resourceFor(object)))
  const outcome = await bringTo(work, lacking.length > 0 ? [] : objects, live)
  const why = lacking[0] === undefined ? none : notServed(lacking[0])
  if (why === undefined || outcome.kind !== 'done') return outcome
  return done([outcome.message, `no route is made: ${why}`].filter((text) => text !== undefined).join('; '))
}

export interface LiveRoutes {
  /** Of every kind that a route of ours may be of. */
  readonly live: readonly KubeObject[]
  /** Those kinds that the API server does not know. */
  readonly unserved: readonly Resource[]
}

export async function readRoutes(reading: LiveReading): Promise<LiveRoutes> {
  const found = await Promise.all(
    ROUTE_RESOURCES.map(async (resource) => ({ resource, items: await readServed(reading, resource) })),
  )
  return {
    live: found.flatMap(({ items = [] }) => items),
    unserved: found.filter(({ items }) => items === undefined).map(({ resource }) => resource),
  }
}

export function notServed({ kind }: Pick<KubeObject, 'kind'>): string {
  const next = kind === 'HTTPRoute' ? 'install the Gateway API CRDs (v1, standard channel) or ' : ''
  return `${kind} is not served by this cluster: ${next}set routes.kind of the profile to another kind or to none`
}

/** Somebody else's object of that name, or one that is still going: told, and waited for by nobody. */
function hindered(outcome: Outcome): Outcome {
  return outcome.kind === 'done' ? outcome : done(`no route is made: ${outcome.message}`)
}

/** The API server said no to this request and will say it again. A namespace on its way out is another matter. */
function isRefusal(error: unknown): error is KubeApiError {
  if (!(error instanceof KubeApiError)) return false
  if (error.causes.some(({ reason }) => reason === 'NamespaceTerminating')) return false
  return ['Forbidden', 'Invalid', 'BadRequest'].includes(error.reason) && !isOutdated(error)
}

/** What the write was guarded with is not there any more: the next try reads it anew. */
function isOutdated({ causes }: KubeApiError): boolean {
  return causes.some(({ field }) => field === 'metadata.uid')
}
