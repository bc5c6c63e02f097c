/** A participant from request to READY, through trouble, to its end: as a caller of the HTTP API sees it. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type KubeObject, RESOURCES } from '../../../src/model/kubernetes.ts'
import type { Participant } from '../../../src/model/participant.ts'
import type { RunningService } from '../../../src/service.ts'
import { eventually } from '../../support/eventually.ts'
import {
  call,
  create,
  remove,
  setFault,
  statusOf,
  untilGone,
  untilReady,
  untilStatus,
} from '../participants.ts'
import { MISSING_IMAGE, type OpenTestCluster, serviceOn, type TestCluster } from '../test-cluster.ts'

export function participantsLive(clusterName: string, open: OpenTestCluster): void {
  describe(`a participant on ${clusterName}`, { concurrency: 6 }, () => {
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

    it('goes from POST to READY and, after DELETE, to 404', async () => {
      const { body, headers } = await create(service, 'acme')
      const objects = body as Record<string, string>
      assert.equal(objects['acme'], 'Namespace')
      assert.equal(objects['controlplane'], 'Deployment')
      assert.equal(headers.get('location'), '/api/v1/resources/acme/status')

      const first = await statusOf(service, 'acme')
      assert.equal(first?.status, 'PROVISIONING')
      const ready = await untilReady(service, 'acme')
      assert.deepEqual(Object.keys(ready.components), [
        'postgres',
        'vault',
        'identityhub',
        'controlplane',
        'dataplane',
      ])
      assert.ok(Object.values(ready.components).every((component) => component.ready))

      const removal = await call(service, 'DELETE /api/v1/resources', { participantName: 'acme' })
      assert.equal(removal.code, 200)
      assert.equal((await statusOf(service, 'acme'))?.status ?? 'gone already', 'DELETING')
      await untilGone(service, 'acme')
      assert.equal(await cluster.kube.get(RESOURCES.Namespace, { name: 'acme' }), undefined)
      assert.equal(await cluster.kube.get(RESOURCES.Participant, { name: 'acme' }), undefined)
    })

    it('never shows READY before every component is, nor DEGRADED on its first start', async () => {
      await create(service, 'monotone')
      const seen: string[] = []
      await untilStatus(service, 'monotone', ({ status, components }) => {
        if (seen.at(-1) !== status) seen.push(status)
        if (status === 'READY') assert.ok(Object.values(components).every(({ ready }) => ready))
        return status === 'READY'
      })
      assert.deepEqual(seen, ['PROVISIONING', 'READY'])
      await remove(service, 'monotone')
    })

    it('whose new image cannot be pulled is DEGRADED with that cause, and READY again when it is mended', async () => {
      await create(service, 'pulls')
      await untilReady(service, 'pulls')
      const dataplane = { kind: 'Deployment', namespace: 'pulls', name: 'dataplane' } as const
      await setFault(cluster, dataplane, 'ImagePull')
      const broken = await untilStatus(service, 'pulls', ({ status, components }) => {
        return (
          status === 'DEGRADED' &&
          /ErrImagePull|ImagePullBackOff/u.test(components['dataplane']?.reason ?? '')
        )
      })
      assert.match(broken.message, /dataplane: /u)
      assert.match(broken.components['dataplane']?.message ?? '', /container dataplane/u)
      await setFault(cluster, dataplane, undefined)
      await untilReady(service, 'pulls')
      await remove(service, 'pulls')
    })

    it('whose image never existed stays PROVISIONING, or FAILED, and says which image', async () => {
      await create(service, 'no-image', { profile: 'broken-image' })
      const said = await untilStatus(service, 'no-image', ({ components }) =>
        (components['controlplane']?.message ?? '').includes(MISSING_IMAGE),
      )
      assert.ok(['PROVISIONING', 'FAILED'].includes(said.status), said.status)
      assert.match(said.components['controlplane']?.reason ?? '', /ErrImagePull|ImagePullBackOff/u)
      await remove(service, 'no-image')
    })

    it('with a crashing component tells the exit code and the restarts', async () => {
      await create(service, 'crashes')
      await untilReady(service, 'crashes')
      await setFault(cluster, { kind: 'StatefulSet', namespace: 'crashes', name: 'postgres' }, 'CrashLoop')
      const said = await untilStatus(service, 'crashes', ({ status, components }) => {
        const postgres = components['postgres']
        return (
          status === 'DEGRADED' &&
          /exit code 1/u.test(postgres?.message ?? '') &&
          (postgres?.restarts ?? 0) > 0
        )
      })
      assert.equal(said.components['postgres']?.ready, false)
      await remove(service, 'crashes')
    })

    it('whose pods find no node passes on what the scheduler says', async () => {
      await create(service, 'homeless')
      await untilReady(service, 'homeless')
      await setFault(
        cluster,
        { kind: 'Deployment', namespace: 'homeless', name: 'identityhub' },
        'Unschedulable',
      )
      const said = await untilStatus(
        service,
        'homeless',
        ({ components }) => components['identityhub']?.reason === 'Unschedulable',
      )
      assert.match(said.components['identityhub']?.message ?? '', /nodes are available/u)
      await remove(service, 'homeless')
    })

    it('is made whole again when somebody deletes one of its Deployments', async () => {
      await create(service, 'mended')
      await untilReady(service, 'mended')
      const key = { namespace: 'mended', name: 'controlplane' }
      const before = await cluster.kube.get(RESOURCES.Deployment, key)
      await cluster.kube.delete(RESOURCES.Deployment, key)
      await eventually(
        async () => {
          const now = await cluster.kube.get(RESOURCES.Deployment, key)
          return now !== undefined && now.metadata.uid !== before?.metadata.uid
        },
        { what: 'a new Deployment', withinMs: 30_000 },
      )
      await untilReady(service, 'mended')
      await remove(service, 'mended')
    })

    it('shows in the resource what the API answers: phase, reason, Ready, steps', async () => {
      await create(service, 'columns')
      await untilReady(service, 'columns')
      const resource = await eventually(
        async () => {
          const found = await cluster.kube.get<Participant>(RESOURCES.Participant, { name: 'columns' })
          return found?.status?.phase === 'READY' ? found : undefined
        },
        { what: 'phase READY in the resource' },
      )
      const { status } = resource
      assert.equal(status?.ready, '5/5')
      assert.equal(status?.conditions?.find(({ type }) => type === 'Ready')?.status, 'True')
      assert.ok(status?.firstReadyTime)
      await eventually(
        async () => {
          const found = await cluster.kube.get<Participant>(RESOURCES.Participant, { name: 'columns' })
          return found?.status?.steps?.every(({ state }) => state === 'Done') && found.status.steps.length > 0
        },
        { what: 'all steps done' },
      )
      await remove(service, 'columns')
    })

    it('settles: once it is READY nothing is written any more', async () => {
      await create(service, 'settled')
      await untilReady(service, 'settled')
      const read = async (): Promise<string | undefined> =>
        (await cluster.kube.get(RESOURCES.Participant, { name: 'settled' }))?.metadata.resourceVersion
      let last = await read()
      let quiet = 0
      await eventually(
        async () => {
          const now = await read()
          quiet = now === last ? quiet + 1 : 0
          last = now
          return quiet > 60
        },
        { what: 'the resource to come to rest', withinMs: 20_000 },
      )
      const workload = await cluster.kube.get(RESOURCES.Deployment, {
        namespace: 'settled',
        name: 'dataplane',
      })
      assert.equal(workload?.metadata.generation, 1)
      await remove(service, 'settled')
    })

    it('created with kubectl is the same as one created by POST', async () => {
      await cluster.kube.create({
        apiVersion: 'dataspaces.dev/v1alpha1',
        kind: 'Participant',
        metadata: { name: 'by-kubectl' },
        spec: { did: 'did:web:by-kubectl.example' },
      } as KubeObject)
      await untilReady(service, 'by-kubectl')
      await cluster.kube.delete(RESOURCES.Participant, { name: 'by-kubectl' })
      await untilGone(service, 'by-kubectl')
    })

    for (const name of ['acme-corp', '1a', 'select'])
      it(`may be called ${name}`, async () => {
        await create(service, name)
        await untilReady(service, name)
        await remove(service, name)
      })

    it('that is removed while it is still being created goes away whole', async () => {
      await create(service, 'short-lived')
      await remove(service, 'short-lived')
      assert.equal(await cluster.kube.get(RESOURCES.Namespace, { name: 'short-lived' }), undefined)
    })

    it('can be created anew under the name of one that is gone', async () => {
      await create(service, 'again')
      await untilReady(service, 'again')
      const before = await cluster.kube.get(RESOURCES.Participant, { name: 'again' })
      await remove(service, 'again')
      await create(service, 'again')
      await untilReady(service, 'again')
      const now = await cluster.kube.get(RESOURCES.Participant, { name: 'again' })
      assert.notEqual(now?.metadata.uid, before?.metadata.uid)
      await remove(service, 'again')
    })

    it('is listed from the moment it is accepted until it is gone', async () => {
      await create(service, 'listed')
      const names = async (): Promise<readonly string[]> => {
        const { body } = await call(service, 'GET /api/v1/resources?limit=100')
        return (body as { participantName: string }[]).map(({ participantName }) => participantName)
      }
      assert.ok((await names()).includes('listed'))
      await untilReady(service, 'listed')
      const { headers, body } = await call(service, 'GET /api/v1/resources?status=READY&limit=1')
      assert.ok(Number(headers.get('x-total')) >= 1)
      assert.equal((body as unknown[]).length, 1)
      await call(service, 'DELETE /api/v1/resources/listed')
      await untilGone(service, 'listed')
      assert.ok(!(await names()).includes('listed'))
    })
  })
}
