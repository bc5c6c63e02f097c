import { deathsAreHarmless } from '../suites/crash.ts'
import { openReal } from '../test-cluster.ts'

deathsAreHarmless('a real API server', openReal, { clusters: 2, deaths: 'of each kind' })
