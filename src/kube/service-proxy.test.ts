/** The way to Services through the API server, against scripted ones. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  type Answer,
  json,
  openScriptedServer,
  reset,
  type ScriptedServer,
  status,
  text,
} from '../../test/support/scripted-server.ts'
import { type Exchange, NoReplyError, type NoReplyKind, type Send } from '../model/exchange.ts'
import type { Access, Credentials } from './credentials.ts'
import { openServiceProxy } from './service-proxy.ts'

const TOKEN = 'canary-token-of-the-cluster'
const PLACE = { participant: 'acme', service: 'identityhub', port: 17_081 }

interface Opened extends AsyncDisposable {
  readonly server: ScriptedServer
  readonly send: Send
  readonly renewals: () => number
}

async function open(): Promise<Opened> {
  const server = await openScriptedServer()
  let renewals = 0
  const accessWith = (token: string): Access => ({
    headers: { authorization: `Bearer ${token}` },
    tls: { rejectUnauthorized: true },
  })
  const credentials: Credentials = {
    server: server.url,
    describe: () => server.url,
    access: async ({ renew = false } = {}) => accessWith(`${TOKEN}-${renew ? (renewals += 1) : renewals}`),
  }
  const options = { credentials, userAgent: 'test', connectTimeoutMs: 1_000, maxConnections: 2 }
  const proxy = openServiceProxy(options)
  return {
    server,
    send: proxy.reach(PLACE),
    renewals: () => renewals,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

const ASKED: Exchange = {
  method: 'GET',
  path: '/api/identity/v1alpha/participants/YWNtZQ==?offset=0',
  headers: { 'x-api-key': 'canary-key' },
  maxBytes: 1_000,
  signal: new AbortController().signal,
}

function noReply(kind: NoReplyKind, says: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof NoReplyError)
    assert.equal(error.kind, kind)
    assert.match(error.message, says)
    assert.equal(error.cause, undefined)
    assert.ok(!error.message.includes('canary'))
    return true
  }
}

describe('a Service is reached through the API server', () => {
  it('at the proxy of its port, with the keys of both', async () => {
    await using at = await open()
    at.server.script(text(201, 'done', { 'content-type': 'text/plain' }))
    const body = {
      method: 'PUT',
      body: '{}',
      headers: { ...ASKED.headers, 'content-type': 'application/json' },
    } as const
    assert.deepEqual(await at.send({ ...ASKED, ...body }), {
      status: 201,
      contentType: 'text/plain',
      text: 'done',
    })
    const [received] = at.server.received
    assert.equal(received?.method, 'PUT')
    const proxy = '/api/v1/namespaces/acme/services/http:identityhub:17081/proxy'
    assert.equal(received.path, `${proxy}/api/identity/v1alpha/participants/YWNtZQ==`)
    assert.deepEqual(received.query, { offset: '0' })
    assert.equal(received.headers['x-api-key'], 'canary-key')
    assert.equal(received.headers['content-type'], 'application/json')
    assert.equal(received.headers.authorization, `Bearer ${TOKEN}-0`)
  })

  it('and what the Service itself refuses is its answer', async () => {
    await using at = await open()
    for (const [code, body] of [
      [401, '[{"type":"AuthenticationFailed","message":"no"}]'],
      [404, '<html></html>'],
      [503, '{"message":"busy"}'],
    ] as const) {
      at.server.script(text(code, body, { 'content-type': 'application/json' }))
      assert.deepEqual(await at.send(ASKED), { status: code, contentType: 'application/json', text: body })
    }
    assert.equal(at.renewals(), 0)
  })

  it('with renewed credentials when the API server does not take the first ones', async () => {
    await using at = await open()
    at.server.script(status(401, 'Unauthorized'), json(200, { fine: true }))
    assert.equal((await at.send(ASKED)).text, '{"fine":true}')
    assert.equal(at.server.received[1]?.headers.authorization, `Bearer ${TOKEN}-1`)
  })

  for (const [what, answer, kind, says] of [
    [
      'the right is missing',
      status(403, 'Forbidden'),
      'no-way',
      /grant .* on services\/proxy in the namespace acme/u,
    ],
    [
      'the credentials are refused again',
      status(401, 'Unauthorized'),
      'no-way',
      /does not let us through to it \(401\)/u,
    ],
    [
      'there is no Service',
      status(404, 'NotFound'),
      'unreachable',
      /no Service identityhub in the namespace acme/u,
    ],
    [
      'nothing stands behind it',
      status(503, 'ServiceUnavailable'),
      'unreachable',
      /cannot reach it \(503\)/u,
    ],
    [
      'the connection breaks',
      reset(),
      'unreachable',
      /GET \/api\/v1\/namespaces\/acme.* the connection was closed/u,
    ],
    ['the answer is too large', text(200, 'x'.repeat(2_000)), 'too-large', /larger than 1000 bytes/u],
  ] as const satisfies readonly (readonly [string, Answer, NoReplyKind, RegExp])[])
    it(`unless ${what}`, async () => {
      await using at = await open()
      at.server.script(answer)
      await assert.rejects(at.send(ASKED), noReply(kind, says))
    })

  it('but not with a bearer token, which would be lost on the way', async () => {
    await using at = await open()
    const asked = { ...ASKED, headers: { authorization: 'Bearer canary' } }
    await assert.rejects(at.send(asked), noReply('no-way', /PARTICIPANT_ADDRESS/u))
    assert.deepEqual(at.server.received, [])
  })
})
