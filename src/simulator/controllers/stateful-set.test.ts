import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../../../test/support/eventually.ts'
import { RESOURCES } from '../../model/kubernetes.ts'
import type { StoredObject } from '../state.ts'
import { isReady, podSpecOf } from './objects.ts'
import {
  aStatefulSet,
  aTemplate,
  live,
  NAMESPACE,
  openTestCluster,
  podsOf,
  type TestCluster,
  untilStatus,
} from './testing.ts'

const ready = (count: number): object => ({ readyReplicas: count, availableReplicas: count, replicas: count })

function change(cluster: TestCluster, spec: object): void {
  const before = live(cluster, RESOURCES.StatefulSet, 'db')
  const after: StoredObject = { ...before, spec: { ...before.spec, ...spec } }
  cluster.state.update(RESOURCES.StatefulSet, after)
}

const images = (cluster: TestCluster): readonly unknown[] =>
  podsOf(cluster, 'db').map((pod) => podSpecOf(pod).containers[0]?.image)

/** Names of pods in the order in which a watcher first saw this of them. */
function order(
  cluster: TestCluster,
  from: number,
  what: (type: string, pod: StoredObject) => boolean,
): readonly string[] {
  const names = cluster.seen
    .slice(from)
    .filter(({ resource, type, object }) => resource.kind === 'Pod' && what(type, object))
    .map(({ object }) => object.metadata.name)
  return [...new Set(names)]
}

describe('a StatefulSet', () => {
  it('starts its pods in order, each after the one before is ready', async () => {
    using cluster = openTestCluster()
    cluster.state.create(RESOURCES.StatefulSet, aStatefulSet('db', { spec: { replicas: 3 } }))
    const db = await untilStatus(cluster, { kind: 'StatefulSet', name: 'db', is: ready(3) })
    const added = cluster.seen.filter(({ resource, type }) => resource.kind === 'Pod' && type === 'ADDED')
    assert.deepEqual(
      added.map(({ object }) => object.metadata.name),
      ['db-0', 'db-1', 'db-2'],
    )
    const readyFirst = cluster.seen.findIndex(
      ({ object }) => object.metadata.name === 'db-0' && isReady(object),
    )
    const second = cluster.seen.findIndex(({ object }) => object.metadata.name === 'db-1')
    assert.ok(readyFirst >= 0 && readyFirst < second)
    const { currentRevision, updateRevision, ...counts } = db.status ?? {}
    assert.deepEqual(counts, {
      observedGeneration: 1,
      replicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      currentReplicas: 3,
      updatedReplicas: 3,
      collisionCount: 0,
    })
    assert.equal(currentRevision, updateRevision)
    const pod = live(cluster, RESOURCES.Pod, 'db-1')
    assert.equal(pod.metadata.labels?.['controller-revision-hash'], currentRevision)
    assert.equal(pod.metadata.labels?.['apps.kubernetes.io/pod-index'], '1')
    assert.deepEqual(cluster.complaints, [])
  })

  it('with Parallel starts them at once', async () => {
    using cluster = openTestCluster()
    const spec = { replicas: 2, podManagementPolicy: 'Parallel' }
    cluster.state.create(RESOURCES.StatefulSet, aStatefulSet('db', { spec }))
    await untilStatus(cluster, { kind: 'StatefulSet', name: 'db', is: ready(2) })
    const readyFirst = cluster.seen.findIndex(
      ({ object }) => object.metadata.name === 'db-0' && isReady(object),
    )
    const second = cluster.seen.findIndex(({ object }) => object.metadata.name === 'db-1')
    assert.ok(second < readyFirst)
  })

  it('claims a volume per pod, and its pods wait until it is bound', async () => {
    using cluster = openTestCluster()
    const claim = { metadata: { name: 'data' }, spec: { resources: { requests: { storage: '2Gi' } } } }
    cluster.state.create(
      RESOURCES.StatefulSet,
      aStatefulSet('db', { spec: { volumeClaimTemplates: [claim] } }),
    )
    await untilStatus(cluster, { kind: 'StatefulSet', name: 'db', is: ready(1) })
    const bound = live(cluster, RESOURCES.PersistentVolumeClaim, 'data-db-0')
    assert.equal(bound.status?.['phase'], 'Bound')
    assert.deepEqual(bound.status?.['capacity'], { storage: '2Gi' })
    assert.equal(bound.spec?.['volumeName'], `pvc-${bound.metadata.uid}`)
    const volumes = live(cluster, RESOURCES.Pod, 'db-0').spec?.['volumes']
    assert.deepEqual(volumes, [{ name: 'data', persistentVolumeClaim: { claimName: 'data-db-0' } }])
    const nodeAt = cluster.seen.findIndex(({ object }) => object.spec?.['nodeName'] !== undefined)
    const boundAt = cluster.seen.findIndex(({ object }) => object.status?.['phase'] === 'Bound')
    assert.ok(boundAt >= 0 && boundAt < nodeAt)
  })

  it('is updated from the highest pod down, one at a time', async () => {
    using cluster = openTestCluster()
    cluster.state.create(RESOURCES.StatefulSet, aStatefulSet('db', { spec: { replicas: 3 } }))
    const before = await untilStatus(cluster, { kind: 'StatefulSet', name: 'db', is: ready(3) })
    const from = cluster.seen.length
    change(cluster, { template: aTemplate('db', { image: 'example.org/app:2' }) })
    const after = await eventually(
      () => {
        const { status, ...rest } = live(cluster, RESOURCES.StatefulSet, 'db')
        const done = status?.['currentRevision'] !== before.status?.['currentRevision']
        return done && status?.['readyReplicas'] === 3 && { ...rest, status }
      },
      { what: 'the update' },
    )
    assert.equal(after.status?.['currentRevision'], after.status?.['updateRevision'])
    assert.deepEqual(new Set(images(cluster)), new Set(['example.org/app:2']))
    assert.deepEqual(
      order(cluster, from, (type) => type === 'DELETED'),
      ['db-2', 'db-1', 'db-0'],
    )
    const ready2 = cluster.seen
      .slice(from)
      .filter(({ resource }) => resource.kind === 'StatefulSet')
      .every(({ object }) => Number(object.status?.['readyReplicas'] ?? 0) >= 2)
    assert.ok(ready2)
  })

  it('updates nothing below the partition, nor anything with OnDelete', async () => {
    using cluster = openTestCluster()
    const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 1 } }
    cluster.state.create(RESOURCES.StatefulSet, aStatefulSet('db', { spec: { replicas: 2, updateStrategy } }))
    await untilStatus(cluster, { kind: 'StatefulSet', name: 'db', is: ready(2) })
    change(cluster, { template: aTemplate('db', { image: 'example.org/app:2' }) })
    await untilStatus(cluster, { kind: 'StatefulSet', name: 'db', is: { ...ready(2), updatedReplicas: 1 } })
    assert.deepEqual(images(cluster), ['example.org/app:1', 'example.org/app:2'])
    const { uid } = cluster.state.delete(RESOURCES.Pod, { namespace: NAMESPACE, name: 'db-0' }).metadata
    await eventually(
      () => podsOf(cluster, 'db')[0]?.metadata.uid !== uid && podsOf(cluster, 'db').length === 2,
      {
        what: 'another db-0',
      },
    )
    await untilStatus(cluster, { kind: 'StatefulSet', name: 'db', is: ready(2) })
    assert.deepEqual(images(cluster), ['example.org/app:1', 'example.org/app:2'], 'db-0 comes back as it was')
    change(cluster, {
      updateStrategy: { type: 'OnDelete' },
      template: aTemplate('db', { image: 'example.org/app:3' }),
    })
    const generation = live(cluster, RESOURCES.StatefulSet, 'db').metadata.generation
    await untilStatus(cluster, { kind: 'StatefulSet', name: 'db', is: { observedGeneration: generation } })
    assert.deepEqual(images(cluster), ['example.org/app:1', 'example.org/app:2'])
    cluster.state.delete(RESOURCES.Pod, { namespace: NAMESPACE, name: 'db-1' })
    await eventually(() => images(cluster).includes('example.org/app:3'), {
      what: 'db-1 with the newest image',
    })
  })

  it('stops at a pod that does not start', async () => {
    using cluster = openTestCluster()
    cluster.state.create(RESOURCES.StatefulSet, aStatefulSet('db', { spec: { replicas: 2 } }))
    await untilStatus(cluster, { kind: 'StatefulSet', name: 'db', is: ready(2) })
    change(cluster, { template: aTemplate('db', { fault: 'CrashLoop' }) })
    await eventually(() => live(cluster, RESOURCES.Pod, 'db-1').metadata.annotations !== undefined, {
      what: 'the broken pod',
    })
    const db = await untilStatus(cluster, {
      kind: 'StatefulSet',
      name: 'db',
      is: { readyReplicas: 1, updatedReplicas: 1, currentReplicas: 1 },
    })
    assert.notEqual(db.status?.['currentRevision'], db.status?.['updateRevision'])
    assert.equal(live(cluster, RESOURCES.Pod, 'db-0').metadata.annotations, undefined)
  })

  it('is scaled down from the highest pod and keeps the claims', async () => {
    using cluster = openTestCluster()
    const volumeClaimTemplates = [{ metadata: { name: 'data' }, spec: {} }]
    cluster.state.create(
      RESOURCES.StatefulSet,
      aStatefulSet('db', { spec: { replicas: 3, volumeClaimTemplates } }),
    )
    await untilStatus(cluster, { kind: 'StatefulSet', name: 'db', is: ready(3) })
    const from = cluster.seen.length
    change(cluster, { replicas: 0 })
    await untilStatus(cluster, { kind: 'StatefulSet', name: 'db', is: ready(0) })
    assert.deepEqual(
      order(cluster, from, (type) => type === 'DELETED'),
      ['db-2', 'db-1', 'db-0'],
    )
    assert.equal(cluster.state.list(RESOURCES.PersistentVolumeClaim, NAMESPACE).length, 3)
  })
})
