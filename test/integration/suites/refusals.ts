/** What must not happen: foreign namespaces touched, names or DIDs taken twice, anything written for a refused request. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type KubeObject, RESOURCES } from '../../../src/model/kubernetes.ts'
import type { RunningService } from '../../../src/service.ts'
import { call, create, remove, untilGone, untilReady, untilStatus } from '../participants.ts'
import { type OpenTestCluster, serviceOn, type TestCluster } from '../test-cluster.ts'

const post = '/api/v1/resources'

export function refusalsHold(clusterName: string, open: OpenTestCluster): void {
  describe(`a request that cannot be met on ${clusterName}`, () => {
    let cluster: TestCluster
    let service: RunningService
    before(async () => {
      cluster = await open()
      service = await serviceOn(cluster)
    })
    after(async () => {
      await service[Symbol.asyncDispose]()
      await cluster[Symbol.asyncDispose]()
    })

    const cases: readonly [string, number, unknown, RegExp][] = [
      [
        'a name out of the grammar',
        400,
        { participantName: 'Acme Corp', did: 'did:web:a.example' },
        /participantName/u,
      ],
      ['an empty name', 400, { participantName: '', did: 'did:web:a.example' }, /participantName/u],
      [
        'a name with YAML in it',
        400,
        { participantName: 'a\n---\nkind: x', did: 'did:web:a.example' },
        /participantName/u,
      ],
      ['a name of 41 characters', 400, { participantName: 'a'.repeat(41), did: 'did:web:a.example' }, /40/u],
      [
        'the reserved name kube-system',
        400,
        { participantName: 'kube-system', did: 'did:web:a.example' },
        /reserved/u,
      ],
      [
        'the reserved name default',
        400,
        { participantName: 'default', did: 'did:web:a.example' },
        /reserved/u,
      ],
      ['the reserved name issuer', 400, { participantName: 'issuer', did: 'did:web:a.example' }, /reserved/u],
      ['a DID that is none', 400, { participantName: 'ok', did: 'web:a.example' }, /did/u],
      ['a DID with a quote and a newline', 400, { participantName: 'ok', did: 'did:web:"\n' }, /did/u],
      ['a missing DID', 400, { participantName: 'ok' }, /did/u],
      ['a name that is a number', 400, { participantName: 7, did: 'did:web:a.example' }, /participantName/u],
      [
        'a kubeHost that is none',
        400,
        { participantName: 'ok', did: 'did:web:a.example', kubeHost: 'a b' },
        /kubeHost/u,
      ],
      [
        'a profile nobody configured',
        400,
        { participantName: 'ok', did: 'did:web:a.example', profile: 'x' },
        /profile/iu,
      ],
      ['no JSON at all', 400, '{"participantName":', /JSON/u],
    ]
    for (const [what, code, body, says] of cases)
      it(`for ${what} is refused and writes nothing`, async () => {
        const reply = await call(service, `POST ${post}`, body)
        assert.equal(reply.code, code)
        const { error, details } = reply.body as { error: string; details: string }
        assert.ok(error.length > 0)
        assert.match(details, says)
        const { items } = await cluster.kube.list(RESOURCES.Participant)
        assert.deepEqual(
          items.map(({ metadata }) => metadata.name),
          [],
        )
      })

    it('for a namespace of somebody else is refused, and the namespace stays as it was', async () => {
      const foreign = {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'foreign', labels: { team: 'other' } },
      }
      const made = await cluster.kube.create<KubeObject>(foreign)
      const reply = await call(service, `POST ${post}`, {
        participantName: 'foreign',
        did: 'did:web:foreign.example',
      })
      assert.equal(reply.code, 409)
      assert.match((reply.body as { details: string }).details, /namespace/iu)
      const removal = await call(service, `DELETE ${post}`, { participantName: 'foreign' })
      assert.equal(removal.code, 404)
      const now = await cluster.kube.get<KubeObject>(RESOURCES.Namespace, { name: 'foreign' })
      assert.equal(now?.metadata.resourceVersion, made.metadata.resourceVersion)
    })

    it('made with kubectl for a namespace of somebody else ends FAILED with NamespaceForeign, and deletes nothing', async () => {
      const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'taken' } }
      await cluster.kube.create<KubeObject>(namespace)
      await cluster.kube.create({
        apiVersion: 'dataspaces.dev/v1alpha1',
        kind: 'Participant',
        metadata: { name: 'taken' },
        spec: { did: 'did:web:taken.example' },
      } as KubeObject)
      const said = await untilStatus(service, 'taken', ({ status }) => status === 'FAILED')
      assert.equal(said.reason, 'NamespaceForeign')
      await cluster.kube.delete(RESOURCES.Participant, { name: 'taken' })
      await untilGone(service, 'taken')
      const now = await cluster.kube.get<KubeObject>(RESOURCES.Namespace, { name: 'taken' })
      assert.equal(now?.metadata.deletionTimestamp, undefined)
      assert.ok(now)
    })

    it('for a DID or a name that is taken is refused, the same request again is not', async () => {
      await create(service, 'first')
      const again = await create(service, 'first')
      assert.equal((again.body as Record<string, string>)['first'], 'Namespace')
      const sameDid = await call(service, `POST ${post}`, {
        participantName: 'second',
        did: 'did:web:first.example',
      })
      assert.equal(sameDid.code, 409)
      const sameName = await call(service, `POST ${post}`, {
        participantName: 'first',
        did: 'did:web:other.example',
      })
      assert.equal(sameName.code, 409)
      await untilReady(service, 'first')
      await remove(service, 'first')
    })

    it('to remove one that does not exist is answered 404', async () => {
      const { code, body } = await call(service, `DELETE ${post}`, { participantName: 'nobody' })
      assert.equal(code, 404)
      assert.equal((body as { status: string }).status, 'NOT_FOUND')
    })

    it('for the status of a namespace that is no participant is answered like one that does not exist', async () => {
      const system = await call(service, 'GET /api/v1/resources/kube-system/status')
      const nobody = await call(service, 'GET /api/v1/resources/nobody/status')
      assert.equal(system.code, 404)
      const text = (reply: typeof system): string =>
        JSON.stringify(reply.body).replaceAll(/kube-system|nobody/gu, 'X')
      assert.equal(text(system), text(nobody))
    })
  })
}
