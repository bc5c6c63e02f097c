import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aDeployment, aPod, aStatefulSet, BORN } from '../../test/support/builders.ts'
import { everReadyByObjects } from './ever-ready.ts'

const counts = { current: 1, updated: 1, ready: 0, available: 0 }
const progressing = (reason: string) => ({
  conditions: [
    { type: 'Progressing', status: 'True', reason, message: '', lastTransitionTime: BORN } as const,
  ],
})
const lost = aDeployment({ ...counts, ...progressing('NewReplicaSetAvailable') })
const starting = aDeployment({ ...counts, ...progressing('ReplicaSetUpdated') })
const fresh = aDeployment({ ...counts, observedGeneration: undefined, conditions: [] })
const down = aStatefulSet({ ready: 0, available: 0 })
const ofStatefulSet = { component: 'postgres', componentKind: 'StatefulSet' } as const

describe('the objects show that a participant was READY once', () => {
  it('when every Deployment finished a rollout, even if nothing runs now', () =>
    assert.equal(everReadyByObjects([lost], []), true))

  it('when everything is ready now', () =>
    assert.equal(everReadyByObjects([aDeployment(), aStatefulSet()], []), true))

  it('when a StatefulSet lost one of its pods and another serves', () => {
    const partly = aStatefulSet({ desired: 2, current: 2, ready: 1, available: 1 })
    assert.equal(everReadyByObjects([partly, lost], []), true)
  })

  it('when a pod of a StatefulSet is ready before its counts are', () =>
    assert.equal(everReadyByObjects([down], [aPod(ofStatefulSet)]), true))
})

describe('the objects do not show that a participant was ever READY', () => {
  it('when one Deployment has not finished its first rollout', () =>
    assert.equal(everReadyByObjects([lost, starting], []), false))

  it('when the controller has not seen a Deployment yet', () =>
    assert.equal(everReadyByObjects([fresh], []), false))

  it('when no pod of a StatefulSet is available, for nothing remembers an earlier one', () =>
    assert.equal(
      everReadyByObjects([aDeployment(), down], [aPod({ ...ofStatefulSet, ready: false })]),
      false,
    ))

  it('when only pods of others are ready', () => assert.equal(everReadyByObjects([down], [aPod()]), false))

  it('when there is no workload', () => assert.equal(everReadyByObjects([], []), false))
})
