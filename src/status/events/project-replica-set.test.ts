import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ObjectMeta } from '../../model/kubernetes.ts'
import { type ObservedReplicaSet, projectReplicaSet } from './project-replica-set.ts'

const project = (metadata: ObjectMeta): ObservedReplicaSet =>
  projectReplicaSet({ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata })

describe('what is kept of a ReplicaSet', () => {
  it('is its Deployment and its revision', () => {
    const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'd', controller: true }
    const annotations = { 'deployment.kubernetes.io/revision': '12' }
    const { revision, owner: kept } = project({
      name: 'web-1',
      uid: 'r',
      annotations,
      ownerReferences: [owner],
    })
    assert.deepEqual([revision, kept], [12, { name: 'web', uid: 'd' }])
  })

  it('is something when nothing is told', () => {
    assert.deepEqual(project({ name: 'web-1' }), {
      name: 'web-1',
      uid: '',
      owner: { name: '', uid: '' },
      revision: 0,
    })
    assert.equal(
      project({ name: 'x', annotations: { 'deployment.kubernetes.io/revision': 'x' } }).revision,
      0,
    )
  })
})
