import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { KubeObject, ObjectMeta } from '../model/kubernetes.ts'
import { ownersIn } from './belonging.ts'

const object = (kind: string, metadata: ObjectMeta, spec?: object): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata,
  ...(spec && { spec }),
})
const ownedBy = (kind: string, name: string): Pick<ObjectMeta, 'ownerReferences'> => ({
  ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: '', controller: true }],
})

const web = object('Deployment', { name: 'web' }, { selector: { matchLabels: { app: 'web' } } })
const db = object('StatefulSet', { name: 'db' }, { selector: { matchLabels: { app: 'db' } } })
const replicaSet = object('ReplicaSet', { name: 'oddly-named', ...ownedBy('Deployment', 'web') })
const ownersOf = ownersIn({ workloads: [web, db], replicaSets: [replicaSet] })

const ofWeb = { component: 'web', componentKind: 'Deployment' }

describe('a pod of a dump belongs', () => {
  it('to the Deployment of its ReplicaSet, when that is in the dump', () => {
    const labels = { 'pod-template-hash': 'abc' }
    assert.deepEqual(
      ownersOf(object('Pod', { name: 'p', labels, ...ownedBy('ReplicaSet', 'oddly-named') })),
      ofWeb,
    )
  })

  it('to the Deployment that its ReplicaSet is named after, with the hash of the ReplicaSet as its revision', () => {
    const pod = object('Pod', { name: 'p', ...ownedBy('ReplicaSet', 'web-7d4b9c6f5') })
    assert.deepEqual(ownersOf(pod), { ...ofWeb, revision: '7d4b9c6f5' })
  })

  it('to its StatefulSet', () =>
    assert.deepEqual(ownersOf(object('Pod', { name: 'db-0', ...ownedBy('StatefulSet', 'db') })), {
      component: 'db',
      componentKind: 'StatefulSet',
    }))

  it('to the workload that selects it, when nobody owns it', () =>
    assert.deepEqual(ownersOf(object('Pod', { name: 'p', labels: { app: 'web', more: 'x' } })), ofWeb))

  it('to the workload that it is named after, when neither owner nor labels tell', () => {
    const [other, bare] = [
      object('Deployment', { name: 'web-admin' }),
      object('StatefulSet', { name: 'web' }),
    ]
    const owners = ownersIn({ workloads: [web, db, other, bare], replicaSets: [] })
    assert.deepEqual(owners(object('Pod', { name: 'web-7d4b9c6f5-x2x4z' })), {
      ...ofWeb,
      revision: '7d4b9c6f5',
    })
    assert.deepEqual(owners(object('Pod', { name: 'web-0' })), {
      component: 'web',
      componentKind: 'StatefulSet',
    })
    assert.deepEqual(owners(object('Pod', { name: 'web-admin-7d4b9c6f5-x2x4z' })), {
      component: 'web-admin',
      componentKind: 'Deployment',
      revision: '7d4b9c6f5',
    })
  })

  it('to none, when its labels are others than those that the workload of that name selects', () =>
    assert.deepEqual(ownersOf(object('Pod', { name: 'web-0', labels: { run: 'web-0' } })), {}))

  it('to none, when its owner is another or not in the dump', () => {
    const labels = { app: 'web' }
    assert.deepEqual(ownersOf(object('Pod', { name: 'p', labels, ...ownedBy('Job', 'web') })), {})
    assert.deepEqual(ownersOf(object('Pod', { name: 'p', labels, ...ownedBy('ReplicaSet', 'gone-abc') })), {})
    assert.deepEqual(ownersOf(object('Pod', { name: 'p' })), {})
  })
})
