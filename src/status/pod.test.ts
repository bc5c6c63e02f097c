import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aContainer, aPod, BORN } from '../../test/support/builders.ts'
import { findInPods, restartsOf } from './pod.ts'

const pulling = aContainer({
  ready: false,
  waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "x:1"' },
})
const crashed = aContainer({
  ready: false,
  restarts: 3,
  waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s restarting failed container' },
  lastTerminated: { reason: 'Error', exitCode: 1, message: 'no such database', finishedAt: BORN },
})

describe('what pods say about a component that is not ready', () => {
  it('names the image that cannot be pulled', () => {
    const found = findInPods([aPod({ ready: false, phase: 'Pending', containers: [pulling] })])
    assert.equal(found?.reason, 'ImagePullBackOff')
    assert.match(found?.message ?? '', /container main: ImagePullBackOff: Back-off pulling image "x:1"/)
  })

  it('tells how a crashing container ended, which is the cause, not that it waits', () => {
    const found = findInPods([aPod({ ready: false, containers: [crashed] })])
    assert.equal(found?.reason, 'CrashLoopBackOff')
    assert.match(found?.message ?? '', /exit code 1, 3 restarts: no such database/)
  })

  it('keeps the cause between two crashes, while the container runs again', () => {
    const running = aContainer({
      ready: false,
      restarts: 3,
      lastTerminated: crashed.lastTerminated ?? never(),
    })
    assert.equal(findInPods([aPod({ ready: false, containers: [running] })])?.reason, 'Error')
  })

  it('names an init container as such', () => {
    const init = { ...pulling, name: 'prepare', init: true }
    const found = findInPods([aPod({ ready: false, phase: 'Pending', containers: [init, aContainer()] })])
    assert.match(found?.message ?? '', /^init container prepare/)
  })

  it('passes on what the scheduler says', () => {
    const found = findInPods([
      aPod({ ready: false, phase: 'Pending', unschedulable: '0/3 nodes are available', containers: [] }),
    ])
    assert.equal(found?.reason, 'Unschedulable')
    assert.match(found?.message ?? '', /0\/3 nodes are available/)
  })

  it('says that a pod runs but never reports ready', () => {
    const found = findInPods([aPod({ ready: false, containers: [aContainer({ ready: false })] })])
    assert.equal(found?.reason, 'NotReady')
  })

  it('says nothing while containers are being created', () => {
    const creating = aContainer({ ready: false, waiting: { reason: 'ContainerCreating', message: '' } })
    assert.equal(findInPods([aPod({ ready: false, phase: 'Pending', containers: [creating] })]), undefined)
  })

  it('looks only at pods of the newest revision', () => {
    const old = aPod({ name: 'a', revision: '1', ready: false, containers: [crashed] })
    const fresh = aPod({ name: 'b', revision: '2', creationTimestamp: '2026-01-02T00:00:00Z' })
    assert.equal(findInPods([old, fresh]), undefined)
  })

  it('looks at both of two revisions that were made in the same second', () => {
    const old = aPod({ name: 'a', revision: '1' })
    const fresh = aPod({ name: 'b', revision: '2', ready: false, containers: [pulling] })
    assert.equal(findInPods([old, fresh])?.reason, 'ImagePullBackOff')
  })

  it('ignores pods that are ending and leftovers of an eviction', () => {
    const ending = aPod({ name: 'a', terminating: true, ready: false, containers: [crashed] })
    const evicted = aPod({
      name: 'b',
      phase: 'Failed',
      reason: 'Evicted',
      ready: false,
      containers: [crashed],
    })
    assert.equal(findInPods([ending, evicted]), undefined)
  })

  it('takes the worst first and counts the rest', () => {
    const waiting = aPod({ name: 'a', ready: false, containers: [aContainer({ ready: false })] })
    const broken = aPod({ name: 'b', ready: false, containers: [pulling] })
    const found = findInPods([waiting, broken])
    assert.equal(found?.reason, 'ImagePullBackOff')
    assert.match(found?.message ?? '', /\(and 1 more pod\)$/)
  })

  it('adds up the restarts of pods that stay', () => {
    assert.equal(
      restartsOf([aPod({ containers: [crashed] }), aPod({ terminating: true, containers: [crashed] })]),
      3,
    )
  })
})

function never(): never {
  throw new Error('the fixture has no lastTerminated')
}
