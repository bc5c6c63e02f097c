import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aDeployment, aStatefulSet } from '../../test/support/builders.ts'
import type { ObservedWorkload } from '../model/observed.ts'
import { ByNamespace } from './by-namespace.ts'

describe('objects by namespace', () => {
  it('are found under their namespace, and it is told whose changed', () => {
    const workloads = new ByNamespace<ObservedWorkload>()
    const mine = aDeployment({ namespace: 'acme' })
    assert.equal(workloads.take({ type: 'added', object: mine }), 'acme')
    workloads.take({ type: 'added', object: aDeployment({ namespace: 'birch' }) })
    assert.deepEqual(workloads.of('acme'), [mine])
    assert.deepEqual(workloads.of('cedar'), [])
  })

  it('of one name and two kinds are two: neither takes the place of the other, nor goes with it', () => {
    const workloads = new ByNamespace<ObservedWorkload>()
    const deployment = aDeployment({ name: 'postgres' })
    const statefulSet = aStatefulSet({ name: 'postgres' })
    workloads.take({ type: 'added', object: deployment })
    workloads.take({ type: 'added', object: statefulSet })
    assert.deepEqual(workloads.of('acme'), [deployment, statefulSet])
    const paused = aDeployment({ name: 'postgres', paused: true })
    workloads.take({ type: 'updated', previous: deployment, object: paused })
    assert.deepEqual(workloads.of('acme'), [paused, statefulSet])
    workloads.take({ type: 'deleted', previous: paused })
    assert.deepEqual(workloads.of('acme'), [statefulSet])
    workloads.take({ type: 'deleted', previous: statefulSet })
    assert.deepEqual(workloads.of('acme'), [])
  })
})
