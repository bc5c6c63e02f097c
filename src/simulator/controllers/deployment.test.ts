import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../../../test/support/eventually.ts'
import { RESOURCES } from '../../model/kubernetes.ts'
import type { StoredObject } from '../state.ts'
import { revisionOf, sizeOf } from './deployment-view.ts'
import { isReady } from './objects.ts'
import {
  aDeployment,
  aTemplate,
  conditionsOf,
  history,
  live,
  NAMESPACE,
  only,
  openTestCluster,
  podsOf,
  type TestCluster,
  untilStatus,
} from './testing.ts'

const available = (count: number): object => ({
  availableReplicas: count,
  updatedReplicas: count,
  replicas: count,
})

function change(cluster: TestCluster, name: string, spec: object): void {
  const before = live(cluster, RESOURCES.Deployment, name)
  const after: StoredObject = { ...before, spec: { ...before.spec, ...spec } }
  cluster.state.update(RESOURCES.Deployment, after)
}

const setsOf = ({ state }: TestCluster): readonly StoredObject[] =>
  state.list(RESOURCES.ReplicaSet, NAMESPACE)

const reasons = (cluster: TestCluster, type: string): readonly string[] =>
  history(cluster, 'Deployment', (object) => {
    const conditions = (object.status?.['conditions'] ?? []) as readonly Record<string, string>[]
    return conditions.find((condition) => condition['type'] === type)?.['reason'] ?? ''
  }).filter((reason) => reason !== '')

describe('a Deployment', () => {
  it('of two becomes available, with the counts and conditions of a real one', async () => {
    using cluster = openTestCluster()
    cluster.state.create(RESOURCES.Deployment, aDeployment('web', { spec: { replicas: 2 } }))
    const web = await untilStatus(cluster, { kind: 'Deployment', name: 'web', is: available(2) })
    const { conditions: _, ...counts } = web.status ?? {}
    assert.deepEqual(counts, {
      observedGeneration: 1,
      replicas: 2,
      updatedReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      terminatingReplicas: 0,
    })
    assert.deepEqual(conditionsOf(web), [
      'Available=True/MinimumReplicasAvailable',
      'Progressing=True/NewReplicaSetAvailable',
    ])
    assert.deepEqual(reasons(cluster, 'Progressing'), [
      'NewReplicaSetCreated',
      'ReplicaSetUpdated',
      'NewReplicaSetAvailable',
    ])
    assert.deepEqual(reasons(cluster, 'Available'), [
      'MinimumReplicasUnavailable',
      'MinimumReplicasAvailable',
    ])
    assert.deepEqual(cluster.complaints, [])
  })

  it('names its ReplicaSet by a hash and numbers it, and pods carry both as owner and label', async () => {
    using cluster = openTestCluster()
    cluster.state.create(RESOURCES.Deployment, aDeployment('web'))
    const web = await untilStatus(cluster, { kind: 'Deployment', name: 'web', is: available(1) })
    const set = only(setsOf(cluster)).metadata
    const pod = only(podsOf(cluster, 'web')).metadata
    const hash = set.name.slice('web-'.length)
    assert.deepEqual(set.labels, { app: 'web', 'pod-template-hash': hash })
    assert.deepEqual(pod.labels, set.labels)
    assert.equal(revisionOf(web), 1)
    assert.equal(revisionOf(only(setsOf(cluster))), 1)
    assert.deepEqual(
      [set.ownerReferences, pod.ownerReferences].map((owners) => only(owners ?? []).uid),
      [web.metadata.uid, set.uid],
    )
    assert.match(pod.name, new RegExp(`^web-${hash}-[a-z0-9]{5}$`, 'u'))
  })

  it('keeps old pods serving until new ones are available', async () => {
    using cluster = openTestCluster()
    cluster.state.create(RESOURCES.Deployment, aDeployment('web', { spec: { replicas: 3 } }))
    await untilStatus(cluster, { kind: 'Deployment', name: 'web', is: available(3) })
    const from = cluster.seen.length
    change(cluster, 'web', { template: aTemplate('web', { image: 'example.org/app:2' }) })
    await eventually(() => setsOf(cluster).length === 2, { what: 'a second ReplicaSet' })
    await untilStatus(cluster, { kind: 'Deployment', name: 'web', is: available(3) })
    const counts = cluster.seen
      .slice(from)
      .filter(({ resource }) => resource.kind === 'Deployment')
      .map(({ object }) => object.status ?? {})
    assert.ok(counts.every((status) => Number(status['availableReplicas']) >= 3))
    assert.ok(counts.every((status) => Number(status['replicas']) <= 4))
    assert.deepEqual(
      new Map(setsOf(cluster).map((set) => [revisionOf(set), sizeOf(set)])),
      new Map([
        [1, 0],
        [2, 3],
      ]),
    )
  })

  it('with a broken new image keeps the old pod and reports the deadline', async () => {
    using cluster = openTestCluster()
    cluster.state.create(RESOURCES.Deployment, aDeployment('web', { spec: { progressDeadlineSeconds: 1 } }))
    await untilStatus(cluster, { kind: 'Deployment', name: 'web', is: available(1) })
    const old = only(podsOf(cluster, 'web')).metadata.uid
    change(cluster, 'web', { template: aTemplate('web', { image: 'example.org/app:does-not-exist' }) })
    const web = await eventually(
      () => {
        const object = live(cluster, RESOURCES.Deployment, 'web')
        return conditionsOf(object).includes('Progressing=False/ProgressDeadlineExceeded') && object
      },
      { what: 'the deadline' },
    )
    assert.deepEqual(conditionsOf(web)[0], 'Available=True/MinimumReplicasAvailable')
    const { conditions: _, ...counts } = web.status ?? {}
    assert.deepEqual(counts, {
      observedGeneration: 2,
      replicas: 2,
      updatedReplicas: 1,
      readyReplicas: 1,
      availableReplicas: 1,
      unavailableReplicas: 1,
      terminatingReplicas: 0,
    })
    assert.ok(podsOf(cluster, 'web').some((pod) => pod.metadata.uid === old && isReady(pod)))
  })

  it('goes back to the ReplicaSet it had when the template is taken back', async () => {
    using cluster = openTestCluster()
    cluster.state.create(RESOURCES.Deployment, aDeployment('web'))
    await untilStatus(cluster, { kind: 'Deployment', name: 'web', is: available(1) })
    const { name } = only(setsOf(cluster)).metadata
    change(cluster, 'web', { template: aTemplate('web', { image: 'example.org/app:2' }) })
    await eventually(() => setsOf(cluster).length === 2, { what: 'a second ReplicaSet' })
    await untilStatus(cluster, { kind: 'Deployment', name: 'web', is: available(1) })
    change(cluster, 'web', { template: aTemplate('web', {}) })
    await eventually(() => sizeOf(live(cluster, RESOURCES.ReplicaSet, name)) === 1, {
      what: 'the first ReplicaSet to grow again',
    })
    await untilStatus(cluster, { kind: 'Deployment', name: 'web', is: available(1) })
    const web = live(cluster, RESOURCES.Deployment, 'web')
    assert.equal(revisionOf(web), 3)
    assert.equal(setsOf(cluster).length, 2)
  })

  it('with Recreate lets all old pods end before the first new one', async () => {
    using cluster = openTestCluster()
    const spec = { replicas: 2, strategy: { type: 'Recreate' } }
    cluster.state.create(RESOURCES.Deployment, aDeployment('web', { spec }))
    await untilStatus(cluster, { kind: 'Deployment', name: 'web', is: available(2) })
    const from = cluster.seen.length
    change(cluster, 'web', { template: aTemplate('web', { image: 'example.org/app:2' }) })
    await eventually(() => setsOf(cluster).length === 2, { what: 'a second ReplicaSet' })
    await untilStatus(cluster, { kind: 'Deployment', name: 'web', is: available(2) })
    const pods = cluster.seen.slice(from).filter(({ resource }) => resource.kind === 'Pod')
    const lastGone = pods.findLastIndex(({ type }) => type === 'DELETED')
    const firstNew = pods.findIndex(({ type }) => type === 'ADDED')
    assert.ok(lastGone >= 0 && lastGone < firstNew)
  })

  it('is scaled up and down without a rollout, to nothing as well', async () => {
    using cluster = openTestCluster()
    cluster.state.create(RESOURCES.Deployment, aDeployment('web'))
    await untilStatus(cluster, { kind: 'Deployment', name: 'web', is: available(1) })
    change(cluster, 'web', { replicas: 4 })
    await untilStatus(cluster, { kind: 'Deployment', name: 'web', is: available(4) })
    change(cluster, 'web', { replicas: 0 })
    const web = await untilStatus(cluster, { kind: 'Deployment', name: 'web', is: available(0) })
    assert.deepEqual(conditionsOf(web), [
      'Available=True/MinimumReplicasAvailable',
      'Progressing=True/NewReplicaSetAvailable',
    ])
    assert.equal(setsOf(cluster).length, 1)
    await eventually(() => podsOf(cluster, 'web').length === 0, { what: 'the last pod to end' })
  })

  it('counts a pod as available only after minReadySeconds', async () => {
    using cluster = openTestCluster()
    cluster.state.create(RESOURCES.Deployment, aDeployment('web', { spec: { minReadySeconds: 1 } }))
    const early = await untilStatus(cluster, { kind: 'Deployment', name: 'web', is: { readyReplicas: 1 } })
    assert.equal(early.status?.['availableReplicas'], undefined)
    assert.equal(early.status?.['unavailableReplicas'], 1)
    await untilStatus(cluster, { kind: 'Deployment', name: 'web', is: available(1) })
  })

  it('does not roll out while it is paused, and says so', async () => {
    using cluster = openTestCluster()
    cluster.state.create(RESOURCES.Deployment, aDeployment('web'))
    await untilStatus(cluster, { kind: 'Deployment', name: 'web', is: available(1) })
    change(cluster, 'web', { paused: true, template: aTemplate('web', { image: 'example.org/app:2' }) })
    await eventually(
      () =>
        conditionsOf(live(cluster, RESOURCES.Deployment, 'web')).includes(
          'Progressing=Unknown/DeploymentPaused',
        ),
      { what: 'the pause to be noted' },
    )
    await untilStatus(cluster, {
      kind: 'Deployment',
      name: 'web',
      is: { observedGeneration: live(cluster, RESOURCES.Deployment, 'web').metadata.generation },
    })
    assert.equal(setsOf(cluster).length, 1)
    change(cluster, 'web', { paused: false })
    await eventually(() => setsOf(cluster).length === 2, { what: 'the rollout' })
    await untilStatus(cluster, { kind: 'Deployment', name: 'web', is: available(1) })
  })

  it('replaces a pod that somebody deleted', async () => {
    using cluster = openTestCluster()
    cluster.state.create(RESOURCES.Deployment, aDeployment('web'))
    await untilStatus(cluster, { kind: 'Deployment', name: 'web', is: available(1) })
    const { name, uid } = only(podsOf(cluster, 'web')).metadata
    cluster.state.delete(RESOURCES.Pod, { namespace: NAMESPACE, name })
    await eventually(() => podsOf(cluster, 'web').every((pod) => isReady(pod) && pod.metadata.uid !== uid), {
      what: 'its successor',
    })
    await untilStatus(cluster, { kind: 'Deployment', name: 'web', is: available(1) })
    assert.equal(podsOf(cluster, 'web').length, 1)
  })

  it('takes its ReplicaSets and pods along when it is deleted', async () => {
    using cluster = openTestCluster()
    cluster.state.create(RESOURCES.Deployment, aDeployment('web', { spec: { replicas: 2 } }))
    await untilStatus(cluster, { kind: 'Deployment', name: 'web', is: available(2) })
    cluster.state.delete(RESOURCES.Deployment, { namespace: NAMESPACE, name: 'web' })
    await eventually(() => setsOf(cluster).length + podsOf(cluster, 'web').length === 0, {
      what: 'an empty namespace',
    })
  })

  it('forgets ReplicaSets beyond its history limit', async () => {
    using cluster = openTestCluster()
    cluster.state.create(RESOURCES.Deployment, aDeployment('web', { spec: { revisionHistoryLimit: 1 } }))
    for (const tag of [1, 2, 3]) {
      change(cluster, 'web', { template: aTemplate('web', { image: `example.org/app:${tag}` }) })
      await eventually(() => setsOf(cluster).some((set) => JSON.stringify(set.spec).includes(`app:${tag}`)), {
        what: `revision ${tag}`,
      })
      await untilStatus(cluster, { kind: 'Deployment', name: 'web', is: available(1) })
    }
    await eventually(() => setsOf(cluster).length === 2, { what: 'the oldest ReplicaSet to go' })
  })
})
