/** The Participant resource itself: what the API server accepts, fills in and refuses, without any of our code running. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { hasReason, KubeApiError } from '../../../src/kube/errors.ts'
import { type KubeObject, RESOURCES } from '../../../src/model/kubernetes.ts'
import { API_VERSION, KIND } from '../../../src/model/names.ts'
import type { Participant } from '../../../src/model/participant.ts'
import type { OpenTestCluster, TestCluster } from '../test-cluster.ts'

const participant = (name: string, spec: object = {}): Participant =>
  ({
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name },
    spec: { did: `did:web:${name}.example`, ...spec },
  }) as Participant

export function resourceIsGuarded(clusterName: string, open: OpenTestCluster): void {
  describe(`the Participant resource on ${clusterName}`, () => {
    let cluster: TestCluster
    before(async () => {
      cluster = await open()
    })
    after(() => cluster[Symbol.asyncDispose]())

    const refused = (object: KubeObject, says: RegExp): Promise<void> =>
      assert.rejects(cluster.kube.apply(object, { manager: 'suite', dryRun: true }), (error) => {
        assert.ok(error instanceof KubeApiError, String(error))
        assert.match(error.message, says)
        return true
      })

    it('is established, and its schema is structural', async () => {
      const name = 'participants.dataspaces.dev'
      const crd = await cluster.kube.get<KubeObject>(RESOURCES.CustomResourceDefinition, { name })
      const { status } = crd as unknown as { status: { conditions: { type: string; status: string }[] } }
      const holding = status.conditions.filter((each) => each.status === 'True').map(({ type }) => type)
      assert.ok(holding.includes('Established'))
      assert.ok(!holding.includes('NonStructuralSchema'))
    })

    it('fills in the defaults', async () => {
      const made = await cluster.kube.apply(participant('defaults'), { manager: 'suite', dryRun: true })
      const { host, mode, profile, suspended, deletionPolicy } = made.spec
      assert.deepEqual(
        { host, mode, profile, suspended, deletionPolicy },
        {
          host: 'localhost',
          mode: 'Managed',
          profile: 'default',
          suspended: false,
          deletionPolicy: 'Delete',
        },
      )
    })

    for (const name of ['acme', 'acme-corp', '1a', 'select', 'a'.repeat(40)])
      it(`may be called ${name}`, async () => {
        const made = await cluster.kube.apply(participant(name), { manager: 'suite', dryRun: true })
        assert.equal(made.metadata.name, name)
      })

    it('refuses names of the platform, with the reason', async () => {
      for (const name of ['kube-system', 'kube-anything', 'default', 'openshift-monitoring'])
        await refused(participant(name), /reserved|platform/iu)
    })

    it('refuses names that are too long or have a dot', async () => {
      await refused(
        { ...participant('a'.repeat(41)), spec: { did: 'did:web:a.example' } } as KubeObject,
        /40/u,
      )
      await refused(participant('a.b'), /name/u)
    })

    it('refuses a DID that is none, and none at all', async () => {
      await refused(participant('bad-did', { did: 'acme' }), /spec\.did/u)
      await refused({ ...participant('no-did'), spec: {} } as KubeObject, /spec\.did/u)
    })

    it('refuses fields that do not exist instead of dropping them', async () => {
      await refused(participant('typo', { profil: 'default' }), /profil/u)
    })

    it('refuses values out of range and of the wrong type', async () => {
      await refused(participant('mode', { mode: 'Sometimes' }), /mode/u)
      await refused(participant('replicas', { components: { dataplane: { replicas: 0 } } }), /replicas/u)
      await refused(participant('suspended', { suspended: 'yes' }), /suspended/u)
    })

    it('never lets did or mode change', async () => {
      const { kube } = cluster
      const made = await kube.create(participant('immutable', { mode: 'Observed' }))
      const patch = (spec: object): Promise<KubeObject> =>
        kube.patch(
          RESOURCES.Participant,
          { name: 'immutable' },
          { type: 'merge', manager: 'suite', body: { spec } },
        )
      await assert.rejects(
        patch({ did: 'did:web:other.example' }),
        (error) => hasReason(error, 'Invalid') && /did/u.test(error.message),
      )
      await assert.rejects(
        patch({ mode: 'Managed' }),
        (error) => hasReason(error, 'Invalid') && /mode/u.test(error.message),
      )
      const changed = await patch({ host: 'example.org' })
      assert.equal(changed.metadata.generation, (made.metadata.generation ?? 0) + 1)
      await kube.delete(RESOURCES.Participant, { name: 'immutable' })
    })

    it('keeps status and specification apart', async () => {
      const { kube } = cluster
      const made = await kube.create(participant('apart', { mode: 'Observed' }))
      const status = { phase: 'READY', conditions: [] }
      const withStatus = { apiVersion: API_VERSION, kind: KIND, metadata: { name: 'apart' }, status }
      const after = await kube.apply<KubeObject>(withStatus, { manager: 'suite', subresource: 'status' })
      assert.equal((after as Participant).status?.phase, 'READY')
      assert.equal(after.metadata.generation, made.metadata.generation)
      await kube.delete(RESOURCES.Participant, { name: 'apart' })
    })

    it('lets two managers own conditions of their own', async () => {
      const { kube } = cluster
      await kube.create(participant('managers', { mode: 'Observed' }))
      const said = (type: string): KubeObject =>
        ({
          apiVersion: API_VERSION,
          kind: KIND,
          metadata: { name: 'managers' },
          status: {
            conditions: [
              {
                type,
                status: 'True',
                reason: 'Said',
                message: '',
                lastTransitionTime: '2026-01-01T00:00:00Z',
              },
            ],
          },
        }) as KubeObject
      await kube.apply(said('One'), { manager: 'one', subresource: 'status' })
      const both = await kube.apply(said('Two'), { manager: 'two', subresource: 'status' })
      assert.deepEqual(
        (both as Participant).status?.conditions?.map(({ type }) => type),
        ['One', 'Two'],
      )
      await kube.delete(RESOURCES.Participant, { name: 'managers' })
    })
  })
}
