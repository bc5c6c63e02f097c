import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aDeployment, aStatefulSet } from '../../test/support/builders.ts'
import { isRolledOut } from './rolled-out.ts'

const none = { current: 0, updated: 0, ready: 0, available: 0 }

describe('a rollout is over', () => {
  it('when all pods are of the latest template and run', () => {
    assert.ok(isRolledOut(aDeployment()))
    assert.ok(isRolledOut(aStatefulSet()))
    assert.ok(!isRolledOut(aDeployment({ updated: 0 })))
    assert.ok(!isRolledOut(aDeployment({ ready: 0, available: 0 })))
    assert.ok(!isRolledOut(aStatefulSet({ currentRevision: 'a', updateRevision: 'b', updated: 0 })))
  })

  it('only once the controller has seen the latest template', () => {
    assert.ok(!isRolledOut(aDeployment({ generation: 2 })))
    assert.ok(!isRolledOut(aDeployment({ generation: 2, desired: 0, ...none })))
  })

  it('of one that is to have no pods, as soon as it is seen', () => {
    assert.ok(isRolledOut(aDeployment({ desired: 0, ...none })))
    assert.ok(!isRolledOut(aDeployment({ desired: 0, ...none, deletionTimestamp: '2026-01-01T00:00:00Z' })))
  })
})
