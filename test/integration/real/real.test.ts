import { doctorKnows } from '../suites/doctor.ts'
import { everySuiteHolds } from '../suites/every-suite.ts'
import { fenceHolds } from '../suites/fence.ts'
import { rightsAreExact } from '../suites/rights.ts'
import { openInstalled, shared } from '../test-cluster.ts'

const open = shared(openInstalled)
everySuiteHolds('a real API server', open)
fenceHolds(open)
doctorKnows(open)
// Last: it looks at what the others did.
rightsAreExact(open)
