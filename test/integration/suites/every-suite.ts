/** All suites, in the order in which they build on each other, on one cluster. */
import { type OpenTestCluster, shared } from '../test-cluster.ts'
import { kubeKeepsItsPromises } from './kube.ts'
import { participantsLive } from './life.ts'
import { readsAreFree } from './reads.ts'
import { refusalsHold } from './refusals.ts'
import { resourceIsGuarded } from './resource.ts'
import { restartsAreHarmless } from './restart.ts'

const suites = [
  kubeKeepsItsPromises,
  resourceIsGuarded,
  participantsLive,
  refusalsHold,
  readsAreFree,
  restartsAreHarmless,
]

export function everySuiteHolds(clusterName: string, openCluster: OpenTestCluster): void {
  const open = shared(openCluster)
  for (const suite of suites) suite(clusterName, open)
}
