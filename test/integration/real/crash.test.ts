import { deathsAreHarmless } from '../suites/crash.ts'
import { openInstalled } from '../test-cluster.ts'

deathsAreHarmless('a real API server', openInstalled, { clusters: 2, deaths: 'of each kind' })
