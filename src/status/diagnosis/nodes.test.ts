import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aContainer, aPod } from '../../../test/support/builders.ts'
import {
  anEventAt,
  aNewContainer,
  assertGrace,
  aStartingPod,
  at,
  atMs,
  diagnoseAt,
  findIn,
  found,
  HOUR,
  shortStatefulSet,
  tellOf,
  waitingFor,
} from './for-tests.ts'

describe('the node of a pod', () => {
  it('a pod whose node is lost degrades the component at once', () => {
    const pod = aPod({ ready: false, readyTurnedAt: at(HOUR) })
    const { reason, cause, who, verdictAtMs, message } = tellOf({ pod }, HOUR)
    assert.deepEqual([reason, cause, who, verdictAtMs], ['NodeLost', 'NodeLost', 'platform', atMs(HOUR)])
    assert.equal(message, 'pod controlplane-1-abcde is lost: node node-1 does not answer any more')
    const named = aPod({ ready: false, reason: 'NodeLost', containers: [aNewContainer()] })
    assert.equal(tellOf({ pod: named }, 0).cause, 'NodeLost')
  })

  it('a pod that is taken off a lost node degrades the component until another takes its place', () => {
    const ending = { ready: false, terminating: true, deletionTimestamp: at(HOUR) }
    const lost = aPod({ ...ending, reason: 'NodeLost', name: 'postgres-0', component: 'postgres' })
    assert.equal(tellOf({ pod: lost }, HOUR).cause, 'NodeLost')
    const { worst } = diagnoseAt({ workload: shortStatefulSet(), pods: [lost] }, HOUR)
    const { cause, object, message } = found(worst)
    assert.deepEqual([cause, object], ['NodeLost', 'Pod/postgres-0'])
    assert.match(message, /^pod postgres-0 is lost: node node-1 /)
    const next = aStartingPod(waitingFor('ContainerCreating'), { name: 'postgres-0', component: 'postgres' })
    assert.equal(diagnoseAt({ workload: shortStatefulSet(), pods: [lost, next] }, HOUR).worst, undefined)
    const ended = aPod({ ...ending, name: 'postgres-0', component: 'postgres' })
    assert.equal(diagnoseAt({ workload: shortStatefulSet(), pods: [ended] }, HOUR).worst, undefined)
  })

  it('is lost when an event says so at the moment the pod turned, even with a container that was not ready', () => {
    const containers = [aContainer(), aContainer({ name: 'slow', ready: false })]
    const pod = aPod({ ready: false, readyTurnedAt: at(HOUR), containers })
    const events = [anEventAt(HOUR + 1, { reason: 'NodeNotReady', message: 'Node is not ready' })]
    assert.equal(tellOf({ pod, events }, HOUR + 2).cause, 'NodeLost')
    const later = aPod({ ...pod, readyTurnedAt: at(2 * HOUR) })
    assert.equal(tellOf({ pod: later, events }, 2 * HOUR).cause, 'ProbeFailing')
  })

  it('is not lost because a readiness gate is not open', () => {
    const pod = aPod({ ready: false, reason: 'ReadinessGatesNotReady' })
    assert.equal(tellOf({ pod }, 0).cause, 'ReadinessGate')
  })

  it('a readiness gate that is not open is shown at once and is never a verdict', () => {
    const pod = aPod({ ready: false, reason: 'ReadinessGatesNotReady', message: 'target-health is not True' })
    assertGrace((seconds) => findIn({ pod }, seconds), { shown: 0, verdict: undefined, who: 'nobody yet' })
    assert.match(tellOf({ pod }, 0).message, /waits for a readiness gate: target-health is not True$/)
  })

  it('a pod whose sandbox or network cannot be set up is shown after 30 s and fails the component after 3 min', () => {
    const id = 'a3f10123456789abcdef'
    const events = [
      anEventAt(0, {
        reason: 'FailedCreatePodSandBox',
        message: `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "${id}": plugin type="calico" failed (add): no address`,
      }),
    ]
    const subject = { pod: aStartingPod(waitingFor('ContainerCreating')), events }
    assertGrace((seconds) => findIn(subject, seconds), { shown: 30, verdict: 180, who: 'platform' })
    assert.equal(
      tellOf(subject, 30).message,
      'pod controlplane-1-abcde has no sandbox on node node-1: failed to setup network for sandbox: plugin type="calico" failed (add): no address',
    )
    const started = aPod({ ready: false, containers: [aNewContainer({ runningSince: at(1) })] })
    assert.equal(findIn({ pod: started, events }, 30.9), undefined)
  })

  it('a pod that is moved away on purpose is shown at once and is never a verdict', () => {
    const disruption = { reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' }
    for (const ready of [true, false]) {
      const pod = aPod({ ready, disruption, containers: [aContainer({ ready, runningSince: at(1) })] })
      assertGrace((seconds) => findIn({ pod }, seconds), {
        shown: 0,
        verdict: undefined,
        who: 'nobody yet',
      })
      assert.match(
        tellOf({ pod }, 0).message,
        /is moved away: EvictionByEvictionAPI: Eviction API: evicting$/,
      )
    }
  })
})
