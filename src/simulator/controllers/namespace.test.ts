import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { NamespaceStatus } from 'kubernetes-types/core/v1.js'
import { eventually } from '../../../test/support/eventually.ts'
import { type KubeObject, RESOURCES } from '../../model/kubernetes.ts'
import {
  aDeployment,
  aStatefulSet,
  conditionsOf,
  live,
  NAMESPACE,
  openTestCluster,
  untilStatus,
} from './testing.ts'

const configMap = (name: string, finalizers: readonly string[] = []): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: NAMESPACE, name, finalizers },
})

describe('deleting a namespace', () => {
  it('empties it, pods first, and removes it', async () => {
    using cluster = openTestCluster()
    const { state, seen } = cluster
    const volumeClaimTemplates = [{ metadata: { name: 'data' }, spec: {} }]
    state.create(RESOURCES.Deployment, aDeployment('web', { spec: { replicas: 2 } }))
    state.create(RESOURCES.StatefulSet, aStatefulSet('db', { spec: { volumeClaimTemplates } }))
    state.create(RESOURCES.ConfigMap, configMap('plain'))
    await untilStatus(cluster, { kind: 'Deployment', name: 'web', is: { availableReplicas: 2 } })
    await untilStatus(cluster, { kind: 'StatefulSet', name: 'db', is: { availableReplicas: 1 } })
    const from = seen.length
    state.delete(RESOURCES.Namespace, { name: NAMESPACE })
    await eventually(() => state.get(RESOURCES.Namespace, { name: NAMESPACE }) === undefined, {
      what: 'its end',
    })
    const after = seen.slice(from)
    const gone = after.filter(({ type }) => type === 'DELETED').map(({ resource }) => resource.kind)
    assert.equal(gone.at(-1), 'Namespace')
    assert.ok(gone.lastIndexOf('Pod') < gone.indexOf('Deployment'))
    const left = new Set(
      seen
        .filter(({ object }) => object.metadata.namespace === NAMESPACE)
        .map(({ object }) => object.metadata.uid),
    )
    for (const { type, object } of seen) if (type === 'DELETED') left.delete(object.metadata.uid)
    assert.deepEqual([...left], [])
    assert.ok(!after.some(({ type }) => type === 'ADDED'))
    assert.deepEqual(cluster.complaints, [])
  })

  it('waits for foreign finalizers and names them', async () => {
    using cluster = openTestCluster()
    const { state } = cluster
    state.create(RESOURCES.ConfigMap, configMap('held', ['example.com/hold']))
    state.create(RESOURCES.ConfigMap, configMap('held-twice', ['example.com/hold', 'other.io/x']))
    state.delete(RESOURCES.Namespace, { name: NAMESPACE })
    const namespace = await eventually(
      () => {
        const object = live(cluster, RESOURCES.Namespace, NAMESPACE)
        return (
          conditionsOf(object).includes('NamespaceFinalizersRemaining=True/SomeFinalizersRemain') && object
        )
      },
      { what: 'the condition' },
    )
    assert.deepEqual(conditionsOf(namespace), [
      'NamespaceContentRemaining=True/SomeResourcesRemain',
      'NamespaceDeletionContentFailure=False/ContentDeleted',
      'NamespaceDeletionDiscoveryFailure=False/ResourcesDiscovered',
      'NamespaceDeletionGroupVersionParsingFailure=False/ParsedGroupVersions',
      'NamespaceFinalizersRemaining=True/SomeFinalizersRemain',
    ])
    const messages = new Set((namespace.status as NamespaceStatus).conditions?.map(({ message }) => message))
    assert.ok(messages.has('Some resources are remaining: configmaps. has 2 resource instances'))
    assert.ok(
      messages.has(
        'Some content in the namespace has finalizers remaining: example.com/hold in 2 resource instances, other.io/x in 1 resource instances',
      ),
    )
    assert.equal(namespace.status?.['phase'], 'Terminating')
    for (const name of ['held', 'held-twice']) {
      const { finalizers: _, ...metadata } = live(cluster, RESOURCES.ConfigMap, name).metadata
      state.update(RESOURCES.ConfigMap, { ...configMap(name), metadata })
    }
    await eventually(() => state.get(RESOURCES.Namespace, { name: NAMESPACE }) === undefined, {
      what: 'its end',
    })
  })
})
