/** What the client sends to read, and what it makes of the answers. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CANARY_TOKEN, openKubeAt } from '../../test/support/kube-at.ts'
import { json, openScriptedServer, status, text } from '../../test/support/scripted-server.ts'
import { RESOURCES } from '../model/kubernetes.ts'
import { hasReason } from './errors.ts'

const { Deployment, Namespace, Participant, Pod } = RESOURCES
const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'acme', name: 'a', uid: 'uid-a' } }

describe('every request', () => {
  it('says who asks, carries the token, and asks for uncompressed JSON', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    await at.kube.version()
    const { headers } = server.received[0] ?? assert.fail('nothing received')
    assert.equal(headers['user-agent'], 'dataspace-provisioner/0.0.0-test')
    assert.equal(headers.authorization, `Bearer ${CANARY_TOKEN}`)
    assert.equal(headers.accept, 'application/json')
    assert.equal(headers['accept-encoding'], 'identity')
  })

  it('keeps the path of the server address in front of its own', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(`${server.url}/k8s/clusters/c-1/`)
    await at.kube.get(Namespace, { name: 'acme' })
    assert.equal(server.received[0]?.path, '/k8s/clusters/c-1/api/v1/namespaces/acme')
  })

  it('is reported with method, path without query, code and time', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    server.script(
      status(503, 'ServiceUnavailable'),
      json(200, { items: [], metadata: { resourceVersion: '1' } }),
    )
    await at.kube.list(Pod, { labelSelector: 'a' })
    assert.deepEqual(
      at.reports.map(({ method, path, code }) => [method, path, code]),
      [
        ['GET', '/api/v1/pods', 503],
        ['GET', '/api/v1/pods', 200],
      ],
    )
    assert.ok(at.reports.every(({ durationMs }) => durationMs > 0))
  })
})

describe('get', () => {
  it('answers the object as the server sent it, times as text and unknown fields included', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    const sent = {
      ...pod,
      metadata: { ...pod.metadata, creationTimestamp: '2026-01-01T00:00:00Z' },
      brandNew: { x: 1 },
    }
    server.script(json(200, sent))
    assert.deepEqual(await at.kube.get(Pod, { namespace: 'acme', name: 'a' }), sent)
    assert.equal(server.received[0]?.path, '/api/v1/namespaces/acme/pods/a')
  })

  it('answers undefined when the API server says that there is no such object', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    server.script(status(404, 'NotFound'))
    assert.equal(await at.kube.get(Participant, { name: 'acme' }), undefined)
  })

  for (const [who, body] of [
    ['the API server that does not know the kind', '404 page not found\n'],
    ['a proxy', '<html><h1>Not Found</h1></html>'],
  ] as const) {
    it(`does not take a 404 of ${who} for an absent object`, async () => {
      await using server = await openScriptedServer()
      await using at = await openKubeAt(server.url)
      server.script(text(404, body, { 'content-type': 'text/plain' }))
      await assert.rejects(at.kube.get(Participant, { name: 'acme' }), (error) => {
        assert.ok(hasReason(error, 'NotFound'))
        assert.match(
          error.message,
          /\/apis\/dataspaces\.dev\/v1alpha1\/participants\/acme.*CustomResourceDefinition/u,
        )
        return true
      })
    })
  }

  for (const [name, key] of [
    ['no name', { namespace: 'acme', name: '' }],
    ['no namespace', { name: 'a' }],
    ['an empty namespace', { namespace: '', name: 'a' }],
    ['a name that walks up the path', { namespace: 'acme', name: '..' }],
  ] as const) {
    it(`refuses ${name} as a bug instead of asking for something else`, async () => {
      await using server = await openScriptedServer()
      await using at = await openKubeAt(server.url)
      await assert.rejects(at.kube.get(Pod, key), /^Error: bug: /u)
      assert.equal(server.received.length, 0)
    })
  }

  it('escapes names, so that they cannot leave their place in the path', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    await at.kube.get(Namespace, { name: 'a/b?c' })
    assert.equal(server.received[0]?.path, '/api/v1/namespaces/a%2Fb%3Fc')
  })
})

describe('list', () => {
  const page = (names: readonly string[], metadata: object): ReturnType<typeof json> =>
    json(200, { kind: 'PodList', metadata, items: names.map((name) => ({ metadata: { name } })) })

  it('follows all pages and answers with the resourceVersion of the first', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    server.script(
      page(['a', 'b'], { resourceVersion: '10', continue: 'c1' }),
      page(['c'], { resourceVersion: '10', continue: 'c2' }),
      page(['d'], { resourceVersion: '12' }),
    )
    const { items, resourceVersion } = await at.kube.list(Pod, {
      namespace: 'acme',
      labelSelector: 'x=y',
      limit: 2,
    })
    assert.deepEqual(
      items.map(({ metadata }) => metadata.name),
      ['a', 'b', 'c', 'd'],
    )
    assert.equal(resourceVersion, '10')
    assert.deepEqual(
      server.received.map(({ path, query }) => [path, query]),
      [{}, { continue: 'c1' }, { continue: 'c2' }].map((more) => [
        '/api/v1/namespaces/acme/pods',
        { labelSelector: 'x=y', limit: '2', ...more },
      ]),
    )
  })

  it('gives items the kind and apiVersion that the API server leaves out', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    server.script(page(['a'], { resourceVersion: '1', continue: '' }))
    const { items } = await at.kube.list(Deployment)
    assert.deepEqual(items, [{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a' } }])
    assert.deepEqual(server.received[0]?.query, { limit: '500' })
  })

  it('takes an empty list, also without items', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    server.script(json(200, { metadata: { resourceVersion: '1' }, items: null }))
    assert.deepEqual(await at.kube.list(Pod), { items: [], resourceVersion: '1' })
  })

  it('says Expired when the continue token has aged', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    server.script(page(['a'], { resourceVersion: '10', continue: 'c1' }), status(410, 'Expired'))
    await assert.rejects(at.kube.list(Pod), (error) => hasReason(error, 'Expired') && error.code === 410)
  })

  it('holds 200,000 objects', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    const names = Array.from({ length: 200_000 }, (_, index) => String(index))
    server.script(
      page(names, { resourceVersion: '10', continue: 'c' }),
      page(['last'], { resourceVersion: '10' }),
    )
    assert.equal((await at.kube.list(Pod)).items.length, 200_001)
  })

  it('does not take just any JSON for a list', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    server.script(json(200, { hello: 'world' }))
    await assert.rejects(
      at.kube.list(Pod),
      /UnavailableError: GET \/api\/v1\/pods: the answer is not a list/u,
    )
  })
})
