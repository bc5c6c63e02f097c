/** Answers that no API server gives, and what errors say and do not say. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { eventually } from '../../test/support/eventually.ts'
import { CANARY_TOKEN, openKubeAt } from '../../test/support/kube-at.ts'
import {
  type Answer,
  half,
  json,
  openScriptedServer,
  reset,
  silence,
  text,
} from '../../test/support/scripted-server.ts'
import { UnavailableError } from '../model/errors.ts'
import { RESOURCES } from '../model/kubernetes.ts'
import { hasReason, KubeApiError } from './errors.ts'

const { Namespace } = RESOURCES
const acme = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'acme' } }
const key = { name: 'acme' }
const html = text(502, '<html><body>secret-of-the-page</body></html>', { 'content-type': 'text/html' })

describe('an answer that is not one of Kubernetes', () => {
  it('gets a reason from its code', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url, { tuning: { maxAttempts: 1 } })
    const reasons: (readonly [number, string])[] = []
    for (const code of [302, 400, 401, 403, 409, 410, 415, 418, 422, 429, 500, 502, 503, 504]) {
      server.script(text(code, '<html>', { 'content-type': 'text/html', location: server.url }))
      const error = await at.kube.get(Namespace, key).catch((thrown: unknown) => thrown)
      assert.ok(error instanceof KubeApiError)
      reasons.push([error.code, error.reason])
    }
    assert.deepEqual(reasons, [
      [302, 'Unknown'],
      [400, 'BadRequest'],
      [401, 'Unauthorized'],
      [403, 'Forbidden'],
      [409, 'Conflict'],
      [410, 'Gone'],
      [415, 'UnsupportedMediaType'],
      [418, 'Unknown'],
      [422, 'Invalid'],
      [429, 'TooManyRequests'],
      [500, 'InternalError'],
      [502, 'InternalError'],
      [503, 'ServiceUnavailable'],
      [504, 'Timeout'],
    ])
  })

  it('of a create with 409 means that the name is taken', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    server.script(text(409, ''))
    await assert.rejects(at.kube.create(acme), (error) => hasReason(error, 'AlreadyExists'))
  })

  it('is decided by the reason of a Status where there is one, not by its code or text', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    server.script(json(409, { kind: 'Status', code: 409, reason: 'Expired', message: 'not found' }))
    await assert.rejects(at.kube.get(Namespace, key), (error) => hasReason(error, 'Expired'))
  })

  it('is an error also with 200, and is not asked for again', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    server.script(
      text(200, '<html>please log in, secret-of-the-page</html>', { 'content-type': 'text/html' }),
    )
    await assert.rejects(at.kube.get(Namespace, key), /answered 200 with text\/html instead of JSON/u)
    assert.equal(server.received.length, 1)
  })

  it('is cut off when it is too large', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url, { tuning: { maxAnswerBytes: 1_000 } })
    server.script(json(200, { padding: 'x'.repeat(2_000_000) }))
    await assert.rejects(at.kube.get(Namespace, key), /answer is larger than 1000 bytes/u)
    assert.equal(server.received.length, 1)
    await eventually(() => server.openConnections === 0, { what: 'the end of the connection' })
  })

  it('that redirects is not followed', async () => {
    await using elsewhere = await openScriptedServer()
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    server.script(text(307, '', { location: elsewhere.url }))
    await assert.rejects(at.kube.get(Namespace, key), /redirects are not followed/u)
    assert.equal(elsewhere.received.length, 0)
  })
})

describe('an error', () => {
  it('never holds the token or what a page said, however deep one looks', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url, {
      tuning: { maxAttempts: 2, deadlineMs: 300, headersTimeoutMs: 20 },
    })
    const echo: Answer = (response, { headers }) =>
      response.writeHead(400, { 'content-type': 'text/html' }).end(`<pre>${JSON.stringify(headers)}</pre>`)
    const echoOk: Answer = (response, { headers }) =>
      response.writeHead(200).end(`<pre>${headers.authorization}`)
    const noHttp: Answer = ({ req }) =>
      void req.socket.end(`SMTP ${req.headers.authorization} secret-of-the-page\r\n`)
    for (const answer of [
      echo,
      echoOk,
      noHttp,
      html,
      reset(),
      half('{"secret":"secret-of-the-page"'),
      silence(),
    ]) {
      server.script(answer)
      const error = await at.kube.get(Namespace, key).catch((thrown: unknown) => thrown)
      assert.ok(error instanceof KubeApiError || error instanceof UnavailableError)
      const everything = inspect([error, at.log.lines], { depth: 12, showHidden: true })
      assert.doesNotMatch(everything, new RegExp(`${CANARY_TOKEN}|secret-of-the-page`, 'u'))
    }
  })

  it('names the server, what happened and what to do', async () => {
    const port = await closedPort()
    await using at = await openKubeAt(`http://127.0.0.1:${port}`, { tuning: { maxAttempts: 1 } })
    await assert.rejects(at.kube.get(Namespace, key), (error) => {
      assert.ok(error instanceof UnavailableError)
      const address = `GET /api/v1/namespaces/acme at http://127.0.0.1:${port}`
      assert.equal(
        error.message,
        `${address}: the connection was refused; check that the API server runs and that the address is right (ECONNREFUSED)`,
      )
      assert.ok(error.cause instanceof Error)
      return true
    })
  })
})

async function closedPort(): Promise<number> {
  await using server = await openScriptedServer()
  return server.port
}
