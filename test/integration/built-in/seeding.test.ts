import { deadIssuersHoldUpNobody } from '../suites/dead-issuer.ts'
import { participantsAreSeeded } from '../suites/seeding.ts'
import { openBuiltIn } from '../test-cluster.ts'

participantsAreSeeded('the built-in cluster', openBuiltIn)
deadIssuersHoldUpNobody('the built-in cluster', openBuiltIn)
