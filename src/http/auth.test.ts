import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { Writable } from 'node:stream'
import { describe, it } from 'node:test'
import { pino } from 'pino'
import type { Auth } from '../config/auth.ts'
import { aRecord, testApp, type TestApp, UID } from './test-app.ts'

const auth: Auth = {
  kind: 'tokens',
  callers: [
    { name: 'backend', sha256: hash('sha256', 'token-of-backend') },
    { name: 'dashboard', sha256: hash('sha256', 'token-of-dashboard').toUpperCase() },
  ],
}

const OPEN = ['/livez', '/readyz', '/api/*']

interface Route {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'DELETE' | 'OPTIONS'
  readonly url: string
}

/** Every route that the app really has, so that a new one cannot be forgotten here. */
async function inventory(door: TestApp): Promise<readonly Route[]> {
  const routes: Route[] = []
  door.app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) routes.push({ method: one as Route['method'], url })
  })
  await door.app.ready()
  return routes
}

describe('with tokens', () => {
  const presented: Readonly<Record<string, string | undefined>> = {
    'no token': undefined,
    'an empty token': 'Bearer ',
    'a wrong token': 'Bearer token-of-nobody',
    'the hash of a token': `Bearer ${hash('sha256', 'token-of-backend')}`,
    'a token and more': 'Bearer token-of-backend x',
    'another scheme': `Basic ${Buffer.from('backend:token-of-backend').toString('base64')}`,
    'no scheme': 'token-of-backend',
  }

  it('every route but the probes asks who calls, before anything else', async () => {
    await using door = testApp({ auth })
    const routes = (await inventory(door)).filter(({ url }) => !OPEN.includes(url))
    assert.ok(routes.length >= 12, `only ${routes.length} routes were found`)
    for (const { method, url } of [...routes, { method: 'GET', url: '/api/v1/nothing' } as const]) {
      const path = url.replace(':participantName', 'acme').replace(':id', `acme.create.${UID}`)
      for (const [what, authorization] of Object.entries(presented)) {
        const headers = authorization === undefined ? {} : { authorization }
        const payload = method === 'POST' && { payload: {} }
        const answer = await door.app.inject({ method, url: path, headers, ...payload })
        assert.equal(answer.statusCode, 401, `${method} ${path} with ${what}`)
        assert.match(String(answer.headers['www-authenticate']), /^Bearer/u)
      }
      for (const authorization of ['Bearer token-of-backend', 'bearer  token-of-dashboard']) {
        const answer = await door.app.inject({ method, url: path, headers: { authorization } })
        assert.notEqual(answer.statusCode, 401, `${method} ${path} with a token`)
      }
    }
    assert.deepEqual(door.written, [])
  })

  it('the refusal is in the words of v1 and repeats no token', async () => {
    await using door = testApp({ auth })
    const none = await door.app.inject('/api/v1/resources')
    assert.deepEqual(none.json(), {
      error: 'Unauthorized',
      details: 'send a token in the header "Authorization: Bearer <token>"',
    })
    const headers = { authorization: 'Bearer token-of-nobody' }
    const wrong = await door.app.inject({ url: '/api/v1/resources', headers })
    assert.deepEqual(wrong.json(), { error: 'Unauthorized', details: 'the token is not known' })
    assert.equal(wrong.headers['www-authenticate'], 'Bearer error="invalid_token"')
  })

  it('probes and the preflight of browsers stay open', async () => {
    await using door = testApp({ auth })
    for (const url of ['/livez', '/readyz']) assert.equal((await door.app.inject(url)).statusCode, 200)
    const answer = await door.app.inject({ method: 'OPTIONS', url: '/api/v1/resources' })
    assert.equal(answer.statusCode, 204)
  })

  it('the log says who called, and never with which token', async () => {
    const lines: string[] = []
    const write = (chunk: Buffer, _encoding: string, done: () => void): void => {
      lines.push(chunk.toString())
      done()
    }
    await using door = testApp({ auth, log: pino({ level: 'debug' }, new Writable({ write })) })
    door.records.set('acme', aRecord('acme'))
    for (const token of ['token-of-dashboard', 'token-of-nobody'])
      await door.app.inject({
        url: '/api/v1/resources/acme/status',
        headers: { authorization: `Bearer ${token}` },
      })
    assert.match(lines[0] ?? '', /"caller":"dashboard"/u)
    assert.match(lines[1] ?? '', /"status":401.*"caller":"anonymous"/u)
    assert.doesNotMatch(lines.join(''), /token-of/u)
  })

  it('a hash that is none is found at once', () => {
    const callers = [{ name: 'backend', sha256: 'token-of-backend' }]
    assert.throws(
      () => testApp({ auth: { kind: 'tokens', callers } }),
      /sha256 of caller "backend" must be 64 hexadecimal digits/u,
    )
  })
})

describe('pages of another origin', () => {
  const headers = { origin: 'https://dashboard.example' }
  const writing = { ...headers, 'access-control-request-method': 'DELETE' }
  const url = '/api/v1/resources'

  it('may read, and see the headers of the contract', async () => {
    await using door = testApp()
    door.records.set('acme', aRecord('acme'))
    for (const path of [url, `${url}/acme/status`, `${url}/nobody/status`, `${url}?page=0`]) {
      const answer = await door.app.inject({ url: path, headers })
      assert.equal(answer.headers['access-control-allow-origin'], '*', path)
      assert.match(String(answer.headers['access-control-expose-headers']), /X-Total.*ETag.*Retry-After/u)
      assert.match(String(answer.headers['vary']), /\bOrigin\b/u)
    }
  })

  it('may not write where nobody is asked for a token', async () => {
    await using door = testApp()
    const asked = await door.app.inject({ method: 'OPTIONS', url, headers: writing })
    assert.equal(asked.statusCode, 204)
    assert.equal(asked.headers['access-control-allow-methods'], 'GET, HEAD')
    const payload = { participantName: 'acme', did: 'did:web:acme.example' }
    const answer = await door.app.inject({ method: 'POST', url, headers, payload })
    assert.equal(answer.headers['access-control-allow-origin'], undefined)
  })

  it('may write with a token', async () => {
    await using door = testApp({ auth })
    const asked = await door.app.inject({ method: 'OPTIONS', url: `${url}/acme/`, headers: writing })
    assert.equal(asked.headers['access-control-allow-methods'], 'GET, HEAD, POST, DELETE')
    assert.match(String(asked.headers['access-control-allow-headers']), /Authorization, Content-Type/u)
    const payload = { participantName: 'acme', did: 'did:web:acme.example' }
    const authorization = 'Bearer token-of-dashboard'
    const answer = await door.app.inject({
      method: 'POST',
      url,
      headers: { ...headers, authorization },
      payload,
    })
    assert.equal(answer.statusCode, 200)
    assert.equal(answer.headers['access-control-allow-origin'], '*')
    assert.equal(answer.headers['access-control-allow-credentials'], undefined)
  })
})
