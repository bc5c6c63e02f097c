import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aContainer, aDeployment, aPod, aStatefulSet, BORN, BORN_MS } from '../../test/support/builders.ts'
import type { ObservedTermination } from '../model/observed.ts'
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

const later = (seconds: number): string => new Date(BORN_MS + seconds * 1000).toISOString()
const anEndFrom = (seconds: number): ObservedTermination => ({
  reason: 'Error',
  exitCode: 1,
  signal: 0,
  message: '',
  startedAt: later(seconds),
  finishedAt: later(seconds + 100),
})

describe('the objects show that a participant was READY once', () => {
  it('when every Deployment finished a rollout, even if nothing runs now', () =>
    assert.equal(everReadyByObjects([lost], []), true))

  it('when everything is ready now', () =>
    assert.equal(everReadyByObjects([aDeployment(), aStatefulSet()], []), true))

  it('when a StatefulSet lost one of its pods and another serves', () => {
    const partly = aStatefulSet({ desired: 2, current: 2, ready: 1, available: 1 })
    assert.equal(everReadyByObjects([partly, lost], []), true)
  })

  it('when a Deployment without conditions lost one of its pods and another serves', () => {
    const partly = aDeployment({ desired: 2, current: 2, ready: 1, available: 1, conditions: [] })
    assert.equal(everReadyByObjects([partly], []), true)
  })

  it('when a pod of a StatefulSet is ready before its counts are', () =>
    assert.equal(everReadyByObjects([down], [aPod(ofStatefulSet)]), true))

  it('when a pod of a StatefulSet turned unready after its container had started', () => {
    const container = aContainer({ runningSince: later(20) })
    const dropped = aPod({
      ...ofStatefulSet,
      ready: false,
      readyTurnedAt: later(90),
      containers: [container],
    })
    assert.equal(everReadyByObjects([down], [dropped]), true)
    const crashed = { ...container, runningSince: later(200), lastTerminated: anEndFrom(20) }
    assert.equal(everReadyByObjects([down], [{ ...dropped, containers: [crashed] }]), true)
  })
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

  it('when a pod of a StatefulSet was unready before its container started', () => {
    const containers = [aContainer({ runningSince: later(20) })]
    const starting = aPod({ ...ofStatefulSet, ready: false, readyTurnedAt: later(2), containers })
    assert.equal(everReadyByObjects([down], [starting]), false)
  })

  it('when a StatefulSet serves with the first of its pods and makes the next', () => {
    const growing = aStatefulSet({ desired: 3, current: 2, ready: 1, available: 1 })
    assert.equal(everReadyByObjects([growing], [aPod(ofStatefulSet)]), false)
  })

  it('when the pod of a StatefulSet has not been ready for as long as it should', () => {
    const young = aStatefulSet({ minReadySeconds: 30, ready: 1, available: 0 })
    assert.equal(everReadyByObjects([young], [aPod(ofStatefulSet)]), false)
  })

  it('when only pods of others are ready', () => assert.equal(everReadyByObjects([down], [aPod()]), false))

  it('when there is no workload', () => assert.equal(everReadyByObjects([], []), false))
})
