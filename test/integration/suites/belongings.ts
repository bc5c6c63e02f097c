/** Whose is what, in the awkward moments: names and DIDs taken, namespaces that go or belong to others, nothing to be written. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type KubeObject, RESOURCES } from '../../../src/model/kubernetes.ts'
import { eventually } from '../../support/eventually.ts'
import { create, remove, untilGone, untilReady, untilStatus } from '../participants.ts'
import { type OpenTestCluster, serviceOn, type TestCluster } from '../test-cluster.ts'

export function belongingsAreRespected(clusterName: string, open: OpenTestCluster): void {
  describe(`what belongs to whom on ${clusterName}`, () => {
    let cluster: TestCluster
    before(async () => {
      cluster = await open()
    })
    after(() => cluster[Symbol.asyncDispose]())

    const ask = async (name: string, spec: object = {}): Promise<KubeObject> =>
      cluster.kube.create({
        apiVersion: 'dataspaces.dev/v1alpha1',
        kind: 'Participant',
        metadata: { name },
        spec: { did: `did:web:${name}.example`, ...spec },
      } as KubeObject)
    const change = (name: string, spec: object): Promise<KubeObject> =>
      cluster.kube.patch(
        RESOURCES.Participant,
        { name },
        { type: 'merge', manager: 'somebody-with-kubectl', body: { spec } },
      )

    it('a namespace that is still going is waited for, then made again', async () => {
      await using service = await serviceOn(cluster)
      const key = { name: 'lingering' }
      const finalizers = ['example.org/hold']
      await cluster.kube.create<KubeObject>({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { ...key, finalizers },
      })
      const old = await cluster.kube.delete(RESOURCES.Namespace, key)
      await create(service, 'lingering')
      await untilStatus(service, 'lingering', ({ steps }) =>
        steps.some(({ state, reason }) => state === 'Waiting' && reason === 'NamespaceTerminating'),
      )
      await cluster.kube.patch(RESOURCES.Namespace, key, {
        type: 'merge',
        manager: 'somebody-with-kubectl',
        body: { metadata: { finalizers: null } },
      })
      await untilReady(service, 'lingering')
      const now = await cluster.kube.get(RESOURCES.Namespace, key)
      assert.notEqual(now?.metadata.uid, old?.metadata.uid)
      await remove(service, 'lingering')
    })

    it('a DID belongs to the older of two, and to the younger once that is gone', async () => {
      await using service = await serviceOn(cluster)
      await ask('elder', { did: 'did:web:shared.example' })
      await untilReady(service, 'elder')
      await ask('younger', { did: 'did:web:shared.example' })
      const refused = await untilStatus(service, 'younger', ({ status }) => status === 'FAILED')
      assert.equal(refused.reason, 'DidTaken')
      assert.equal(await cluster.kube.get(RESOURCES.Namespace, { name: 'younger' }), undefined)
      await cluster.kube.delete(RESOURCES.Participant, { name: 'elder' })
      await untilGone(service, 'elder')
      await untilReady(service, 'younger')
      await remove(service, 'younger')
    })

    it('nothing is written for a suspended participant, neither at first nor when something is lost', async () => {
      await using service = await serviceOn(cluster)
      await ask('paused', { suspended: true })
      await create(service, 'beside')
      await untilReady(service, 'beside')
      assert.equal(await cluster.kube.get(RESOURCES.Namespace, { name: 'paused' }), undefined)
      await change('paused', { suspended: false })
      await untilReady(service, 'paused')
      await change('paused', { suspended: true })
      const key = { namespace: 'paused', name: 'dataplane' }
      await untilStatus(service, 'paused', () => true)
      await eventually(
        async () => {
          const { metadata, status } = (await cluster.kube.get(RESOURCES.Participant, {
            name: 'paused',
          })) as KubeObject & { status?: { observedGeneration?: number } }
          return status?.observedGeneration === metadata.generation
        },
        { what: 'the suspension to be seen' },
      )
      await cluster.kube.delete(RESOURCES.Deployment, key)
      await untilStatus(service, 'paused', ({ components }) => components['dataplane']?.status === 'Missing')
      await remove(service, 'beside')
      assert.equal(await cluster.kube.get(RESOURCES.Deployment, key), undefined)
      await change('paused', { suspended: false })
      await untilReady(service, 'paused')
      await remove(service, 'paused')
    })

    it('an object of a wanted name that somebody else made is not taken over', async () => {
      {
        await using service = await serviceOn(cluster)
        await create(service, 'mixed')
        await untilReady(service, 'mixed')
      }
      const key = { namespace: 'mixed', name: 'controlplane' }
      await cluster.kube.delete(RESOURCES.Service, key)
      const spec = { ports: [{ port: 80 }] }
      const theirs = await cluster.kube.create<KubeObject>({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: key,
        spec,
      } as KubeObject)
      await using service = await serviceOn(cluster)
      await untilStatus(service, 'mixed', ({ steps }) =>
        steps.some(({ state, reason }) => state === 'Stalled' && reason === 'ObjectForeign'),
      )
      const now = await cluster.kube.get(RESOURCES.Service, key)
      assert.equal(now?.metadata.resourceVersion, theirs.metadata.resourceVersion)
      await remove(service, 'mixed')
    })
  })
}
