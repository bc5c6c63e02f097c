/** Server-side apply over HTTP: merging, ownership, conflicts, guards. Compared with kube-apiserver 1.36. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  APPLY,
  configMap,
  CONFIG_MAPS,
  deployment,
  DEPLOYMENTS,
  MERGE,
  openTestServer,
  type Reply,
  type TestServer,
  widget,
  widgetDefinition,
  WIDGETS,
} from './for-tests.ts'

const A = `${CONFIG_MAPS}/a`
const by = (manager: string): string => `fieldManager=${manager}`

function ownersOf({ body }: Reply): Record<string, unknown> {
  return Object.fromEntries(
    body.metadata.managedFields.map(({ manager, operation, fieldsV1 }) => [
      `${manager} ${operation}`,
      fieldsV1,
    ]),
  )
}

async function openWithWidgets(): Promise<TestServer> {
  const api = await openTestServer()
  api.server.installCrd(widgetDefinition())
  return api
}

describe('server-side apply on the built-in API server', () => {
  it('creates what is missing and answers 201, then 200', async () => {
    await using api = await openTestServer()
    assert.equal((await api.apply(A, configMap('a', { x: '1' }))).code, 201)
    assert.equal((await api.apply(A, configMap('a', { x: '2' }))).code, 200)
  })

  it('takes YAML', async () => {
    await using api = await openTestServer()
    const body = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: "1"}\n'
    const { body: made } = await api.call('PATCH', `${A}?fieldManager=m`, { body, type: APPLY })
    assert.deepEqual(made.data, { x: '1' })
    assert.equal((await api.call('PATCH', `${A}?fieldManager=m`, { body: 'a: [', type: APPLY })).code, 400)
  })

  it('changes nothing, not even the version, when the same is applied again', async () => {
    await using api = await openTestServer()
    const first = await api.apply(`${DEPLOYMENTS}/d`, deployment('d', 'web:1', { replicas: 2 }))
    const second = await api.apply(`${DEPLOYMENTS}/d`, deployment('d', 'web:1', { replicas: 2 }))
    assert.deepEqual(second.body, first.body)
  })

  it('removes what its manager leaves out, and keeps what others own or nobody does', async () => {
    await using api = await openTestServer()
    await api.apply(A, configMap('a', { mine: '1', shared: '1' }, { labels: { l: '1' } }), by('one'))
    await api.apply(A, configMap('a', { shared: '1', theirs: '1' }), by('two'))
    await api.call('PATCH', `${A}?fieldManager=three`, { body: { data: { edited: '1' } }, type: MERGE })
    const reply = await api.apply(A, configMap('a', {}), by('one'))
    assert.deepEqual(reply.body.data, { shared: '1', theirs: '1', edited: '1' })
    assert.equal(reply.body.metadata.labels, undefined)
  })

  it('records who owns what, as kubectl shows it', async () => {
    await using api = await openTestServer()
    await api.apply(`${DEPLOYMENTS}/d`, deployment('d', 'web:1'), by('one'))
    const scaled = await api.call('PATCH', `${DEPLOYMENTS}/d?fieldManager=two`, {
      body: { spec: { replicas: 3 } },
      type: MERGE,
    })
    const container = { '.': {}, 'f:image': {}, 'f:name': {} }
    const template = {
      'f:metadata': { 'f:labels': { 'f:app': {} } },
      'f:spec': { 'f:containers': { 'k:{"name":"main"}': container } },
    }
    assert.deepEqual(ownersOf(scaled), {
      'one Apply': { 'f:spec': { 'f:selector': {}, 'f:template': template } },
      'two Update': { 'f:spec': { 'f:replicas': {} } },
    })
  })

  it('refuses to change what another manager owns, naming field and manager, unless forced', async () => {
    await using api = await openTestServer()
    await api.apply(`${DEPLOYMENTS}/d`, deployment('d', 'web:1'), by('one'))
    const refused = await api.apply(`${DEPLOYMENTS}/d`, deployment('d', 'web:2'), by('two'))
    assert.deepEqual([refused.code, refused.body.reason], [409, 'Conflict'])
    assert.deepEqual(refused.body.details.causes, [
      {
        reason: 'FieldManagerConflict',
        message: 'conflict with "one"',
        field: '.spec.template.spec.containers[name="main"].image',
      },
    ])
    const forced = await api.apply(`${DEPLOYMENTS}/d`, deployment('d', 'web:2'), `${by('two')}&force=true`)
    assert.equal(forced.code, 200)
    assert.doesNotMatch(JSON.stringify(ownersOf(forced)['one Apply']), /f:image/u)
  })

  it('counts a manager that updates as another than the same name that applies', async () => {
    await using api = await openTestServer()
    await api.apply(A, configMap('a', { x: '1' }), by('one'))
    await api.call('PATCH', `${A}?fieldManager=one`, { body: { data: { x: '2' } }, type: MERGE })
    const { code, body } = await api.apply(A, configMap('a', { x: '1' }), by('one'))
    assert.equal(code, 409)
    assert.equal(body.message, 'Apply failed with 1 conflict: conflict with "one" using v1: .data.x')
  })

  it('merges containers, variables, ports and volumes by their keys', async () => {
    await using api = await openTestServer()
    const withSpec = (containers: readonly object[], rest: object = {}): object => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd' },
      spec: { template: { spec: { containers, ...rest } } },
    })
    await api.apply(`${DEPLOYMENTS}/d`, deployment('d', 'web:1'), by('one'))
    const main = { name: 'main', env: [{ name: 'A', value: '1' }], ports: [{ containerPort: 80 }] }
    const side = { name: 'side', image: 'log:1', volumeMounts: [{ name: 'v', mountPath: '/v' }] }
    const volumes = [{ name: 'v', emptyDir: {} }]
    const added = await api.apply(`${DEPLOYMENTS}/d`, withSpec([main, side], { volumes }), by('two'))
    const namesIn = ({ body }: Reply): readonly string[] => {
      const { template } = body.spec as { template: { spec: { containers: { name: string }[] } } }
      return template.spec.containers.map(({ name }) => name)
    }
    assert.deepEqual(namesIn(added), ['main', 'side'])
    const dropped = await api.apply(`${DEPLOYMENTS}/d`, withSpec([{ name: 'main' }]), by('two'))
    assert.deepEqual(namesIn(dropped), ['main'])
    const text = JSON.stringify(dropped.body.spec)
    for (const gone of ['"A"', '80', 'emptyDir']) assert.ok(!text.includes(gone), gone)
  })

  it('owns finalizers one by one', async () => {
    await using api = await openTestServer()
    const holding = (...finalizers: readonly string[]): object => configMap('a', {}, { finalizers })
    await api.apply(A, holding('example.dev/one'), by('one'))
    await api.apply(A, holding('example.dev/two'), by('two'))
    const { body } = await api.apply(A, configMap('a'), by('one'))
    assert.deepEqual(body.metadata.finalizers, ['example.dev/two'])
  })

  it('refuses an apply without manager, without name, of another kind, or with managedFields', async () => {
    await using api = await openTestServer()
    const code = async (object: object, query?: string): Promise<number> =>
      (await api.apply(A, object, query)).code
    assert.equal(await code(configMap('a'), ''), 422)
    assert.equal(await code({ apiVersion: 'v1', kind: 'ConfigMap' }), 400)
    assert.equal(await code(configMap('b')), 400)
    assert.equal(await code({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } }), 400)
    assert.equal(await code(configMap('a', {}, { managedFields: [] })), 400)
  })

  it('refuses a list with two items of one key, and a number where there must be text', async () => {
    await using api = await openTestServer()
    const env = [{ name: 'PORT', value: 80 }]
    const template = {
      metadata: { labels: { app: 'd' } },
      spec: { containers: [{ name: 'main', image: 'web:1', env }] },
    }
    const numeric = await api.apply(`${DEPLOYMENTS}/d`, deployment('d', 'web:1', { template }))
    assert.equal(numeric.code, 500)
    assert.match(
      numeric.body.message,
      /containers\[name="main"\]\.env\[name="PORT"\]\.value: expected string/u,
    )
    const twice = { ...template, spec: { containers: [{ name: 'main' }, { name: 'main' }] } }
    const double = await api.apply(`${DEPLOYMENTS}/d`, deployment('d', 'web:1', { template: twice }))
    assert.match(double.body.message, /duplicate entries for key \[name="main"\]/u)
  })

  it('does not create an object again that is meant by its uid', async () => {
    await using api = await openTestServer()
    const { code, body } = await api.apply(A, configMap('a', {}, { uid: 'gone' }))
    assert.deepEqual([code, body.reason], [409, 'Conflict'])
    assert.equal((await api.call('GET', A)).code, 404)
  })

  it('refuses to write to an object of another uid, or of another version than was read', async () => {
    await using api = await openTestServer()
    await api.apply(A, configMap('a', { x: '1' }))
    const other = await api.apply(A, configMap('a', { x: '2' }, { uid: 'other' }))
    assert.deepEqual([other.code, other.body.details.causes[0]?.field], [422, 'metadata.uid'])
    const older = await api.apply(A, configMap('a', { x: '2' }, { resourceVersion: '1' }))
    assert.deepEqual([older.code, older.body.reason], [409, 'Conflict'])
  })

  it('leaves everything as it is in a dry run', async () => {
    await using api = await openTestServer()
    const { body: before } = await api.apply(A, configMap('a', { x: '1' }))
    const dry = await api.apply(A, configMap('a', { x: '2' }), `${by('tester')}&dryRun=All`)
    assert.deepEqual(dry.body.data, { x: '2' })
    assert.deepEqual((await api.call('GET', A)).body, before)
  })

  it('keeps spec and status apart, each with its own owners', async () => {
    await using api = await openWithWidgets()
    const path = `${WIDGETS}/w`
    const condition = (type: string, status: string): object => ({
      status: { conditions: [{ type, status }] },
    })
    await api.apply(path, widget('w', { color: 'red' }, { status: { phase: 'Ignored' } }), by('spec'))
    await api.apply(`${path}/status`, widget('w', { color: 'blue' }, condition('Ready', 'True')), by('one'))
    const both = await api.apply(`${path}/status`, widget('w', {}, condition('Healthy', 'True')), by('two'))
    assert.deepEqual(both.body.status, {
      conditions: [
        { type: 'Ready', status: 'True' },
        { type: 'Healthy', status: 'True' },
      ],
    })
    assert.equal(both.body.spec['color'], 'red')
    assert.equal(both.body.metadata.generation, 1)
    const refused = await api.apply(`${path}/status`, widget('w', {}, condition('Ready', 'False')), by('two'))
    assert.equal(refused.body.details.causes[0]?.message, 'conflict with "one" with subresource "status"')
    assert.equal((await api.apply(`${WIDGETS}/none/status`, widget('none', {}))).code, 404)
  })

  it('follows the list types of a custom resource: sets merge, plain lists are one value', async () => {
    await using api = await openWithWidgets()
    const path = `${WIDGETS}/w`
    await api.apply(path, widget('w', { color: 'red', tags: ['a'], plain: ['a'] }), by('one'))
    const merged = await api.apply(path, widget('w', { color: 'red', tags: ['b'] }), by('two'))
    assert.deepEqual(merged.body.spec['tags'], ['a', 'b'])
    const refused = await api.apply(path, widget('w', { plain: ['b'] }), by('two'))
    assert.deepEqual(
      refused.body.details.causes.map(({ field }) => field),
      ['.spec.plain'],
    )
    const left = await api.apply(path, widget('w', { color: 'red' }), by('one'))
    assert.deepEqual(left.body.spec, { color: 'red', size: 3, mode: 'A', nested: { deep: 5 }, tags: ['b'] })
  })
})
