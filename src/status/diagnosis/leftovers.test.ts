import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aDeployment, aPod, aStatefulSet } from '../../../test/support/builders.ts'
import type { ObservedPod } from '../../model/observed.ts'
import {
  anEnd,
  aNewContainer,
  assertGrace,
  at,
  atMs,
  diagnoseAt,
  findIn,
  found,
  HOUR,
  shortStatefulSet,
  tellOf,
} from './for-tests.ts'

const evicted = (name: string, seconds: number): ObservedPod =>
  aPod({
    name,
    uid: name,
    ready: false,
    phase: 'Failed',
    reason: 'Evicted',
    message: 'The node was low on resource: memory.',
    readyTurnedAt: at(seconds),
    containers: [],
  })
const ending = (differs: Partial<ObservedPod> = {}): ObservedPod =>
  aPod({
    name: 'postgres-0',
    component: 'postgres',
    ready: false,
    terminating: true,
    deletionTimestamp: at(30),
    ...differs,
  })

describe('pods that are over', () => {
  it('a pod that was evicted or refused by its node is never a verdict: a replacement comes', () => {
    const reasons = [
      'Evicted',
      'Preempting',
      'Shutdown',
      'NodeShutdown',
      'NodeAffinity',
      'Terminated',
      'UnexpectedAdmissionError',
      'OutOfcpu',
    ]
    for (const reason of reasons) {
      const pod = { ...evicted('a', 0), reason }
      assertGrace((seconds) => findIn({ pod }, seconds), { shown: 0, verdict: undefined, who: 'nobody yet' })
      assert.equal(tellOf({ pod }, 0).reason, reason)
    }
  })

  it('a pod that failed for another reason fails the component at once, unless another has taken its place', () => {
    const end = anEnd({ exitCode: 3, message: 'no licence' })
    const pod = aPod({ ready: false, phase: 'Failed', containers: [aNewContainer({ terminated: end })] })
    assertGrace((seconds) => findIn({ pod }, seconds), { shown: 0, verdict: 0, who: 'operator' })
    assert.match(tellOf({ pod }, 20).message, /failed: container main ended with exit code 3 .*: no licence$/)
    assert.equal(diagnoseAt({ pods: [pod] }, 20).worst?.cause, 'PodFailed')
    const replacement = aPod({ name: 'controlplane-1-fghij', creationTimestamp: at(30) })
    assert.equal(diagnoseAt({ pods: [pod, replacement] }, 40).worst, undefined)
  })

  it('a component whose pods are evicted three times in 10 min is degraded', () => {
    const pods = [evicted('a', 0), evicted('b', 200), evicted('c', 400)]
    const look = (seconds: number): ReturnType<typeof found> | undefined =>
      diagnoseAt({ pods }, seconds).worst
    assert.deepEqual([look(400)?.verdictAtMs, look(400)?.who], [atMs(400), 'platform'])
    assert.equal(
      look(400)?.message,
      'pods are evicted (3 in 10 min or less): The node was low on resource: memory.',
    )
    assert.equal(look(400)?.object, 'Deployment/controlplane')
    assert.ok(look(599.999))
    assert.equal(look(600), undefined)
    assert.equal(diagnoseAt({ pods }, 500).recheckAtMs, diagnoseAt({ pods }, 550).recheckAtMs)
    assert.equal(diagnoseAt({ pods: pods.slice(1) }, 400).worst, undefined)
  })

  it('a pod that ends later than it should is shown 30 s after its grace and is no verdict by itself', () => {
    const pod = ending({ finalizers: ['example.com/hold'] })
    assertGrace((seconds) => findIn({ pod }, seconds), { shown: 60, verdict: undefined, who: 'platform' })
    assert.equal(
      tellOf({ pod }, 60).message,
      'pod postgres-0 should have ended at 2026-01-01T00:00:30Z: 1 finalizer left: example.com/hold',
    )
  })

  it('an old pod that does not end and whose successor waits for it degrades the component 30 s after its grace', () => {
    const cases = [
      { workload: shortStatefulSet(), pods: [ending()] },
      { workload: aDeployment({ recreate: true }), pods: [ending({ node: 'node-1' })] },
    ]
    for (const subject of cases) {
      assertGrace((seconds) => diagnoseAt(subject, seconds).worst, {
        shown: 60,
        verdict: 60,
        who: 'platform',
      })
      const { cause, object, message } = found(diagnoseAt(subject, 60).worst)
      assert.deepEqual([cause, object], ['TerminationStuck', 'Pod/postgres-0'])
      assert.match(message, /: node node-1 has not ended it$/)
    }
  })

  it('does not wait for an old pod that hinders nobody', () => {
    assert.equal(diagnoseAt({ workload: aDeployment(), pods: [ending()] }, HOUR).worst, undefined)
    const scaledDown = aStatefulSet({ desired: 1 })
    const pods = [aPod({ name: 'postgres-0', revision: 'postgres-1' }), ending({ name: 'postgres-1' })]
    assert.equal(diagnoseAt({ workload: scaledDown, pods }, HOUR).worst, undefined)
  })
})
