/** All suites, in the order in which they build on each other, on one cluster. */
import { type OpenTestCluster, shared } from '../test-cluster.ts'
import { everythingIsAdmitted } from './admission.ts'
import { belongingsAreRespected } from './belongings.ts'
import { objectsConverge } from './convergence.ts'
import { eventsAreShared } from './events.ts'
import { kubeKeepsItsPromises } from './kube.ts'
import { oneProcessWrites } from './leadership.ts'
import { participantsLive } from './life.ts'
import { namespacesStayGuarded } from './namespaces.ts'
import { operationsAreRemembered } from './operations.ts'
import { readsAreFree } from './reads.ts'
import { refusalsHold } from './refusals.ts'
import { removalsEnd } from './removal.ts'
import { resourceIsGuarded } from './resource.ts'
import { restartsAreHarmless } from './restart.ts'
import { secretsRotate } from './rotation.ts'
import { participantsAreRouted } from './routes.ts'
import { containersThatEndAreExplained } from './status-containers.ts'
import { refusalsAreExplained } from './status-refused.ts'
import { firstStartsAreJudged } from './status-start.ts'
import { troubleIsExplained } from './status-trouble.ts'
import { upgradesTakeTurns } from './upgrades.ts'
import { vaultsAreOpened } from './vault.ts'

const suites = [
  kubeKeepsItsPromises,
  eventsAreShared,
  resourceIsGuarded,
  participantsLive,
  refusalsHold,
  belongingsAreRespected,
  objectsConverge,
  upgradesTakeTurns,
  removalsEnd,
  everythingIsAdmitted,
  participantsAreRouted,
  namespacesStayGuarded,
  operationsAreRemembered,
  readsAreFree,
  restartsAreHarmless,
  secretsRotate,
  vaultsAreOpened,
  oneProcessWrites,
  firstStartsAreJudged,
  troubleIsExplained,
  containersThatEndAreExplained,
  refusalsAreExplained,
]

export function everySuiteHolds(clusterName: string, openCluster: OpenTestCluster): void {
  const open = shared(openCluster)
  for (const suite of suites) suite(clusterName, open)
}
