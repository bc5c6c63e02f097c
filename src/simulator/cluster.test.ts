import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../../test/support/eventually.ts'
import { pathOf, type Resource, RESOURCES } from '../model/kubernetes.ts'
import { type BuiltInCluster, openCluster } from './cluster.ts'
import { aDeployment, NAMESPACE } from './controllers/testing.ts'
import { FAST_TIMING } from './controllers/timing.ts'

interface Answer {
  readonly status: number
  readonly body: { readonly status?: Readonly<Record<string, unknown>> }
}

async function call(cluster: BuiltInCluster, path: string, init: RequestInit = {}): Promise<Answer> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${cluster.url}${path}`, { headers, ...init })
  return { status: response.status, body: (await response.json()) as Answer['body'] }
}

const post = (cluster: BuiltInCluster, resource: Resource, object: object): Promise<Answer> =>
  call(cluster, pathOf(resource, { namespace: NAMESPACE }), {
    method: 'POST',
    body: JSON.stringify(object),
  })

describe('the built-in cluster', () => {
  it('brings a Deployment up that was posted over HTTP', async () => {
    await using cluster = await openCluster({ timing: FAST_TIMING })
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }
    assert.equal((await post(cluster, RESOURCES.Namespace, namespace)).status, 201)
    assert.equal((await post(cluster, RESOURCES.Deployment, aDeployment('web'))).status, 201)
    const path = pathOf(RESOURCES.Deployment, { namespace: NAMESPACE, name: 'web' })
    await eventually(async () => (await call(cluster, path)).body.status?.['availableReplicas'] === 1, {
      what: 'the Deployment to be available',
    })
  })

  it('serves participants and has a ready node', async () => {
    await using cluster = await openCluster({ timing: FAST_TIMING })
    assert.equal((await call(cluster, pathOf(RESOURCES.Participant))).status, 200)
    assert.equal((await call(cluster, pathOf(RESOURCES.Node, { name: 'built-in-node' }))).status, 200)
  })

  it('lets nobody in without its token, when it was given one', async () => {
    await using cluster = await openCluster({ timing: FAST_TIMING, token: 'the-token' })
    const path = pathOf(RESOURCES.Pod)
    assert.equal((await call(cluster, path)).status, 401)
    assert.equal((await call(cluster, path, { headers: { authorization: 'Bearer other' } })).status, 401)
    assert.equal((await call(cluster, path, { headers: { authorization: 'Bearer the-token' } })).status, 200)
  })

  it('is gone when it is closed', async () => {
    const cluster = await openCluster({ timing: FAST_TIMING })
    await cluster[Symbol.asyncDispose]()
    await assert.rejects(call(cluster, pathOf(RESOURCES.Pod)))
  })
})
