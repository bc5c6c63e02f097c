/** How old an answer is, what was known before a restart, and what is too old to be told. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { UnavailableError } from '../model/errors.ts'
import { operationId } from '../model/operation.ts'
import { aRecord, OBSERVED_AT, testApp, UID } from './test-app.ts'

const CREATE = { participantName: 'new', did: 'did:web:new.example' }
const ACME = '/api/v1/resources/acme/status'

interface Asked {
  readonly what: string
  readonly code: number
  readonly request: {
    readonly method?: 'GET' | 'HEAD' | 'POST' | 'DELETE' | 'PUT'
    readonly url: string
    readonly headers?: Record<string, string>
    readonly payload?: object
  }
}

const operation = (participantName: string): string =>
  `/api/v1/operations/${operationId({ participantName, type: 'create', uid: UID })}`

const everyAnswer: readonly Asked[] = [
  { what: 'a status', code: 200, request: { url: ACME } },
  { what: 'HEAD of a status', code: 200, request: { method: 'HEAD', url: ACME } },
  {
    what: 'a status that is known',
    code: 304,
    request: { url: ACME, headers: { 'if-none-match': '"acme-1"' } },
  },
  { what: 'the status of nobody', code: 404, request: { url: '/api/v1/resources/nobody/status' } },
  { what: 'a list', code: 200, request: { url: '/api/v1/resources' } },
  {
    what: 'a list that is known',
    code: 304,
    request: { url: '/api/v1/resources', headers: { 'if-none-match': '*' } },
  },
  { what: 'a list of a page 0', code: 400, request: { url: '/api/v1/resources?page=0' } },
  { what: 'a creation', code: 200, request: { method: 'POST', url: '/api/v1/resources', payload: CREATE } },
  {
    what: 'a refused creation',
    code: 400,
    request: { method: 'POST', url: '/api/v1/resources', payload: { ...CREATE, did: 'no DID' } },
  },
  { what: 'a removal', code: 200, request: { method: 'DELETE', url: '/api/v1/resources/acme' } },
  {
    what: 'the removal of nobody',
    code: 404,
    request: { method: 'DELETE', url: '/api/v1/resources/nobody' },
  },
  {
    what: 'a removal by body',
    code: 200,
    request: { method: 'DELETE', url: '/api/v1/resources', payload: { participantName: 'acme' } },
  },
  { what: 'an operation', code: 200, request: { url: operation('acme') } },
  { what: 'an operation of nobody', code: 404, request: { url: operation('nobody') } },
  { what: 'another method', code: 405, request: { method: 'PUT', url: '/api/v1/resources' } },
  { what: 'another path', code: 404, request: { url: '/api/v1/nothing' } },
]

describe('X-Observed-At', () => {
  for (const { what, code, request } of everyAnswer) {
    it(`is on ${what} (${code})`, async () => {
      await using door = testApp()
      door.records.set('acme', aRecord('acme', 'READY', { steps: [] }))
      const answer = await door.app.inject(request)
      assert.equal(answer.statusCode, code, answer.body)
      assert.equal(answer.headers['x-observed-at'], OBSERVED_AT)
      assert.equal(answer.headers['x-stale'], undefined)
    })
  }

  it('is on a refusal of who asks (401)', async () => {
    const callers = [{ name: 'portal', sha256: 'a'.repeat(64) }]
    await using door = testApp({ auth: { kind: 'tokens', callers } })
    const answer = await door.app.inject(ACME)
    assert.equal(answer.statusCode, 401)
    assert.equal(answer.headers['x-observed-at'], OBSERVED_AT)
  })

  it('is on the answer that there is none, when the cluster was seen once (503)', async () => {
    await using door = testApp()
    door.see({ stale: true, expired: true })
    const answer = await door.app.inject(ACME)
    assert.equal(answer.statusCode, 503)
    assert.equal(answer.headers['x-observed-at'], OBSERVED_AT)
  })

  it('comes with X-Stale on every answer while the cluster is out of sight', async () => {
    await using door = testApp()
    door.records.set('acme', aRecord('acme'))
    door.see({ stale: true })
    for (const url of [ACME, '/api/v1/resources', '/api/v1/resources/nobody/status']) {
      const answer = await door.app.inject({ url, headers: { origin: 'https://dashboard.example' } })
      assert.equal(answer.headers['x-stale'], 'true', url)
      assert.match(String(answer.headers['access-control-expose-headers']), /X-Stale/u)
    }
  })
})

describe('an answer that the cluster has not confirmed for long', () => {
  for (const url of [ACME, '/api/v1/resources', '/api/v1/resources/nobody/status', operation('acme')]) {
    it(`is not given any more: ${url.replace(UID, 'UID')}`, async () => {
      await using door = testApp()
      door.records.set('acme', aRecord('acme'))
      door.see({ stale: true, expired: true })
      const answer = await door.app.inject(url)
      assert.equal(answer.statusCode, 503)
      assert.equal(answer.headers['retry-after'], '30')
      assert.match(answer.json<{ details: string }>().details, /last heard at 2025-01-15T10:30:05/u)
      door.see({ stale: false, expired: false })
      assert.notEqual((await door.app.inject(url)).statusCode, 503)
    })
  }

  it('keeps nobody from asking for a participant or its removal', async () => {
    await using door = testApp()
    door.records.set('acme', aRecord('acme'))
    door.see({ stale: true, expired: true })
    const url = '/api/v1/resources'
    assert.equal((await door.app.inject({ method: 'POST', url, payload: CREATE })).statusCode, 200)
    assert.equal((await door.app.inject({ method: 'DELETE', url: `${url}/acme` })).statusCode, 200)
  })
})

describe('what was known before a restart', () => {
  const recalled = { synced: false, recalled: true, stale: true }

  it('is the answer until the cluster has been seen again, marked as old', async () => {
    await using door = testApp()
    door.records.set('acme', aRecord('acme'))
    door.see(recalled)
    const answer = await door.app.inject(ACME)
    assert.equal(answer.statusCode, 200)
    const { stale, observedAt, status } = answer.json<Record<string, unknown>>()
    assert.deepEqual([status, stale, observedAt], ['READY', true, OBSERVED_AT])
    const list = await door.app.inject('/api/v1/resources')
    assert.equal(list.statusCode, 200)
    assert.equal(list.headers['x-total'], '1')
    assert.equal(list.headers['x-stale'], 'true')
    assert.equal(list.headers['x-observed-at'], OBSERVED_AT)
  })

  it('does not tell that anything does not exist', async () => {
    await using door = testApp()
    door.see(recalled)
    for (const name of ['nobody', 'No_Name']) {
      const answer = await door.app.inject(`/api/v1/resources/${name}/status`)
      assert.equal(answer.statusCode, 503)
      assert.equal(answer.headers['retry-after'], '30')
      assert.deepEqual(Object.keys(answer.json<object>()), ['error', 'details'])
    }
  })

  it('is no list when some of it is missing', async () => {
    await using door = testApp({
      reader: {
        get: async () => aRecord('acme'),
        list: async () => {
          throw new UnavailableError('not all of it is at hand')
        },
      },
    })
    door.see(recalled)
    assert.equal((await door.app.inject('/api/v1/resources')).statusCode, 503)
    assert.equal((await door.app.inject(ACME)).statusCode, 200)
  })

  it('says nothing of operations, which go on meanwhile', async () => {
    await using door = testApp()
    door.records.set('acme', aRecord('acme', 'PROVISIONING', { steps: [] }))
    door.see(recalled)
    assert.equal((await door.app.inject(operation('acme'))).statusCode, 503)
  })

  it('is not told either when it is too old', async () => {
    await using door = testApp()
    door.records.set('acme', aRecord('acme'))
    door.see({ ...recalled, expired: true })
    assert.equal((await door.app.inject(ACME)).statusCode, 503)
  })
})
