import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RESOURCES } from '../../model/kubernetes.ts'
import type { StoredObject } from '../state.ts'
import {
  aDeployment,
  aStatefulSet,
  live,
  NAMESPACE,
  openTestCluster,
  podsOf,
  type TestCluster,
  untilStatus,
} from './testing.ts'

const uids = (cluster: TestCluster, name: string): readonly unknown[] =>
  podsOf(cluster, name).map(({ metadata }) => metadata.uid)

/** As a deletion with `Orphan` does. */
function orphan(cluster: TestCluster, kind: 'Pod' | 'ReplicaSet'): void {
  for (const object of cluster.state.list(RESOURCES[kind])) {
    const metadata = { ...object.metadata, ownerReferences: [] }
    cluster.state.update(RESOURCES[kind], { ...object, metadata })
  }
}

describe('what nobody controls', () => {
  it('is taken over by a StatefulSet of the same name and selector: its pods live on', async () => {
    using cluster = openTestCluster()
    const db = aStatefulSet('db', { spec: { replicas: 2 } })
    cluster.state.create(RESOURCES.StatefulSet, db)
    await untilStatus(cluster, { kind: 'StatefulSet', name: 'db', is: { readyReplicas: 2 } })
    const before = uids(cluster, 'db')
    orphanOwnerOf(cluster, 'StatefulSet', 'Pod')
    cluster.state.create(RESOURCES.StatefulSet, db)
    await untilStatus(cluster, { kind: 'StatefulSet', name: 'db', is: { readyReplicas: 2 } })
    assert.deepEqual(uids(cluster, 'db'), before)
    const owner = live(cluster, RESOURCES.StatefulSet, 'db').metadata.uid
    for (const pod of podsOf(cluster, 'db')) assert.equal(pod.metadata.ownerReferences?.[0]?.uid, owner)
  })

  it('is taken over by a Deployment: its ReplicaSet, and with it the pods', async () => {
    using cluster = openTestCluster()
    const web = aDeployment('web', { spec: { replicas: 2 } })
    cluster.state.create(RESOURCES.Deployment, web)
    await untilStatus(cluster, { kind: 'Deployment', name: 'web', is: { readyReplicas: 2 } })
    const before = uids(cluster, 'web')
    orphanOwnerOf(cluster, 'Deployment', 'ReplicaSet')
    cluster.state.create(RESOURCES.Deployment, web)
    await untilStatus(cluster, { kind: 'Deployment', name: 'web', is: { readyReplicas: 2 } })
    assert.deepEqual(uids(cluster, 'web'), before)
    assert.equal(cluster.state.list(RESOURCES.ReplicaSet).length, 1)
  })

  it('is left alone when its labels are others, or its name is none of the sequence', async () => {
    using cluster = openTestCluster()
    const strangers = [pod('db-0x', { app: 'db' }), pod('other', { app: 'other' })]
    for (const each of strangers) cluster.state.create(RESOURCES.Pod, each)
    cluster.state.create(RESOURCES.StatefulSet, aStatefulSet('db', { spec: { replicas: 1 } }))
    await untilStatus(cluster, { kind: 'StatefulSet', name: 'db', is: { readyReplicas: 1 } })
    for (const { metadata } of strangers)
      assert.equal(live(cluster, RESOURCES.Pod, metadata.name).metadata.ownerReferences, undefined)
  })

  function orphanOwnerOf(
    cluster: TestCluster,
    owner: 'StatefulSet' | 'Deployment',
    dependent: 'Pod' | 'ReplicaSet',
  ): void {
    for (const { metadata } of cluster.state.list(RESOURCES[owner])) {
      // At once, before a controller has its turn.
      cluster.state.delete(RESOURCES[owner], { namespace: NAMESPACE, name: metadata.name })
      orphan(cluster, dependent)
    }
  }
})

function pod(name: string, labels: Readonly<Record<string, string>>): StoredObject {
  const spec = { containers: [{ name: 'main', image: 'example.org/main:1' }] }
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: NAMESPACE, labels }, spec }
}
