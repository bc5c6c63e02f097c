import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parse } from 'yaml'
import { openapiDocument } from './openapi.ts'
import { testApp } from './test-app.ts'

interface Operation {
  readonly operationId: string
  readonly responses: Readonly<Record<string, { readonly content?: object }>>
}

interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

async function document(): Promise<Document> {
  return JSON.parse(JSON.stringify(await openapiDocument())) as Document
}

describe('the OpenAPI document', () => {
  it('is OpenAPI 3.1 and names every operation once', async () => {
    const { openapi, paths } = await document()
    assert.match(openapi, /^3\.1\./u)
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => `${method} ${path} ${operationId}`),
    )
    assert.deepEqual(operations.toSorted(), [
      'delete /api/v1/resources deleteParticipantByBody',
      'delete /api/v1/resources/{participantName} deleteParticipant',
      'get /api/v1/operations/{id} getOperation',
      'get /api/v1/resources listParticipants',
      'get /api/v1/resources/{participantName}/operations listOperations',
      'get /api/v1/resources/{participantName}/status getParticipantStatus',
      'get /livez livez',
      'get /openapi.json getOpenapiJson',
      'get /openapi.yaml getOpenapiYaml',
      'get /readyz readyz',
      'post /api/v1/resources createParticipant',
      'post /api/v1/resources/{participantName}/resume resumeParticipant',
      'post /api/v1/resources/{participantName}/retry retryParticipant',
      'post /api/v1/resources/{participantName}/suspend suspendParticipant',
    ])
  })

  it('refers only to schemas that it has, and has no schema without an example', async () => {
    const whole = await document()
    const refs = [...JSON.stringify(whole).matchAll(/"\$ref":"([^"]+)"/gu)].map(([, ref]) => ref)
    assert.ok(refs.length > 10)
    const names = Object.keys(whole.components.schemas)
    for (const ref of refs) assert.ok(names.includes(String(ref).replace('#/components/schemas/', '')), ref)
    for (const [name, schema] of Object.entries(whole.components.schemas))
      assert.ok('examples' in schema, name)
  })

  it('describes the errors of every operation of the API in both forms', async () => {
    const { paths } = await document()
    for (const [path, methods] of Object.entries(paths).filter(([name]) => name.startsWith('/api/'))) {
      for (const { responses } of Object.values(methods)) {
        for (const status of ['401', '500', '503']) {
          const types = Object.keys(responses[status]?.content ?? {})
          assert.deepEqual(types, ['application/json', 'application/problem+json'], `${path} ${status}`)
        }
      }
    }
  })

  it('is the same each time it is made', async () => {
    assert.deepEqual(await document(), await document())
  })

  it('is served as JSON and as YAML, with a tag', async () => {
    await using door = testApp()
    const json = await door.app.inject('/openapi.json')
    assert.equal(json.headers['content-type'], 'application/json; charset=utf-8')
    assert.deepEqual(json.json(), await document())
    const yaml = await door.app.inject('/openapi.yaml')
    assert.equal(yaml.headers['content-type'], 'application/yaml; charset=utf-8')
    assert.deepEqual(parse(yaml.body), await document())
    const headers = { 'if-none-match': String(json.headers['etag']) }
    assert.equal((await door.app.inject({ url: '/openapi.json', headers })).statusCode, 304)
  })
})
