import { everySuiteHolds } from '../suites/every-suite.ts'
import { openBuiltIn } from '../test-cluster.ts'

everySuiteHolds('the built-in cluster', openBuiltIn)
