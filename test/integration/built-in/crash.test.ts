import { deathsAreHarmless } from '../suites/crash.ts'
import { openBuiltIn } from '../test-cluster.ts'

deathsAreHarmless('the built-in cluster', openBuiltIn, {
  clusters: 2,
  deaths: process.env['DEATHS'] === 'all' ? 'all' : 'of each kind',
})
