/** Tests that what the model says of a removal's steps is what a removal consists of. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { aParticipant, BORN } from '../../test/support/builders.ts'
import { FINALIZER } from '../model/names.ts'
import { REMOVAL_STEPS } from '../model/removal-steps.ts'
import { stepsFor } from './pass.ts'
import type { Seeding } from './seeding/seeding.ts'

it('a participant that is seeded is removed by the steps that the model names, in their order', () => {
  const going = aParticipant({ metadata: { deletionTimestamp: BORN, finalizers: [FINALIZER] } })
  const profiles = new Map([[going.spec.profile, { vault: 'shared' }]])
  const seeding = { settings: { profiles } } as unknown as Seeding
  assert.deepEqual(
    stepsFor(going, seeding).map(({ name }) => name),
    [...REMOVAL_STEPS],
  )
})
