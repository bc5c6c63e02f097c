import { everySuiteHolds } from '../suites/every-suite.ts'
import { openReal } from '../test-cluster.ts'

everySuiteHolds('a real API server', openReal)
