/** Deletion over HTTP: finalizers, preconditions, grace, namespaces. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { configMap, CONFIG_MAPS, DEPLOYMENTS, deployment, MERGE, openTestServer } from './for-tests.ts'

const FINALIZERS = { finalizers: ['example.dev/one', 'example.dev/two'] }

describe('deleting on the built-in API server', () => {
  it('removes an object without finalizers at once', async () => {
    await using api = await openTestServer()
    const { body: created } = await api.call('POST', CONFIG_MAPS, { body: configMap('a') })
    const { code, body } = await api.call('DELETE', `${CONFIG_MAPS}/a`)
    assert.deepEqual([code, body.kind, body.status], [200, 'Status', 'Success'])
    assert.deepEqual(body.details, { name: 'a', kind: 'configmaps', uid: created.metadata.uid })
    assert.equal((await api.call('GET', `${CONFIG_MAPS}/a`)).code, 404)
    assert.equal((await api.call('DELETE', `${CONFIG_MAPS}/a`)).code, 404)
  })

  it('keeps an object until its last finalizer is gone, and lets it get no new ones', async () => {
    await using api = await openTestServer()
    await api.call('POST', CONFIG_MAPS, { body: configMap('a', {}, FINALIZERS) })
    const { body } = await api.call('DELETE', `${CONFIG_MAPS}/a`)
    assert.equal(body.kind, 'ConfigMap')
    assert.ok(body.metadata.deletionTimestamp)
    const leave = async (finalizers: readonly string[]): Promise<number> =>
      (await api.call('PATCH', `${CONFIG_MAPS}/a`, { body: { metadata: { finalizers } }, type: MERGE })).code
    assert.equal(await leave(['example.dev/one', 'example.dev/new']), 422)
    assert.equal(await leave(['example.dev/one']), 200)
    assert.equal((await api.call('GET', `${CONFIG_MAPS}/a`)).code, 200)
    assert.equal(await leave([]), 200)
    assert.equal((await api.call('GET', `${CONFIG_MAPS}/a`)).code, 404)
  })

  it('deletes only the object that is meant', async () => {
    await using api = await openTestServer()
    await api.call('POST', DEPLOYMENTS, { body: deployment('d', 'web:1') })
    const remove = (preconditions: object): ReturnType<typeof api.call> =>
      api.call('DELETE', `${DEPLOYMENTS}/d`, { body: { preconditions } })
    for (const preconditions of [{ uid: 'another' }, { resourceVersion: '1' }]) {
      const { code, body } = await remove(preconditions)
      assert.deepEqual([code, body.reason], [409, 'Conflict'])
    }
    const { uid } = (await api.call('GET', `${DEPLOYMENTS}/d`)).body.metadata
    assert.equal((await remove({ uid })).code, 200)
  })

  it('refuses an unknown propagation policy', async () => {
    await using api = await openTestServer()
    await api.call('POST', CONFIG_MAPS, { body: configMap('a') })
    assert.equal((await api.call('DELETE', `${CONFIG_MAPS}/a?propagationPolicy=Maybe`)).code, 422)
  })

  it('frees dependents from an owner that is deleted as Orphan', async () => {
    await using api = await openTestServer()
    const { body: owner } = await api.call('POST', CONFIG_MAPS, { body: configMap('owner') })
    const { uid = '' } = owner.metadata
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }]
    await api.call('POST', CONFIG_MAPS, { body: configMap('child', {}, { ownerReferences }) })
    await api.call('DELETE', `${CONFIG_MAPS}/owner`, { body: { propagationPolicy: 'Orphan' } })
    const { metadata } = (await api.call('GET', `${CONFIG_MAPS}/child`)).body
    assert.deepEqual(metadata.ownerReferences, [])
  })

  it('takes a namespace through Terminating, in which nothing new can be made', async () => {
    await using api = await openTestServer()
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'home' } }
    const { body } = await api.call('POST', '/api/v1/namespaces', { body: namespace })
    assert.deepEqual(body.status, { phase: 'Active' })
    assert.deepEqual(body.metadata.labels, { 'kubernetes.io/metadata.name': 'home' })
    const deleted = await api.call('DELETE', '/api/v1/namespaces/home')
    assert.deepEqual(deleted.body.status, { phase: 'Terminating' })
    const late = await api.call('POST', '/api/v1/namespaces/home/configmaps', { body: configMap('a') })
    assert.deepEqual([late.code, late.body.reason], [403, 'Forbidden'])
    assert.equal(late.body.details.causes[0]?.reason, 'NamespaceTerminating')
    await api.call('PUT', '/api/v1/namespaces/home/finalize', {
      body: { ...namespace, spec: { finalizers: [] } },
    })
    assert.equal((await api.call('GET', '/api/v1/namespaces/home')).code, 404)
  })

  it('never deletes the default namespace', async () => {
    await using api = await openTestServer()
    assert.equal((await api.call('DELETE', '/api/v1/namespaces/default')).code, 403)
  })

  it('gives a pod on a node its grace, and removes one at once that runs nowhere', async () => {
    await using api = await openTestServer()
    const pods = '/api/v1/namespaces/default/pods'
    const pod = (name: string, spec: object): object => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: { containers: [{ name: 'c', image: 'web:1' }], ...spec },
    })
    await api.call('POST', pods, { body: pod('placed', { nodeName: 'n' }) })
    await api.call('POST', pods, { body: pod('waiting', {}) })
    const placed = await api.call('DELETE', `${pods}/placed`)
    assert.equal(placed.body.metadata.deletionTimestamp, '2026-01-02T03:04:35Z')
    await api.call('DELETE', `${pods}/waiting`)
    assert.equal((await api.call('GET', `${pods}/placed`)).code, 200)
    assert.equal((await api.call('GET', `${pods}/waiting`)).code, 404)
    await api.call('DELETE', `${pods}/placed?gracePeriodSeconds=0`)
    assert.equal((await api.call('GET', `${pods}/placed`)).code, 404)
  })
})
