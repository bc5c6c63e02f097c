import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DeploymentSpec } from 'kubernetes-types/apps/v1.js'
import type { StoredObject } from '../state.ts'
import { DESIRED, type Fleet, fleetOf, HASH_LABEL, MAXIMUM, REVISION } from './deployment-view.ts'
import { needsScaling, nextRollingStep, scaledSizes, sizeForNewSet } from './rollout.ts'

interface SetOptions {
  readonly size: number
  readonly available?: number
  /** What the set was sized for. */
  readonly desired?: number
  readonly maximum?: number
}

function aSet(hash: string, { size, available = size, desired = 0, maximum = 0 }: SetOptions): StoredObject {
  const annotations = { [REVISION]: hash, [DESIRED]: String(desired), [MAXIMUM]: String(maximum) }
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: hash, labels: { [HASH_LABEL]: hash }, annotations },
    spec: { replicas: size },
    status: { replicas: size, availableReplicas: available },
  }
}

/** The set named `9` is the one of the current template. */
function aFleet(spec: Partial<DeploymentSpec>, sets: readonly StoredObject[]): Fleet {
  const deployment: StoredObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { selector: {}, template: {}, ...spec },
  }
  return fleetOf(deployment, '9', sets)
}

const named = (resizes: ReturnType<typeof nextRollingStep>): Readonly<Record<string, number>> =>
  Object.fromEntries(resizes.map(({ set, size }) => [set.metadata.name, size]))

const limits = (
  maxSurge: number | string,
  maxUnavailable: number | string,
): DeploymentSpec['strategy'] & object => ({
  type: 'RollingUpdate',
  rollingUpdate: { maxSurge, maxUnavailable },
})

describe('the limits of a rollout', () => {
  for (const [replicas, surge, unavailable] of [
    [1, 1, 0],
    [2, 1, 0],
    [4, 1, 1],
    [5, 2, 1],
    [10, 3, 2],
  ] as const) {
    it(`are ${surge} above and ${unavailable} below ${replicas} when nothing is said`, () => {
      const fleet = aFleet({ replicas }, [])
      assert.deepEqual([fleet.surge, fleet.unavailable], [surge, unavailable])
    })
  }

  it('take numbers as they are, and never let a rollout stand still', () => {
    assert.equal(aFleet({ replicas: 4, strategy: limits(3, 0) }, []).surge, 3)
    assert.equal(aFleet({ replicas: 1, strategy: limits(0, '10%') }, []).unavailable, 1)
  })
})

describe('a rolling update', () => {
  it('begins with as many new pods as the surge allows', () => {
    assert.equal(sizeForNewSet(aFleet({ replicas: 4 }, [aSet('1', { size: 4 })])), 1)
    assert.equal(sizeForNewSet(aFleet({ replicas: 4 }, [])), 4)
  })

  it('removes an old pod for each new one that is available', () => {
    const sets = [aSet('1', { size: 3 }), aSet('9', { size: 1 })]
    assert.deepEqual(named(nextRollingStep(aFleet({ replicas: 3 }, sets))), { 1: 2 })
  })

  it('keeps the old pods while no new one is available', () => {
    const sets = [aSet('1', { size: 3 }), aSet('9', { size: 1, available: 0 })]
    assert.deepEqual(named(nextRollingStep(aFleet({ replicas: 3 }, sets))), {})
  })

  it('removes broken old pods first, even while new ones start', () => {
    const sets = [aSet('1', { size: 4 }), aSet('2', { size: 1, available: 0 }), aSet('9', { size: 0 })]
    assert.deepEqual(named(nextRollingStep(aFleet({ replicas: 4 }, sets))), { 1: 3, 2: 0 })
  })
})

describe('scaling', () => {
  it('is needed when a set was sized for another count', () => {
    const sets = [aSet('9', { size: 2, desired: 2, maximum: 3 })]
    assert.ok(needsScaling(aFleet({ replicas: 3 }, sets)))
    assert.ok(!needsScaling(aFleet({ replicas: 2 }, sets)))
  })

  it('in the middle of a rollout keeps the proportions', () => {
    const sets = [
      aSet('1', { size: 8, desired: 10, maximum: 13 }),
      aSet('9', { size: 5, available: 0, desired: 10, maximum: 13 }),
    ]
    const spec = { replicas: 15, strategy: limits(3, 2) }
    assert.deepEqual(named(scaledSizes(aFleet(spec, sets))), { 1: 11, 9: 7 })
  })
})
