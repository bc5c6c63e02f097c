/** What a burst is measured against: the objects of so many participants, each applied once, and nothing else. */
import { DEFAULT_PROFILE } from '../src/manifests/default-profile.ts'
import { type ManifestInput, renderManifests, renderSecrets } from '../src/manifests/manifests.ts'
import type { KubeObject } from '../src/model/kubernetes.ts'
import { SPEC_DEFAULTS } from '../src/model/participant.ts'
import { mapBounded } from '../src/reconcile/bounded.ts'
import { openQuietCluster } from './quiet-cluster.ts'

export interface RawApplies {
  readonly seconds: number
  readonly objects: number
}

/** On a cluster of its own, so many participants at a time, the objects of one in order. */
export async function rawApplies(names: readonly string[], concurrency: number): Promise<RawApplies> {
  await using cluster = await openQuietCluster()
  const { kube } = cluster
  const startedAt = performance.now()
  const counts = await mapBounded(names, concurrency, async (name) => {
    const objects = objectsOf(name)
    for (const object of objects) await kube.apply(object, { manager: 'bench' })
    return objects.length
  })
  const seconds = (performance.now() - startedAt) / 1000
  return { seconds, objects: counts.reduce((sum, count) => sum + count, 0) }
}

/** All that a participant consists of, in the order of the steps. */
function objectsOf(name: string): readonly KubeObject[] {
  const spec = { ...SPEC_DEFAULTS, did: `did:web:${name}.example` }
  const input: ManifestInput = { name, uid: `uid-of-${name}`, spec, profile: DEFAULT_PROFILE }
  const { namespace, policies, storage, workloads, routes } = renderManifests(input)
  const secrets = renderSecrets(input, () => 'x'.repeat(43))
  // The quota last: what it counts is refused until its controller has counted for the first time.
  return [namespace, ...secrets, ...storage, ...workloads, ...routes.objects, ...policies]
}
