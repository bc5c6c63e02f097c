/** What the client does when the API server, or something before it, fails. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../../test/support/eventually.ts'
import { openKubeAt } from '../../test/support/kube-at.ts'
import {
  type Answer,
  half,
  json,
  openScriptedServer,
  reset,
  silence,
  status,
  text,
} from '../../test/support/scripted-server.ts'
import { UnavailableError } from '../model/errors.ts'
import { RESOURCES } from '../model/kubernetes.ts'
import { hasReason, KubeApiError } from './errors.ts'
import type { Kube } from './kube.ts'

const { Namespace } = RESOURCES
const acme = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'acme' } }
const key = { name: 'acme' }
const html = text(502, '<html><body>secret-of-the-page</body></html>', { 'content-type': 'text/html' })

const calls: Readonly<Record<string, (kube: Kube) => Promise<unknown>>> = {
  get: (kube) => kube.get(Namespace, key),
  apply: (kube) => kube.apply(acme, { manager: 'us' }),
  delete: (kube) => kube.delete(Namespace, key),
  'delete with a precondition': (kube) => kube.delete(Namespace, key, { uid: 'u' }),
  create: (kube) => kube.create(acme),
  'JSON patch': (kube) => kube.patch(Namespace, key, { type: 'json', body: [], manager: 'us' }),
  'merge patch': (kube) => kube.patch(Namespace, key, { type: 'merge', body: {}, manager: 'us' }),
}

const idempotent = new Set(['get', 'apply', 'delete', 'delete with a precondition'])

describe('after a fault', () => {
  const faults: readonly (readonly [string, Answer, boolean])[] = [
    ['a 429', status(429, 'TooManyRequests'), true],
    ['a 500', status(500, 'InternalError'), false],
    ['an empty 500', text(500, ''), false],
    ['a 503', status(503, 'ServiceUnavailable'), false],
    ['an HTML page of a proxy', html, false],
    ['a reset', reset(), false],
    ['half an answer', half('{"kind":"Namespace",'), false],
  ]
  for (const [name, call] of Object.entries(calls)) {
    for (const [fault, answer, nothingHappened] of faults) {
      const again = nothingHappened || idempotent.has(name)
      it(`${name} is ${again ? 'made again' : 'not made again, it may have been carried out,'} after ${fault}`, async () => {
        await using server = await openScriptedServer()
        await using at = await openKubeAt(server.url)
        server.script(answer, json(200, acme))
        const outcome = await call(at.kube).then(
          () => 'done',
          (error: unknown) =>
            error instanceof KubeApiError || error instanceof UnavailableError ? 'failed' : error,
        )
        assert.deepEqual([outcome, server.received.length], again ? ['done', 2] : ['failed', 1])
      })
    }
  }

  for (const [name, call] of Object.entries(calls)) {
    it(`${name} is made again when no connection came about, for nothing was sent`, async () => {
      const port = await closedPort()
      await using at = await openKubeAt(`http://127.0.0.1:${port}`, { tuning: { maxAttempts: 3 } })
      await assert.rejects(call(at.kube), UnavailableError)
      assert.equal(at.reports.length, 3)
    })
  }
})

describe('retries', () => {
  it('wait with full jitter, and give up after the last attempt with what the server said', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url, {
      tuning: { maxAttempts: 4, backoffBaseMs: 100, backoffMaxMs: 300 },
    })
    server.script(status(503, 'ServiceUnavailable'))
    await assert.rejects(at.kube.get(Namespace, key), (error) => hasReason(error, 'ServiceUnavailable'))
    assert.deepEqual(at.waits, [50, 100, 150])
    assert.equal(server.received.length, 4)
  })

  it('honour Retry-After in seconds, from the header or the Status', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url, { tuning: { backoffBaseMs: 100 } })
    server.script(
      status(429, 'TooManyRequests', { headers: { 'retry-after': '2' } }),
      status(500, 'ServerTimeout', { details: { retryAfterSeconds: 3 } }),
      status(503, 'ServiceUnavailable', { headers: { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' } }),
      json(200, acme),
    )
    await at.kube.get(Namespace, key)
    assert.deepEqual(at.waits, [2_050, 3_100, 200])
  })

  it('do not wait beyond the deadline of the call: it fails at once with what the server said', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url, { tuning: { deadlineMs: 5_000, retryAfterMaxMs: 60_000 } })
    server.script(status(429, 'TooManyRequests', { headers: { 'retry-after': '60' } }))
    await assert.rejects(
      at.kube.get(Namespace, key),
      (error) => hasReason(error, 'TooManyRequests') && error.retryAfterMs === 60_000,
    )
    assert.deepEqual(at.waits, [])
  })

  it('end when the caller gives up during a wait', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url, { delay: () => new Promise(() => {}) })
    server.script(status(503, 'ServiceUnavailable'))
    const controller = new AbortController()
    const call = at.kube.get(Namespace, key, { signal: controller.signal })
    await eventually(() => server.received.length === 1 && at.log.texts('debug').length === 1, {
      what: 'the wait',
    })
    controller.abort(new RangeError('the caller gave up'))
    await assert.rejects(call, new RangeError('the caller gave up'))
    assert.equal(server.received.length, 1)
  })

  it('end when the client is closed during a real wait', async () => {
    await using server = await openScriptedServer()
    server.script(status(429, 'TooManyRequests', { headers: { 'retry-after': '10' } }))
    const at = await openKubeAt(server.url, { realWaits: true })
    const call = assert.rejects(at.kube.get(Namespace, key), UnavailableError)
    await eventually(() => at.reports.length === 1, { what: 'the first answer' })
    await at[Symbol.asyncDispose]()
    await call
  })
})

describe('a caller that gives up', () => {
  it('is heard before anything is sent', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    const signal = AbortSignal.abort(new RangeError('too late'))
    await assert.rejects(at.kube.create(acme, { signal }), new RangeError('too late'))
    assert.equal(server.received.length, 0)
  })

  it('is heard while the server is silent, and the connection is given up', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    server.script(silence())
    const controller = new AbortController()
    const call = at.kube.get(Namespace, key, { signal: controller.signal })
    await eventually(() => server.received.length === 1, { what: 'the request' })
    controller.abort(new RangeError('enough'))
    await assert.rejects(call, new RangeError('enough'))
    await eventually(() => server.openConnections === 0, { what: 'the end of the connection' })
  })

  it('may share one signal among many calls', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    const warnings: Error[] = []
    const note = (warning: Error): void => void warnings.push(warning)
    process.on('warning', note)
    const { signal } = new AbortController()
    await Promise.all(Array.from({ length: 50 }, () => at.kube.get(Namespace, key, { signal })))
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', note)
    assert.deepEqual(warnings, [])
  })
})

describe('a silent server', () => {
  const impatient = { headersTimeoutMs: 50, bodyTimeoutMs: 50, maxAttempts: 2 }

  it('is left after the time for an answer, for every attempt', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url, { tuning: impatient })
    server.script(silence())
    await assert.rejects(
      at.kube.get(Namespace, key),
      /UnavailableError: GET \/api\/v1\/namespaces\/acme at http:\/\/127.*did not go on answering in time/u,
    )
    assert.equal(server.received.length, 2)
  })

  it('is asked again when it stops in the middle of an answer', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url, { tuning: impatient })
    server.script((response) => response.writeHead(200).write('{'), json(200, acme))
    await at.kube.get(Namespace, key)
    assert.equal(server.received.length, 2)
  })

  it('is left at the deadline of the call even when it goes on and on', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url, { tuning: { deadlineMs: 100 } })
    server.script((response) => {
      const drip = setInterval(() => response.write(' '), 5)
      response.on('close', () => clearInterval(drip))
    })
    await assert.rejects(at.kube.get(Namespace, key), /UnavailableError: .*not finished within 100 ms/u)
  })
})

async function closedPort(): Promise<number> {
  await using server = await openScriptedServer()
  return server.port
}
