/** Objects over HTTP: creating, reading, replacing, patching, and what is refused. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  configMap,
  CONFIG_MAPS,
  deployment,
  DEPLOYMENTS,
  JSON_PATCH,
  MERGE,
  openTestServer,
  STRATEGIC,
} from './for-tests.ts'

describe('the built-in API server', () => {
  it('gives a new object a uid, a version, a creation time and, in the response, what it is', async () => {
    await using api = await openTestServer()
    const { code, body } = await api.call('POST', CONFIG_MAPS, { body: configMap('a', { x: '1' }) })
    assert.equal(code, 201)
    assert.equal(body.kind, 'ConfigMap')
    assert.match(body.metadata.uid ?? '', /^[0-9a-f-]{36}$/u)
    assert.match(body.metadata.resourceVersion ?? '', /^\d+$/u)
    assert.equal(body.metadata.creationTimestamp, '2026-01-02T03:04:05Z')
    assert.equal(body.metadata.generation, undefined)
  })

  it('refuses a second object of the same name with AlreadyExists', async () => {
    await using api = await openTestServer()
    await api.call('POST', CONFIG_MAPS, { body: configMap('a') })
    const { code, body } = await api.call('POST', CONFIG_MAPS, { body: configMap('a') })
    assert.equal(code, 409)
    assert.equal(body.reason, 'AlreadyExists')
    assert.equal(body.message, 'configmaps "a" already exists')
  })

  it('answers with a Status that names the resource when there is no such object, namespace or kind', async () => {
    await using api = await openTestServer()
    const object = await api.call('GET', `${DEPLOYMENTS}/none`)
    assert.deepEqual([object.code, object.body.message], [404, 'deployments.apps "none" not found'])
    assert.deepEqual(object.body.details, { name: 'none', group: 'apps', kind: 'deployments' })
    const home = await api.call('POST', '/api/v1/namespaces/none/configmaps', { body: configMap('a') })
    assert.deepEqual([home.code, home.body.message], [404, 'namespaces "none" not found'])
    const kind = await api.call('GET', '/apis/apps/v1/namespaces/default/gadgets')
    assert.deepEqual([kind.code, kind.body.reason], [404, 'NotFound'])
    const group = await api.call('GET', '/apis/none.dev/v1/gadgets')
    assert.deepEqual([group.code, group.body.message], [404, '404 page not found\n'])
  })

  it('refuses names, labels and finalizers that Kubernetes does not allow', async () => {
    await using api = await openTestServer()
    const refused = async (metadata: object): Promise<string | undefined> => {
      const { code, body } = await api.call('POST', CONFIG_MAPS, { body: configMap('a', {}, metadata) })
      assert.equal(code, 422)
      return body.details.causes[0]?.field
    }
    assert.equal(await refused({ name: 'Upper' }), 'metadata.name')
    assert.equal(await refused({ name: '' }), 'metadata.name')
    assert.equal(await refused({ labels: { a: 'no spaces' } }), 'metadata.labels')
    assert.equal(await refused({ finalizers: ['unqualified'] }), 'metadata.finalizers[0]')
  })

  it('refuses numbers where Kubernetes has text', async () => {
    await using api = await openTestServer()
    const { code, body } = await api.call('POST', CONFIG_MAPS, {
      body: configMap('a', { port: 80 as never }),
    })
    assert.equal(code, 400)
    assert.match(
      body.message,
      /cannot unmarshal number into Go struct field ConfigMap\.data\.port of type string/u,
    )
  })

  it('replaces an object only if it still has the version that was read', async () => {
    await using api = await openTestServer()
    const { body } = await api.call('POST', CONFIG_MAPS, { body: configMap('a', { x: '1' }) })
    const { resourceVersion } = body.metadata
    const put = configMap('a', { x: '2' }, { resourceVersion })
    assert.equal((await api.call('PUT', `${CONFIG_MAPS}/a`, { body: put })).code, 200)
    const again = await api.call('PUT', `${CONFIG_MAPS}/a`, { body: put })
    assert.deepEqual([again.code, again.body.reason], [409, 'Conflict'])
    assert.deepEqual((await api.call('GET', `${CONFIG_MAPS}/a`)).body.data, { x: '2' })
  })

  it('writes nothing when a write changes nothing', async () => {
    await using api = await openTestServer()
    const { body } = await api.call('POST', CONFIG_MAPS, { body: configMap('a', { x: '1' }) })
    const patched = await api.call('PATCH', `${CONFIG_MAPS}/a`, { body: { data: { x: '1' } }, type: MERGE })
    assert.equal(patched.body.metadata.resourceVersion, body.metadata.resourceVersion)
  })

  it('pretends when asked for a dry run', async () => {
    await using api = await openTestServer()
    const { code } = await api.call('POST', `${CONFIG_MAPS}?dryRun=All`, { body: configMap('a') })
    assert.equal(code, 201)
    assert.equal((await api.call('GET', `${CONFIG_MAPS}/a`)).code, 404)
    assert.equal((await api.call('POST', `${CONFIG_MAPS}?dryRun=Some`, { body: configMap('a') })).code, 422)
  })

  it('merges patches: null removes, objects merge, lists are replaced', async () => {
    await using api = await openTestServer()
    await api.call('POST', CONFIG_MAPS, { body: configMap('a', { x: '1', y: '2' }) })
    const { body } = await api.call('PATCH', `${CONFIG_MAPS}/a`, {
      body: { data: { x: null, z: '3' } },
      type: MERGE,
    })
    assert.deepEqual(body.data, { y: '2', z: '3' })
  })

  it('applies JSON patches in order, and none of them when a test fails', async () => {
    await using api = await openTestServer()
    await api.call('POST', CONFIG_MAPS, { body: configMap('a', { x: '1' }) })
    const patch = (operations: readonly object[]): ReturnType<typeof api.call> =>
      api.call('PATCH', `${CONFIG_MAPS}/a`, { body: operations, type: JSON_PATCH })
    const failed = await patch([
      { op: 'remove', path: '/data/x' },
      { op: 'test', path: '/metadata/resourceVersion', value: '0' },
    ])
    assert.deepEqual([failed.code, failed.body.reason], [422, 'Invalid'])
    const { body } = await patch([
      { op: 'test', path: '/data/x', value: '1' },
      { op: 'copy', from: '/data/x', path: '/data/y' },
      { op: 'move', from: '/data/x', path: '/data/a~1b' },
      { op: 'add', path: '/metadata/finalizers', value: ['example.dev/one'] },
      { op: 'add', path: '/metadata/finalizers/-', value: 'example.dev/two' },
    ])
    assert.deepEqual(body.data, { y: '1', 'a/b': '1' })
    assert.deepEqual(body.metadata.finalizers, ['example.dev/one', 'example.dev/two'])
  })

  it('merges lists by their keys in strategic merge patches, as kubectl set image sends them', async () => {
    await using api = await openTestServer()
    await api.call('POST', DEPLOYMENTS, { body: deployment('d', 'web:1') })
    const containers = [{ name: 'main', image: 'web:2', env: [{ name: 'A', value: '1' }] }]
    await api.call('PATCH', `${DEPLOYMENTS}/d`, {
      body: { spec: { template: { spec: { containers } } } },
      type: STRATEGIC,
    })
    const dropped = [
      { name: 'main', env: [{ $patch: 'delete', name: 'A' }] },
      { name: 'side', image: 'log:1' },
    ]
    const { body } = await api.call('PATCH', `${DEPLOYMENTS}/d`, {
      body: { spec: { template: { spec: { containers: dropped } } } },
      type: STRATEGIC,
    })
    const { template } = body.spec as {
      template: { spec: { containers: { name: string; image: string; env: [] }[] } }
    }
    assert.deepEqual(
      template.spec.containers.map(({ name, image }) => `${name} ${image}`),
      ['main web:2', 'side log:1'],
    )
    assert.deepEqual(template.spec.containers[0]?.env, [])
  })

  it('counts generations of what has a spec: when the spec changes and when the deletion begins', async () => {
    await using api = await openTestServer()
    const created = await api.call('POST', DEPLOYMENTS, { body: deployment('d', 'web:1') })
    const patch = async (body: object): Promise<number | undefined> =>
      (await api.call('PATCH', `${DEPLOYMENTS}/d`, { body, type: MERGE })).body.metadata.generation
    assert.equal(created.body.metadata.generation, 1)
    assert.equal(await patch({ metadata: { labels: { a: 'b' } } }), 1)
    assert.equal(await patch({ status: { replicas: 3 } }), 1)
    assert.equal(await patch({ spec: { replicas: 2 } }), 2)
    // The generation of a Deployment counts its annotations.
    assert.equal(await patch({ metadata: { annotations: { a: 'b' }, finalizers: ['example.dev/x'] } }), 3)
    assert.equal((await api.call('DELETE', `${DEPLOYMENTS}/d`)).body.metadata.generation, 4)
  })

  it('writes the status through its subresource only, and nothing else there', async () => {
    await using api = await openTestServer()
    await api.call('POST', DEPLOYMENTS, { body: { ...deployment('d', 'web:1'), status: { replicas: 7 } } })
    const { body } = await api.call('PATCH', `${DEPLOYMENTS}/d/status`, {
      body: { spec: { replicas: 9 }, metadata: { labels: { a: 'b' } }, status: { readyReplicas: 1 } },
      type: MERGE,
    })
    assert.deepEqual(body.status, { readyReplicas: 1 })
    assert.equal(body.spec['replicas'], 1)
    assert.equal(body.metadata.labels, undefined)
  })

  it('asks for a bearer token when it has one, but not for its health', async () => {
    await using api = await openTestServer({ token: 'secret' })
    assert.equal((await api.call('GET', CONFIG_MAPS)).code, 401)
    assert.equal(
      (await api.call('GET', CONFIG_MAPS, { headers: { authorization: 'Bearer other' } })).code,
      401,
    )
    assert.equal(
      (await api.call('GET', CONFIG_MAPS, { headers: { authorization: 'Bearer secret' } })).code,
      200,
    )
    assert.equal((await api.call('GET', '/readyz')).code, 200)
  })

  it('refuses what it cannot read: bad JSON, another kind, an unknown content type, 4 MB', async () => {
    await using api = await openTestServer()
    const post = async (body: unknown, type?: string): Promise<number> =>
      (await api.call('POST', CONFIG_MAPS, { body, ...(type === undefined ? {} : { type }) })).code
    assert.equal(await post('{'), 400)
    assert.equal(await post(deployment('d', 'web:1')), 400)
    assert.equal(await post(configMap('a'), 'text/plain'), 415)
    assert.equal(await post(configMap('a', { x: 'x'.repeat(4_000_000) })), 413)
    assert.equal((await api.call('POST', `${CONFIG_MAPS}/a`, { body: configMap('a') })).code, 405)
  })

  it('tells clients what it serves', async () => {
    await using api = await openTestServer()
    const { body } = await api.call('GET', '/apis/apps/v1')
    const names = (body['resources'] as { readonly name: string }[]).map(({ name }) => name)
    assert.ok(names.includes('deployments') && names.includes('deployments/status'))
    assert.match(String((await api.call('GET', '/version')).body['gitVersion']), /^v1\.36\./u)
  })
})
