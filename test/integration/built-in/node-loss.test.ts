import { lostNodesAreTold } from '../suites/node-loss.ts'
import { openBuiltIn } from '../test-cluster.ts'

lostNodesAreTold('the built-in cluster', openBuiltIn)
