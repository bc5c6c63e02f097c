import { kubeKeepsItsPromises } from '../suites/kube.ts'
import { participantsLive } from '../suites/life.ts'
import { readsAreFree } from '../suites/reads.ts'
import { refusalsHold } from '../suites/refusals.ts'
import { resourceIsGuarded } from '../suites/resource.ts'
import { restartsAreHarmless } from '../suites/restart.ts'
import { openReal, shared } from '../test-cluster.ts'

const open = shared(openReal)
const cluster = 'a real API server'
kubeKeepsItsPromises(cluster, open)
resourceIsGuarded(cluster, open)
participantsLive(cluster, open)
refusalsHold(cluster, open)
readsAreFree(cluster, open)
restartsAreHarmless(cluster, open)
