import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { describe, it } from 'node:test'
import { type Logger, pino } from 'pino'
import { UnavailableError } from '../model/errors.ts'
import { aRecord, testApp, writerOfOne } from './test-app.ts'

interface Line {
  readonly level: number
  readonly msg: string
  readonly [field: string]: unknown
}

function logInto(lines: Line[], level = 'debug'): Logger {
  const write = (chunk: Buffer, _encoding: string, done: () => void): void => {
    lines.push(JSON.parse(chunk.toString()) as Line)
    done()
  }
  return pino({ level }, new Writable({ write }))
}

const CANARY = 'canary-secret-7f3a'

function broken(): { get: () => Promise<never>; list: () => Promise<never> } {
  const fail = (): Promise<never> =>
    Promise.reject(new Error(`connect to ${CANARY} failed`, { cause: new Error('socket') }))
  return { get: fail, list: fail }
}

describe('an error nobody expected', () => {
  it('is answered without a word of its own and logged once, with its cause, under the same id', async () => {
    const lines: Line[] = []
    await using door = testApp({ reader: broken(), log: logInto(lines, 'info') })
    for (const url of [
      '/api/v1/resources/acme/status',
      '/api/v1/resources',
      `/api/v1/operations/a.create.u`,
    ]) {
      lines.length = 0
      const answer = await door.app.inject(url)
      assert.equal(answer.statusCode, 500)
      const id = String(answer.headers['x-request-id'])
      assert.deepEqual(answer.json(), {
        error: 'Internal error',
        details: `the service failed to answer; its log tells why under request id ${id}`,
      })
      assert.doesNotMatch(JSON.stringify(answer.headers), new RegExp(CANARY, 'u'))
      assert.equal(lines.length, 1)
      assert.equal(lines[0]?.['requestId'], id)
      assert.match(JSON.stringify(lines[0]?.['err']), /canary-secret.*socket/u)
    }
  })

  it('is hidden also when it is no Error, carries a status, or looks like one of the framework', async () => {
    const thrown = [
      CANARY,
      undefined,
      Object.assign(new Error(CANARY), { statusCode: 400 }),
      Object.assign(new Error(CANARY), { statusCode: 418, code: 'FST_ERR_CUSTOM' }),
      Object.assign(new Error(CANARY), { code: 'ECONNRESET' }),
    ]
    for (const error of thrown) {
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- what foreign code may throw
      const fail = (): Promise<never> => Promise.reject(error)
      await using door = testApp({ writer: writerOfOne(fail) })
      const payload = { participantName: 'acme', did: 'did:web:acme.example' }
      const answer = await door.app.inject({ method: 'POST', url: '/api/v1/resources', payload })
      assert.equal(answer.statusCode, 500)
      assert.doesNotMatch(answer.body, new RegExp(CANARY, 'u'))
    }
  })

  it('is answered too when it comes while a status is sent, or is no Error', async () => {
    await using odd = testApp()
    odd.records.set('acme', { ...aRecord('acme'), etag: `"${CANARY}\n"` })
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- what foreign code may throw
    const fail = (): Promise<never> => Promise.reject(CANARY)
    await using rejecting = testApp({ reader: { get: fail, list: fail } })
    for (const { app } of [odd, rejecting]) {
      const answer = await app.inject('/api/v1/resources/acme/status')
      assert.equal(answer.statusCode, 500)
      assert.doesNotMatch(answer.body + JSON.stringify(answer.headers), new RegExp(CANARY, 'u'))
    }
  })

  it('leaves its cause in the log when a dependency is what fails', async () => {
    const lines: Line[] = []
    const fail = (): Promise<never> =>
      Promise.reject(new UnavailableError('the cluster does not answer', { cause: new Error(CANARY) }))
    await using door = testApp({ reader: { get: fail, list: fail }, log: logInto(lines, 'info') })
    const answer = await door.app.inject('/api/v1/resources')
    assert.equal(answer.statusCode, 503)
    assert.doesNotMatch(answer.body, new RegExp(CANARY, 'u'))
    assert.match(JSON.stringify(lines), new RegExp(CANARY, 'u'))
  })
})

describe('who asks for application/problem+json', () => {
  const headers = { accept: 'application/json, application/problem+json', 'x-request-id': 'r-1' }

  it('gets RFC 9457 with a pointer to each faulty field', async () => {
    await using door = testApp()
    const answer = await door.app.inject({
      method: 'POST',
      url: '/api/v1/resources/?x=1',
      headers,
      payload: {},
    })
    assert.equal(answer.statusCode, 400)
    assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8')
    const missing = 'is missing: it must be a string'
    assert.deepEqual(answer.json(), {
      type: 'tag:dataspaces.dev,2026:problem/InvalidRequest',
      title: 'Invalid request',
      status: 400,
      detail: `participantName ${missing}; did ${missing}`,
      instance: '/api/v1/resources/',
      code: 'InvalidRequest',
      errors: [
        { detail: `participantName ${missing}`, pointer: '#/participantName' },
        { detail: `did ${missing}`, pointer: '#/did' },
      ],
      retryable: false,
      requestId: 'r-1',
    })
  })

  it('gets the name of a faulty parameter', async () => {
    await using door = testApp()
    const answer = await door.app.inject({ url: '/api/v1/resources?page=0', headers })
    assert.deepEqual(answer.json<{ errors: unknown }>().errors, [
      { detail: 'page must be a whole number ≥ 1, got "0"', parameter: 'page' },
    ])
  })

  it('gets a numeric status for what is not found, and learns what can be retried', async () => {
    await using door = testApp()
    const unknown = await door.app.inject({ url: '/api/v1/resources/nobody/status', headers })
    assert.equal(unknown.statusCode, 404)
    const body = unknown.json<Record<string, unknown>>()
    assert.deepEqual([body['status'], body['code'], body['retryable']], [404, 'ParticipantNotFound', false])
    door.see({ synced: false })
    const early = await door.app.inject({ url: '/api/v1/resources/nobody/status', headers })
    assert.equal(early.statusCode, 503)
    assert.equal(early.json<{ retryable: boolean }>().retryable, true)
    assert.equal(early.headers['retry-after'], '30')
  })

  it('is told apart from others by caches', async () => {
    await using door = testApp()
    assert.match(String((await door.app.inject('/api/v1/nothing')).headers['vary']), /\bAccept\b/u)
  })
})

describe('a request for what is not served', () => {
  for (const url of [
    '/',
    '/nothing',
    '/api',
    '/api/v1',
    '/api/v2/resources',
    '/api/v1/resources/acme/stat',
  ]) {
    it(`is answered 404 at ${url}`, async () => {
      await using door = testApp()
      const answer = await door.app.inject(url)
      assert.equal(answer.statusCode, 404)
      assert.deepEqual(answer.json(), { error: 'Not found', details: `nothing is served at ${url}` })
    })
  }

  const wrong: readonly (readonly [
    method: 'PUT' | 'POST' | 'DELETE' | 'PATCH',
    url: string,
    allow: string,
  ])[] = [
    ['PUT', '/api/v1/resources', 'GET, HEAD, POST, DELETE'],
    ['PATCH', '/api/v1/resources/', 'GET, HEAD, POST, DELETE'],
    ['POST', '/api/v1/resources/acme', 'DELETE'],
    ['DELETE', '/api/v1/resources/acme/status?x=1', 'GET, HEAD'],
    ['POST', '/livez', 'GET, HEAD'],
    ['PUT', '/openapi.json', 'GET, HEAD'],
  ]
  for (const [method, url, allow] of wrong) {
    it(`is answered 405 for ${method} ${url}`, async () => {
      await using door = testApp()
      const answer = await door.app.inject({ method, url, payload: {} })
      assert.equal(answer.statusCode, 405)
      assert.equal(answer.headers['allow'], allow)
      const path = url.split('?')[0]
      assert.deepEqual(answer.json(), {
        error: 'Method not allowed',
        details: `${method} is not allowed on ${path}; allowed: ${allow}`,
      })
    })
  }
})

describe('the request log', () => {
  const payload = { participantName: 'acme', did: 'did:web:acme.example' }

  it('has one line per finished write at info, and none for reads', async () => {
    const lines: Line[] = []
    await using door = testApp({ log: logInto(lines, 'info') })
    await door.app.inject('/api/v1/resources')
    const headers = { authorization: `Bearer ${CANARY}`, 'x-request-id': 'r-7' }
    await door.app.inject({ method: 'POST', url: `/api/v1/resources?x=${CANARY}`, headers, payload })
    assert.equal(lines.length, 1)
    const { level, msg, time, pid, hostname, ms, ...fields } = lines[0] ?? ({} as Line)
    assert.deepEqual([level, msg], [30, 'request finished'])
    assert.ok(typeof ms === 'number' && ms >= 0 && time && pid && hostname)
    assert.deepEqual(fields, {
      method: 'POST',
      route: '/api/v1/resources',
      status: 200,
      requestId: 'r-7',
      caller: 'anonymous',
    })
  })

  it('has a line for each read at debug', async () => {
    const lines: Line[] = []
    await using door = testApp({ log: logInto(lines) })
    door.records.set('acme', aRecord('acme'))
    await door.app.inject('/api/v1/resources/acme/status')
    await door.app.inject('/api/v1/resources/nobody/status')
    assert.deepEqual(
      lines.map(({ level, route, status }) => [level, route, status]),
      [
        [20, '/api/v1/resources/:participantName/status', 200],
        [20, '/api/v1/resources/:participantName/status', 404],
      ],
    )
  })

  it('gives every request an id of its own, or the one it came with if that is harmless', async () => {
    await using door = testApp()
    const idOf = async (given?: string): Promise<string> => {
      const headers = given === undefined ? {} : { 'x-request-id': given }
      return String(
        (await door.app.inject({ url: '/api/v1/resources/x/status', headers })).headers['x-request-id'],
      )
    }
    assert.notEqual(await idOf(), await idOf())
    assert.equal(await idOf('trace:01/ab=='), 'trace:01/ab==')
    for (const harmful of ['a b', '<script>', 'x'.repeat(129)]) assert.notEqual(await idOf(harmful), harmful)
  })
})
