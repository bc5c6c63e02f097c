/** What only informs: it may be told, and never decides. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aClaim, aHealthySnapshot, aPod, BORN_MS } from '../../test/support/builders.ts'
import { COMPONENTS } from '../model/participant.ts'
import { conditionsOf } from './conditions.ts'
import { judge, type Snapshot } from './participant.ts'

/** All five run, an hour after they were born: no grace is left to hide behind. */
const running = (differs: Partial<Snapshot> = {}): Snapshot =>
  aHealthySnapshot({
    pods: COMPONENTS.map((component) =>
      aPod({
        name: `${component}-0`,
        uid: `uid-${component}`,
        component,
        componentKind: component === 'postgres' || component === 'vault' ? 'StatefulSet' : 'Deployment',
        claims: [`data-${component}-0`],
      }),
    ),
    nowMs: BORN_MS + 3_600_000,
    ...differs,
  })

describe('a claim that is Pending', () => {
  const phases = ['Pending', 'Lost', '']

  it('keeps nothing from READY when no pod mounts it', () => {
    for (const phase of phases) {
      const claims = [aClaim({ name: 'of-nobody', phase })]
      assert.deepEqual(judge(running({ claims })), judge(running()))
      assert.equal(judge(running({ claims })).phase, 'READY')
    }
  })

  it('keeps nothing from READY when the pod that mounts it runs and is ready', () => {
    for (const phase of phases.filter((one) => one !== 'Lost')) {
      const claims = COMPONENTS.map((component) => aClaim({ name: `data-${component}-0`, phase }))
      assert.deepEqual(judge(running({ claims })), judge(running()))
    }
  })

  it('is another matter when it is Lost: what the pod wrote is gone with its next start', () => {
    const claims = [aClaim({ name: 'data-postgres-0', phase: 'Lost' })]
    const { phase, components } = judge(running({ claims, everReady: true }))
    const postgres = components.find(({ name }) => name === 'postgres')
    assert.deepEqual(
      [phase, postgres?.status, postgres?.cause?.code],
      ['DEGRADED', 'Degraded', 'VolumePending'],
    )
  })

  it('makes nothing DEGRADED that has been READY', () => {
    const claims = [aClaim({ name: 'data-postgres-0', phase: 'Pending' })]
    assert.equal(judge(running({ claims, everReady: true })).phase, 'READY')
  })
})

describe('routes', () => {
  const route = {
    kind: 'Ingress',
    namespace: 'acme',
    name: 'web',
    hosts: [],
    accepted: false,
    message: 'no ingress controller has given it an address; many give none',
  }

  it('change no verdict and no condition but Reachable, accepted or not', () => {
    const others = (snapshot: Snapshot): object => {
      const { participant, routes = [] } = snapshot
      const verdict = judge(snapshot)
      const conditions = conditionsOf({ participant, verdict, routes })
      return { verdict, conditions: conditions.filter(({ type }) => type !== 'Reachable') }
    }
    for (const snapshot of [running(), running({ everReady: true }), running({ workloads: [] })])
      for (const accepted of [true, false])
        assert.deepEqual(others({ ...snapshot, routes: [{ ...route, accepted }] }), others(snapshot))
  })
})
