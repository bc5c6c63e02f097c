import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../../../test/support/eventually.ts'
import { type KubeObject, RESOURCES } from '../../model/kubernetes.ts'
import type { StoredObject } from '../state.ts'
import { live, NAMESPACE, openTestCluster, type TestCluster } from './testing.ts'

function create(cluster: TestCluster, name: string, ...owners: readonly StoredObject[]): StoredObject {
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      namespace: NAMESPACE,
      name,
      ownerReferences: owners.map(({ metadata }) => ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        name: metadata.name,
        uid: metadata.uid ?? '',
      })),
    },
  }
  return cluster.state.create(RESOURCES.ConfigMap, object)
}

const names = ({ state }: TestCluster): string =>
  state
    .list(RESOURCES.ConfigMap, NAMESPACE)
    .map(({ metadata }) => metadata.name)
    .join(' ')

const remove = ({ state }: TestCluster, name: string): StoredObject =>
  state.delete(RESOURCES.ConfigMap, { namespace: NAMESPACE, name })

describe('an object with owners', () => {
  it('goes with the last of them, and takes its own dependents along', async () => {
    using cluster = openTestCluster()
    const first = create(cluster, 'first')
    const second = create(cluster, 'second')
    const shared = create(cluster, 'shared', first, second)
    create(cluster, 'below', shared)
    const probe = create(cluster, 'probe', first)
    remove(cluster, 'first')
    await eventually(() => !names(cluster).includes(probe.metadata.name), {
      what: 'what only the first owned to go',
    })
    assert.equal(names(cluster), 'below second shared')
    remove(cluster, 'second')
    await eventually(() => names(cluster) === '', { what: 'the rest to go' })
  })

  it('goes at once when its owner was gone before it came', async () => {
    using cluster = openTestCluster()
    const owner = create(cluster, 'owner')
    remove(cluster, 'owner')
    create(cluster, 'late', owner)
    await eventually(() => names(cluster) === '', { what: 'the orphan to go' })
  })

  it('stays while another finalizer holds its owner', async () => {
    using cluster = openTestCluster()
    const owner = create(cluster, 'owner')
    cluster.state.update(RESOURCES.ConfigMap, {
      ...owner,
      metadata: { ...owner.metadata, finalizers: ['example.com/hold'] },
    })
    create(cluster, 'kept', live(cluster, RESOURCES.ConfigMap, 'owner'))
    remove(cluster, 'owner')
    assert.equal(names(cluster), 'kept owner')
    const { finalizers: _, ...metadata } = live(cluster, RESOURCES.ConfigMap, 'owner').metadata
    cluster.state.update(RESOURCES.ConfigMap, { ...owner, metadata })
    await eventually(() => names(cluster) === '', { what: 'both to go' })
  })
})
