/** Discovery through a running service on the built-in cluster. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  call,
  create,
  remove,
  setFault,
  untilGone,
  untilStatus,
} from '../../test/integration/participants.ts'
import { openBuiltIn, serviceOn, type TestCluster } from '../../test/integration/test-cluster.ts'
import { eventually } from '../../test/support/eventually.ts'
import { type KubeObject, RESOURCES } from '../model/kubernetes.ts'
import { API_VERSION, KIND } from '../model/names.ts'
import { COMPONENTS } from '../model/participant.ts'
import type { RunningService } from '../service.ts'

const MANAGER = { manager: 'somebody-with-kubectl' }

/** As the Go provisioner left it: Deployments throughout, none of our labels. */
async function makeLegacy(
  { kube }: TestCluster,
  name: string,
  components: readonly string[] = COMPONENTS,
): Promise<void> {
  await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, MANAGER)
  for (const component of components) await makeDeployment(name, component)

  async function makeDeployment(namespace: string, component: string): Promise<void> {
    const labels = { app: component }
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: component, namespace },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { containers: [{ name: component, image: `${component}:legacy` }] },
        },
      },
    }
    await kube.create(deployment as KubeObject, MANAGER)
  }
}

describe('discovery', () => {
  let cluster: TestCluster
  let service: RunningService
  const writes: string[] = []
  before(async () => {
    cluster = await openBuiltIn()
    service = await serviceOn(cluster, {
      args: ['--discovery-legacy'],
      onCall: ({ method, path }) => {
        if (method !== 'GET') writes.push(`${method} ${path}`)
      },
    })
  })
  after(async () => {
    await service[Symbol.asyncDispose]()
    await cluster[Symbol.asyncDispose]()
  })

  const listed = async (): Promise<readonly string[]> => {
    const { body } = await call(service, 'GET /api/v1/resources?limit=100')
    return (body as { participantName: string }[]).map(({ participantName }) => participantName)
  }

  it('shows a namespace of the Go provisioner as a participant, and writes nothing for it', async () => {
    await makeLegacy(cluster, 'old')
    const answer = await untilStatus(service, 'old', ({ status }) => status === 'READY')
    assert.deepEqual(Object.keys(answer.components).toSorted(), [...COMPONENTS].toSorted())
    assert.equal(answer.did, '')
    assert.equal(answer.components['postgres']?.image, 'postgres:legacy')
    assert.deepEqual(await listed(), ['old'])
    assert.deepEqual(writes, [])
  })

  it('explains what is wrong in it, and where', async () => {
    await setFault(cluster, { kind: 'Deployment', namespace: 'old', name: 'dataplane' }, 'ImagePull')
    await cluster.kube.delete(RESOURCES.Deployment, { namespace: 'old', name: 'vault' })
    const answer = await untilStatus(
      service,
      'old',
      ({ status, components }) =>
        status === 'DEGRADED' && /Image/u.test(components['dataplane']?.reason ?? '') && gone(components),
    )
    assert.equal(answer.components['vault']?.ready, false)

    function gone(components: typeof answer.components): boolean {
      return components['vault']?.status === 'Missing'
    }
  })

  it('leaves every other namespace alone', async () => {
    await makeLegacy(cluster, 'only-postgres', ['postgres'])
    await makeLegacy(cluster, 'no-identityhub', ['controlplane', 'dataplane', 'postgres', 'vault'])
    await makeLegacy(cluster, 'kube-old')
    await makeLegacy(cluster, 'ingress-nginx')
    await makeLegacy(cluster, 'older')
    await untilStatus(service, 'older', ({ status }) => status === 'READY')
    assert.deepEqual(await listed(), ['old', 'older'])
    assert.equal((await call(service, 'GET /api/v1/resources/only-postgres/status')).code, 404)
  })

  it('refuses to delete it, and to create one of its name', async () => {
    const deletion = await call(service, 'DELETE /api/v1/resources', { participantName: 'old' })
    assert.equal(deletion.code, 409)
    assert.match(JSON.stringify(deletion.body), /only observed/u)
    const body = { participantName: 'old', did: 'did:web:old.example' }
    const creation = await call(service, 'POST /api/v1/resources', body)
    assert.equal(creation.code, 409)
    assert.match(JSON.stringify(creation.body), /made by the Go provisioner/u)
    assert.ok(await cluster.kube.get(RESOURCES.Namespace, { name: 'old' }))
    assert.equal(await cluster.kube.get(RESOURCES.Participant, { name: 'old' }), undefined)
    assert.deepEqual(writes, [])
  })

  it('drops it when its Deployments are gone', async () => {
    await cluster.kube.delete(RESOURCES.Deployment, { namespace: 'older', name: 'controlplane' })
    await untilGone(service, 'older')
    assert.ok(!(await listed()).includes('older'))
  })

  it('gives way to a resource of the same name, and comes back after it', async () => {
    const spec = { did: 'did:web:old.example', mode: 'Observed' }
    const observed = { apiVersion: API_VERSION, kind: KIND, metadata: { name: 'old' }, spec }
    await cluster.kube.create(observed as KubeObject, MANAGER)
    await untilStatus(service, 'old', ({ did }) => did === 'did:web:old.example')
    await cluster.kube.delete(RESOURCES.Participant, { name: 'old' })
    await untilStatus(service, 'old', ({ did }) => did === '')
  })

  it('does not disturb participants that are managed', async () => {
    await create(service, 'new')
    await untilStatus(service, 'new', ({ status }) => status === 'READY')
    assert.deepEqual(await listed(), ['new', 'old'])
    await remove(service, 'new')
  })
})

describe('without discovery', () => {
  it('a namespace of the Go provisioner is like one that does not exist', async () => {
    await using cluster = await openBuiltIn()
    await using service = await serviceOn(cluster)
    await makeLegacy(cluster, 'old')
    await eventually(
      async () => {
        const ready = await cluster.kube.list(RESOURCES.Pod, { namespace: 'old' })
        return ready.items.length === COMPONENTS.length
      },
      { what: 'its pods' },
    )
    assert.equal((await call(service, 'GET /api/v1/resources/old/status')).code, 404)
    const deletion = await call(service, 'DELETE /api/v1/resources', { participantName: 'old' })
    assert.equal(deletion.code, 404)
  })
})
