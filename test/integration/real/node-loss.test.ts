import { lostNodesAreTold } from '../suites/node-loss.ts'
import { openRealWithShortNodeGrace } from '../test-cluster.ts'

lostNodesAreTold('a real API server', openRealWithShortNodeGrace)
