import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { aContainer, aDeployment, anEvent, aPod, aStatefulSet } from '../../../test/support/builders.ts'
import type { ObservedPod } from '../../model/observed.ts'
import { COMPONENT_RULES, POD_RULES, restartsOf } from './diagnose.ts'
import { anEnd, aNewContainer, at, atMs, diagnoseAt, found, waitingFor } from './for-tests.ts'
import { DIAGNOSIS_SCOPE } from './scope.ts'

const crashing = aNewContainer({ restarts: 3, ...waitingFor('CrashLoopBackOff'), lastTerminated: anEnd() })
const pulling = aNewContainer({ image: 'x:1', ...waitingFor('ErrImagePull', 'not found') })

const pod = (name: string, differs: Partial<ObservedPod> = {}): ObservedPod =>
  aPod({ name, uid: name, ready: false, containers: [crashing], ...differs })
const objectOf = (...args: Parameters<typeof diagnoseAt>): string | undefined =>
  diagnoseAt(...args).worst?.object

describe('what is told of a component', () => {
  it('is nothing when its pods are well', () => {
    const subject = { pods: [aPod()], events: [anEvent()] }
    assert.deepEqual(diagnoseAt(subject, 3600), { worst: undefined, others: 0, recheckAtMs: undefined })
  })

  it('only pods of the newest revision count, all of them with a partition or OnDelete', () => {
    const old = pod('a', { revision: '1' })
    const fresh = aPod({ name: 'b', revision: '2', creationTimestamp: at(5) })
    assert.equal(objectOf({ pods: [old, fresh] }, 60), undefined)
    assert.equal(objectOf({ pods: [fresh, { ...old, creationTimestamp: at(5) }] }, 60), 'Pod/a')

    const pods = [
      pod('postgres-0', { revision: 'postgres-1' }),
      aPod({ name: 'postgres-1', revision: 'postgres-2' }),
    ]
    const set = { desired: 2, updateRevision: 'postgres-2' }
    assert.equal(objectOf({ workload: aStatefulSet(set), pods }, 60), undefined)
    assert.equal(objectOf({ workload: aStatefulSet({ ...set, partition: 1 }), pods }, 60), 'Pod/postgres-0')
    assert.equal(objectOf({ workload: aStatefulSet({ ...set, onDelete: true }), pods }, 60), 'Pod/postgres-0')
  })

  it('is what an old pod of a StatefulSet says while there is no new one: it is waited for', () => {
    const workload = aStatefulSet({ updateRevision: 'postgres-2' })
    assert.equal(
      objectOf({ workload, pods: [pod('postgres-0', { revision: 'postgres-1' })] }, 60),
      'Pod/postgres-0',
    )
  })

  it('is what the pods of the rollout say that was given up, however young the others are', () => {
    const message = 'ReplicaSet "controlplane-2" has timed out progressing.'
    const gaveUp = {
      type: 'Progressing',
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message,
      lastTransitionTime: at(0),
    } as const
    const pods = [
      pod('new', { revision: '2' }),
      aPod({ name: 'old', revision: '1', creationTimestamp: at(30) }),
    ]
    assert.equal(objectOf({ workload: aDeployment({ conditions: [gaveUp] }), pods }, 60), 'Pod/new')
    assert.equal(objectOf({ pods }, 60), undefined)
  })

  it('pods that terminate and leftovers of an eviction are ignored', () => {
    const ending = pod('a', { terminating: true, deletionTimestamp: at(30) })
    const evicted = pod('b', { phase: 'Failed', reason: 'Evicted' })
    assert.equal(objectOf({ pods: [ending, evicted] }, 600), undefined)
  })

  it('of several the worst is told: a verdict first, then init containers, then the oldest pod; the rest is counted', () => {
    const once = pod('once', { containers: [{ ...crashing, restarts: 1 }] })
    const verdict = pod('verdict', { creationTimestamp: at(3) })
    const init = pod('init', {
      creationTimestamp: at(5),
      containers: [{ ...crashing, kind: 'init' }, aContainer()],
    })
    const told = diagnoseAt({ pods: [once, verdict, aPod({ name: 'well' })] }, 60)
    assert.deepEqual([told.worst?.object, told.others], ['Pod/verdict', 1])
    assert.deepEqual(diagnoseAt({ pods: [verdict, init, once] }, 60).worst?.object, 'Pod/init')
    const younger = pod('younger', { creationTimestamp: at(9), containers: [pulling] })
    assert.deepEqual(
      [objectOf({ pods: [younger, verdict] }, 60), diagnoseAt({ pods: [younger, verdict] }, 60).others],
      ['Pod/verdict', 1],
    )
  })

  it('begins with the lowest ordinal of a StatefulSet', () => {
    const pods = ['postgres-10', 'postgres-2'].map((name) => pod(name, { revision: 'postgres-1' }))
    assert.equal(objectOf({ workload: aStatefulSet(), pods }, 60), 'Pod/postgres-2')
  })

  it('puts a verdict before what merely may become one in the same pod', () => {
    const both = pod('a', {
      containers: [
        { ...crashing, restarts: 1 },
        { ...pulling, name: 'second' },
      ],
    })
    assert.match(found(diagnoseAt({ pods: [both] }, 60).worst).message, /^container second cannot pull/)
  })

  it('does not depend on the order of anything', () => {
    const pods = [pod('a'), pod('b'), pod('c', { containers: [pulling] })]
    assert.deepEqual(diagnoseAt({ pods }, 60), diagnoseAt({ pods: pods.toReversed() }, 60))
  })

  it('is to be looked at again when something appears, or becomes a verdict, by time alone', () => {
    const waiting = pod('a', { readyTurnedAt: at(0), containers: [pulling] })
    assert.equal(diagnoseAt({ pods: [waiting] }, 3).recheckAtMs, atMs(10))
    assert.equal(diagnoseAt({ pods: [waiting] }, 10).recheckAtMs, undefined)
    const held = aContainer({ restarts: 2, runningSince: at(100), lastTerminated: anEnd() })
    assert.equal(
      diagnoseAt({ pods: [aPod({ readyTurnedAt: at(110), containers: [held] })] }, 120).recheckAtMs,
      atMs(170),
    )
    const unscheduled = { reason: 'Unschedulable', message: 'no node', since: at(0) }
    const unseen = pod('a', { node: '', phase: 'Pending', unscheduled, containers: [] })
    assert.deepEqual(diagnoseAt({ pods: [unseen] }, 4), { worst: undefined, others: 0, recheckAtMs: atMs(5) })
  })

  it('is not delayed by a clock of the cluster that is ahead of ours', () => {
    const ahead = { ...crashing, lastTerminated: anEnd({ finishedAt: at(600) }) }
    assert.equal(diagnoseAt({ pods: [pod('a', { containers: [ahead] })] }, 60).worst?.who, 'operator')
  })

  it('adds up the restarts of pods that stay', () => {
    assert.equal(restartsOf([pod('a'), pod('b', { terminating: true })]), 3)
  })
})

describe('the rules of the diagnosis', () => {
  const here = import.meta.dirname
  const tests = readdirSync(here)
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => readFileSync(`${here}/${file}`, 'utf8'))
    .join('\n')

  for (const { name } of [...POD_RULES, ...COMPONENT_RULES, ...DIAGNOSIS_SCOPE])
    it(`have a test that says: ${name}`, () => assert.ok(tests.includes(`it('${name}'`)))

  it('have names of their own', () => {
    const names = [...POD_RULES, ...COMPONENT_RULES].map(({ name }) => name)
    assert.equal(new Set(names).size, names.length)
  })
})
