/** What the client sends to write, and what it makes of the answers. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openKubeAt } from '../../test/support/kube-at.ts'
import { json, openScriptedServer, status } from '../../test/support/scripted-server.ts'
import { type KubeObject, RESOURCES } from '../model/kubernetes.ts'
import { hasReason, KubeApiError } from './errors.ts'

const { Namespace, Pod } = RESOURCES
const acme = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'acme' } }
const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'acme', name: 'a', uid: 'uid-a' } }

describe('create', () => {
  it('posts the whole object to its collection with strict field validation', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    server.script(json(201, pod))
    const created: KubeObject = await at.kube.create(
      { ...pod, spec: { futureKnob: true } },
      { manager: 'us' },
    )
    assert.deepEqual(created, pod)
    const [request] = server.received
    assert.deepEqual([request?.method, request?.path], ['POST', '/api/v1/namespaces/acme/pods'])
    assert.deepEqual(request?.query, { fieldManager: 'us', fieldValidation: 'Strict' })
    assert.deepEqual(JSON.parse(request?.body ?? ''), { ...pod, spec: { futureKnob: true } })
    assert.equal(request?.headers['content-type'], 'application/json')
  })

  it('says AlreadyExists by the reason of the Status', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    server.script(status(409, 'AlreadyExists'))
    await assert.rejects(at.kube.create(acme), (error) => hasReason(error, 'AlreadyExists'))
  })
})

describe('apply', () => {
  it('is a server-side apply of exactly the fields given, with strict field validation', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    const wanted = { ...pod, spec: { brandNewField: { a: [1] }, containers: [{ name: 'x', futureKnob: 1 }] } }
    server.script(json(200, pod))
    await at.kube.apply(wanted, { manager: 'provisioner', force: true })
    const [request] = server.received
    assert.deepEqual([request?.method, request?.path], ['PATCH', '/api/v1/namespaces/acme/pods/a'])
    assert.equal(request?.headers['content-type'], 'application/apply-patch+yaml')
    assert.deepEqual(request?.query, {
      fieldManager: 'provisioner',
      force: 'true',
      fieldValidation: 'Strict',
    })
    assert.deepEqual(JSON.parse(request?.body ?? ''), wanted)
  })

  it('does not take fields over by itself, and reaches the status and a dry run', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    await at.kube.apply(acme, { manager: 'status', subresource: 'status', dryRun: true })
    assert.equal(server.received[0]?.path, '/api/v1/namespaces/acme/status')
    const query = { fieldManager: 'status', force: 'false', fieldValidation: 'Strict', dryRun: 'All' }
    assert.deepEqual(server.received[0]?.query, query)
  })

  it('says Conflict with its causes', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    const causes = [
      { reason: 'FieldManagerConflict', message: 'conflict with "kubectl"', field: '.spec.replicas' },
    ]
    server.script(status(409, 'Conflict', { details: { causes } }))
    await assert.rejects(at.kube.apply(acme, { manager: 'us' }), (error) => {
      assert.ok(error instanceof KubeApiError)
      assert.deepEqual(
        [error.reason, error.causes, error.request],
        ['Conflict', causes, 'PATCH /api/v1/namespaces/acme'],
      )
      return true
    })
  })

  it('refuses managedFields and unknown kinds as bugs', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    const tainted = { ...acme, metadata: { name: 'acme', managedFields: [] } }
    await assert.rejects(
      at.kube.apply(tainted, { manager: 'us' }),
      /^Error: bug: managedFields in an apply of Namespace acme/u,
    )
    const foreign = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'a' } }
    await assert.rejects(
      at.kube.apply(foreign, { manager: 'us' }),
      /^Error: bug: batch\/v1 Job is not in the table/u,
    )
    assert.equal(server.received.length, 0)
  })
})

describe('patch', () => {
  it('sends a JSON Patch or a merge patch under its own content type', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    const body = [{ op: 'test', path: '/metadata/resourceVersion', value: '7' }]
    await at.kube.patch(Namespace, { name: 'acme' }, { type: 'json', body, manager: 'us' })
    await at.kube.patch(
      Namespace,
      { name: 'acme' },
      { type: 'merge', body: {}, manager: 'us', subresource: 'status' },
    )
    assert.deepEqual(
      server.received.map(({ path, query, headers }) => [path, query, headers['content-type']]),
      [
        ['/api/v1/namespaces/acme', { fieldManager: 'us' }, 'application/json-patch+json'],
        ['/api/v1/namespaces/acme/status', { fieldManager: 'us' }, 'application/merge-patch+json'],
      ],
    )
    assert.deepEqual(JSON.parse(server.received[0]?.body ?? ''), body)
  })
})

describe('delete', () => {
  it('sends its preconditions and answers the object that is still there', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    const deleting = { ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }
    server.script(json(200, deleting))
    const options = { uid: 'uid-a', resourceVersion: '7', propagationPolicy: 'Foreground' } as const
    assert.deepEqual(await at.kube.delete(Pod, { namespace: 'acme', name: 'a' }, options), deleting)
    assert.deepEqual(JSON.parse(server.received[0]?.body ?? ''), {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: 'Foreground',
      preconditions: { uid: 'uid-a', resourceVersion: '7' },
    })
  })

  it('answers undefined when the object is gone: by a Status of success, or because it was gone before', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    server.script(json(200, { apiVersion: 'v1', kind: 'Status', status: 'Success' }), status(404, 'NotFound'))
    assert.equal(await at.kube.delete(Namespace, { name: 'acme' }), undefined)
    assert.equal(await at.kube.delete(Namespace, { name: 'acme' }), undefined)
    assert.deepEqual(JSON.parse(server.received[0]?.body ?? ''), { apiVersion: 'v1', kind: 'DeleteOptions' })
  })

  it('says Conflict when the name belongs to somebody else by now', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    server.script(status(409, 'Conflict'))
    await assert.rejects(at.kube.delete(Namespace, { name: 'acme' }, { uid: 'old' }), (error) =>
      hasReason(error, 'Conflict'),
    )
    assert.equal(server.received.length, 1)
  })
})
