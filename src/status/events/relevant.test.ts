import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { aClaim, aDeployment, anEvent, aPod, aStatefulSet, BORN_MS } from '../../../test/support/builders.ts'
import type { ObservedEvent } from '../../model/observed.ts'
import type { ObservedReplicaSet } from './project-replica-set.ts'
import { type RelevantInput, relevantEvents } from './relevant.ts'

const at = (seconds: number): string => `${new Date(BORN_MS + seconds * 1000).toISOString().slice(0, 19)}Z`

/** `Kind/name` and perhaps `#uid`. */
function about(text: string, differs: Partial<ObservedEvent> = {}): ObservedEvent {
  const [object = '', uid = ''] = text.split('#')
  const [kind = '', name = ''] = object.split('/')
  return anEvent({
    name: text,
    reason: 'FailedCreate',
    about: { kind, name, uid, fieldPath: '' },
    ...differs,
  })
}

/** A Deployment none of whose pods is ready, and what differs. */
function told(events: readonly ObservedEvent[], differs: Partial<RelevantInput> = {}): readonly string[] {
  const relevant = relevantEvents({
    workloads: [aDeployment({ current: 0, updated: 0, ready: 0, available: 0 })],
    pods: [],
    claims: [],
    events,
    nowMs: BORN_MS + 120_000,
    ...differs,
  })
  return relevant.map(({ name }) => name)
}

const unready = aPod({ ready: false })
const replicaSet = (name: string, uid: string, revision: number): ObservedReplicaSet => ({
  name,
  uid,
  revision,
  owner: { name: 'controlplane', uid: 'uid-deployment' },
})

describe('the events that say something about a participant', () => {
  it('are about its workloads, pods, claims and the quota of its namespace', () => {
    const events = [
      about('Deployment/controlplane'),
      about('StatefulSet/postgres'),
      about('Pod/controlplane-1-abcde'),
      about('PersistentVolumeClaim/data-postgres-0'),
      about('ResourceQuota/quota'),
      about('Ingress/web'),
    ]
    const workloads = [aDeployment({ updated: 0 }), aStatefulSet({ current: 0 })]
    const all = told(events, { workloads, pods: [unready], claims: [aClaim()] })
    assert.deepEqual(all.toSorted(), events.map(({ name }) => name).toSorted())
  })

  it('are not about what is gone or belongs to somebody else', () => {
    const events = [
      'Pod/other-1-abcde',
      'Deployment/other',
      'ReplicaSet/other-7d9c4b8f6',
      'Job/x',
      'Node/node-1',
      '/',
    ]
    assert.deepEqual(
      told(
        events.map((each) => about(each)),
        { pods: [unready] },
      ),
      [],
    )
  })

  it('are not about the predecessor of a pod of the same name', () => {
    const pods = [aPod({ name: 'postgres-0', uid: 'new', component: 'postgres', ready: false })]
    const workloads = [aStatefulSet()]
    const events = [about('Pod/postgres-0#old'), about('Pod/postgres-0#new')]
    assert.deepEqual(told(events, { workloads, pods }), ['Pod/postgres-0#new'])
  })

  it('are, where uids are not told, not older than the object', () => {
    const pods = [aPod({ ready: false, creationTimestamp: at(60) })]
    const events = [
      about('Pod/controlplane-1-abcde', { name: 'before', lastSeen: at(59) }),
      about('Pod/controlplane-1-abcde', { name: 'since', lastSeen: at(60) }),
    ]
    assert.deepEqual(told(events, { pods }), ['since'])
  })

  it('are not about a pod on its way out, unless its end is overdue', () => {
    const going = { ready: false, terminating: true, deletionTimestamp: at(89) }
    const events = [about('Pod/controlplane-1-abcde', { reason: 'FailedKillPod' })]
    assert.deepEqual(told(events, { pods: [aPod({ ...going, deletionTimestamp: at(90) })] }), [])
    assert.equal(told(events, { pods: [aPod(going)] }).length, 1)
  })

  it('are, with ReplicaSets at hand, about the current one only', () => {
    const replicaSets = [replicaSet('controlplane-1', 'r1', 1), replicaSet('controlplane-2', 'r2', 2)]
    const events = [
      about('ReplicaSet/controlplane-1#r1'),
      about('ReplicaSet/controlplane-2#r2'),
      about('ReplicaSet/controlplane-2#gone'),
    ]
    assert.deepEqual(told(events, { replicaSets }), ['ReplicaSet/controlplane-2#r2'])
    assert.deepEqual(told(events, { replicaSets: [] }), [])
  })

  it('are, without pods, about ReplicaSets by their names', () => {
    const events = [
      'ReplicaSet/controlplane-7d9c4b8f6#r',
      'ReplicaSet/controlplane-x#r',
      'ReplicaSet/controlplane-admin-7d9c4b8f6#r',
      'ReplicaSet/controlplane#r',
    ]
    assert.deepEqual(told(events.map((each) => about(each))), ['ReplicaSet/controlplane-7d9c4b8f6#r'])
  })

  it('are about the ReplicaSet of the newest pod, or about a newer one whose pods are refused', () => {
    const pods = [
      aPod({ name: 'old', revision: 'aaaaa', ownerUid: 'a' }),
      aPod({ name: 'new', revision: 'bbbbb', ownerUid: 'b', creationTimestamp: at(30) }),
    ]
    const events = [
      about('ReplicaSet/controlplane-aaaaa#a', { lastSeen: at(29) }),
      about('ReplicaSet/controlplane-bbbbb#b', { lastSeen: at(29) }),
      about('ReplicaSet/controlplane-bbbbb#gone', { lastSeen: at(29) }),
      about('ReplicaSet/controlplane-ccccc#c', { lastSeen: at(31) }),
    ]
    assert.deepEqual(told(events, { pods }), [
      'ReplicaSet/controlplane-ccccc#c',
      'ReplicaSet/controlplane-bbbbb#b',
    ])
  })

  it('are not about the ReplicaSet of a Deployment that was replaced', () => {
    const workloads = [aDeployment({ current: 0, creationTimestamp: at(60) })]
    const event = about('ReplicaSet/controlplane-7d9c4b8f6#r', { lastSeen: at(59) })
    assert.deepEqual(told([event], { workloads }), [])
  })

  it('are kept at any age while the condition holds: a series is written every half an hour only', () => {
    const pods = [aPod({ ready: false, node: '' })]
    const event = about('Pod/controlplane-1-abcde', { reason: 'FailedScheduling', lastSeen: at(1) })
    assert.equal(told([event], { pods, nowMs: BORN_MS + 29 * 60_000 }).length, 1)
    assert.equal(told([event], { pods, nowMs: BORN_MS + 23 * 3_600_000 }).length, 1)
  })

  it('come in one order', () => {
    const events = [
      about('ReplicaSet/controlplane-7d9c4b8f6'),
      about('Deployment/controlplane'),
      about('ResourceQuota/q'),
    ]
    const order = ['Deployment/controlplane', 'ReplicaSet/controlplane-7d9c4b8f6', 'ResourceQuota/q']
    const shuffled = fc.shuffledSubarray(events, { minLength: 3 })
    fc.assert(fc.property(shuffled, (all) => assert.deepEqual(told(all), order)))
  })
})
