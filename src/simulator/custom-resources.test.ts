/** Custom resources over HTTP: definitions, schemas, rules, status, table. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  openTestServer,
  type Reading,
  type TestServer,
  widget,
  widgetDefinition,
  WIDGETS,
} from './for-tests.ts'

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

async function openWithWidgets(): Promise<TestServer> {
  const api = await openTestServer()
  api.server.installCrd(widgetDefinition())
  return api
}

function causesOf({ details }: Reading): readonly string[] {
  return details.causes.map(({ reason, field }) => `${reason} ${field}`)
}

describe('custom resources on the built-in API server', () => {
  it('are served once their definition is applied, until it is deleted', async () => {
    await using api = await openTestServer()
    assert.equal((await api.call('GET', WIDGETS)).code, 404)
    const { code, body } = await api.apply(`${DEFINITIONS}/widgets.example.dev`, widgetDefinition())
    const { conditions } = body.status as { conditions: { type: string; status: string }[] }
    assert.equal(code, 201)
    assert.ok(conditions.some(({ type, status }) => type === 'Established' && status === 'True'))
    assert.equal((await api.call('POST', WIDGETS, { body: widget('w', { color: 'red' }) })).code, 201)
    await api.call('DELETE', `${DEFINITIONS}/widgets.example.dev`)
    assert.equal((await api.call('GET', WIDGETS)).code, 404)
  })

  it('need a counterpart for every CEL rule, or their definition is refused', async () => {
    await using api = await openTestServer()
    const { code, body } = await api.call('POST', DEFINITIONS, { body: widgetDefinition('self.size > 1') })
    assert.equal(code, 422)
    assert.match(body.message, /cannot run CEL and has no such rule at "spec"/u)
  })

  it('get their defaults, and lose what the schema does not declare', async () => {
    await using api = await openWithWidgets()
    const { body } = await api.call('POST', WIDGETS, {
      body: widget('w', { color: 'red', mode: null, foo: 1 }),
    })
    assert.deepEqual(body.spec, { color: 'red', size: 3, mode: 'A', nested: { deep: 5 } })
  })

  it('are refused with every fault at once', async () => {
    await using api = await openWithWidgets()
    const spec = { color: 'scarlet', size: 99, mode: 'C', tags: ['a', 'a', 1], nested: 5, amounts: { a: 1 } }
    const { code, body } = await api.call('POST', WIDGETS, { body: widget('w', spec) })
    assert.equal(code, 422)
    assert.deepEqual(causesOf(body).toSorted(), [
      'FieldValueDuplicate spec.tags[1]',
      'FieldValueInvalid <nil>',
      'FieldValueInvalid spec.size',
      'FieldValueNotSupported spec.mode',
      'FieldValueTooLong spec.color',
      'FieldValueTypeInvalid spec.amounts.a',
      'FieldValueTypeInvalid spec.nested',
      'FieldValueTypeInvalid spec.tags[2]',
    ])
    const missing = await api.call('POST', WIDGETS, { body: widget('w', {}) })
    assert.deepEqual(causesOf(missing.body), ['FieldValueRequired spec.color', 'FieldValueInvalid <nil>'])
  })

  it('are refused for unknown fields under strict validation, and always when applied', async () => {
    await using api = await openWithWidgets()
    const body = widget('w', { color: 'red', foo: 1, nested: { bar: 1 } })
    const posted = await api.call('POST', `${WIDGETS}?fieldValidation=Strict`, { body })
    assert.equal(posted.code, 400)
    assert.match(
      posted.body.message,
      /strict decoding error: unknown field "spec\.foo", unknown field "spec\.nested\.bar"/u,
    )
    const applied = await api.apply(`${WIDGETS}/w`, body)
    assert.equal(applied.code, 500)
    assert.match(applied.body.message, /\.spec\.foo: field not declared in schema/u)
  })

  it('obey transition rules when they are updated, not when they are created', async () => {
    await using api = await openWithWidgets()
    await api.apply(`${WIDGETS}/w`, widget('w', { color: 'red' }))
    const { code, body } = await api.apply(`${WIDGETS}/w`, widget('w', { color: 'blue' }))
    assert.equal(code, 422)
    assert.deepEqual(body.details.causes, [
      { reason: 'FieldValueInvalid', message: 'Invalid value: color is immutable', field: 'spec' },
    ])
  })

  it('are replaced only with the version that was read', async () => {
    await using api = await openWithWidgets()
    await api.call('POST', WIDGETS, { body: widget('w', { color: 'red' }) })
    const { code, body } = await api.call('PUT', `${WIDGETS}/w`, { body: widget('w', { color: 'red' }) })
    assert.equal(code, 422)
    assert.match(
      body.message,
      /metadata\.resourceVersion: Invalid value: 0: must be specified for an update/u,
    )
  })

  it('keep a status of their own that must fit the schema too', async () => {
    await using api = await openWithWidgets()
    await api.call('POST', WIDGETS, { body: widget('w', { color: 'red' }, { status: { phase: 'Mine' } }) })
    assert.equal((await api.call('GET', `${WIDGETS}/w`)).body.status, undefined)
    const wrong = await api.apply(`${WIDGETS}/w/status`, widget('w', {}, { status: { phase: 5 } }))
    assert.equal(wrong.code, 500)
    const right = await api.apply(`${WIDGETS}/w/status`, widget('w', {}, { status: { phase: 'Fine' } }))
    assert.deepEqual(right.body.status, { phase: 'Fine' })
  })

  it('are shown in a table with the columns of their definition', async () => {
    await using api = await openWithWidgets()
    await api.apply(`${WIDGETS}/w`, widget('w', { color: 'red' }))
    const status = { phase: 'Fine', conditions: [{ type: 'Ready', status: 'True' }] }
    await api.apply(`${WIDGETS}/w/status`, widget('w', {}, { status }))
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'
    const { body } = await api.call('GET', WIDGETS, { headers: { accept } })
    const columns = body['columnDefinitions'] as { name: string }[]
    const rows = body['rows'] as { cells: unknown[] }[]
    assert.deepEqual(
      columns.map(({ name }) => name),
      ['Name', 'Phase', 'Ready', 'Age'],
    )
    assert.deepEqual(
      rows.map(({ cells }) => cells),
      [['w', 'Fine', 'True', '0s']],
    )
  })
})
