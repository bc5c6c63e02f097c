/** Watches over a real connection. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { eventually } from '../../test/support/eventually.ts'
import { CANARY_TOKEN, openKubeAt } from '../../test/support/kube-at.ts'
import {
  json,
  openScriptedServer,
  reset,
  silence,
  status,
  stream,
  text,
} from '../../test/support/scripted-server.ts'
import { UnavailableError } from '../model/errors.ts'
import { RESOURCES } from '../model/kubernetes.ts'
import { hasReason } from './errors.ts'
import type { Kube, WatchEvent, WatchOptions } from './kube.ts'

const { Namespace, Pod } = RESOURCES

function added(name: string): WatchEvent {
  return { type: 'ADDED', object: { apiVersion: 'v1', kind: 'Pod', metadata: { name } } }
}

function line(event: unknown): string {
  return `${JSON.stringify(event)}\n`
}

function patient(signal: AbortSignal = new AbortController().signal): WatchOptions {
  return { timeoutSeconds: 300, signal }
}

async function eventsOf(kube: Kube, options: WatchOptions = patient()): Promise<WatchEvent[]> {
  const events: WatchEvent[] = []
  for await (const event of kube.watch(Pod, options)) events.push(event)
  return events
}

describe('a watch', () => {
  it('asks for bookmarks and for an end, from a position or from the current state', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    server.script(stream([]))
    await eventsOf(at.kube, { ...patient(), resourceVersion: '7', labelSelector: 'x' })
    await eventsOf(at.kube, { ...patient(), sendInitialEvents: true })
    const common = { watch: '1', allowWatchBookmarks: 'true', timeoutSeconds: '300' }
    assert.deepEqual(
      server.received.map(({ query }) => query),
      [
        { ...common, resourceVersion: '7', labelSelector: 'x' },
        { ...common, sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' },
      ],
    )
    assert.equal(server.received[0]?.path, '/api/v1/pods')
  })

  it('hands out what comes, though the network cuts it in the middle of a character, and ends with the stream', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    const bytes = Buffer.from(line(added('äöü-😀')) + line(added('b')))
    const middleOfEmoji = bytes.indexOf(Buffer.from('😀')) + 2
    server.script(stream([bytes.subarray(0, middleOfEmoji), bytes.subarray(middleOfEmoji)]))
    assert.deepEqual(await eventsOf(at.kube), [added('äöü-😀'), added('b')])
  })

  it('hands an event out as soon as it comes', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    server.script(stream([line(added('a'))], { end: false }))
    const events = at.kube.watch(Pod, patient())[Symbol.asyncIterator]()
    assert.deepEqual(await events.next(), { done: false, value: added('a') })
  })

  it('hands an ERROR in band out as an event', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    const gone = {
      type: 'ERROR',
      object: { kind: 'Status', apiVersion: 'v1', metadata: {}, code: 410, reason: 'Expired' },
    }
    server.script(stream([line(gone)]))
    assert.deepEqual(await eventsOf(at.kube), [gone])
  })

  it('says when the server has accepted it, and only then', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    let accepted = 0
    const onAccepted = (): void => void (accepted += 1)
    server.script(status(410, 'Expired'))
    await assert.rejects(eventsOf(at.kube, { ...patient(), onAccepted }))
    assert.equal(accepted, 0)
    server.script(stream([], { end: false }))
    const stop = new AbortController()
    const reading = eventsOf(at.kube, { ...patient(stop.signal), onAccepted })
    await eventually(() => accepted === 1, { what: 'the acceptance' })
    stop.abort()
    await assert.rejects(reading)
  })

  it('throws the refusal when the server answers with another code than 200, without asking again', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    server.script(status(410, 'Expired'))
    await assert.rejects(eventsOf(at.kube), (error) => hasReason(error, 'Expired') && error.code === 410)
    server.script(status(429, 'TooManyRequests', { headers: { 'retry-after': '7' } }))
    await assert.rejects(
      eventsOf(at.kube),
      (error) => hasReason(error, 'TooManyRequests') && error.retryAfterMs === 7_000,
    )
    server.script(text(502, '<html>', { 'content-type': 'text/html' }))
    await assert.rejects(eventsOf(at.kube), (error) => hasReason(error, 'InternalError'))
    assert.equal(server.received.length, 3)
    await eventually(() => server.openConnections === 0, { what: 'the end of the connections' })
  })

  it('throws UnavailableError when the connection is lost, at first or in the middle, after what had come', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    server.script(reset())
    await assert.rejects(eventsOf(at.kube), UnavailableError)
    server.script((response) => response.writeHead(200).write(line(added('a')), () => response.destroy()))
    const events = at.kube.watch(Pod, patient())[Symbol.asyncIterator]()
    assert.deepEqual((await events.next()).value, added('a'))
    await assert.rejects(events.next(), (error) => {
      assert.ok(error instanceof UnavailableError)
      assert.match(error.message, /GET \/api\/v1\/pods at http:\/\/127.*connection was closed before/u)
      assert.doesNotMatch(inspect(error, { depth: 12, showHidden: true }), new RegExp(CANARY_TOKEN, 'u'))
      return true
    })
  })

  it('throws at a line that is no event, and never passes over it', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    server.script(stream([line(added('a')), 'upstream connect error\n', line(added('b'))]))
    await assert.rejects(eventsOf(at.kube), /not a watch event/u)
    await eventually(() => server.openConnections === 0, { what: 'the end of the connection' })
  })

  it('lets an exception of its consumer through and closes the connection', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    server.script(stream([line(added('a'))], { end: false }))
    await assert.rejects(async () => {
      for await (const event of at.kube.watch(Pod, patient())) throw new RangeError(event.type)
    }, new RangeError('ADDED'))
    await eventually(() => server.openConnections === 0, { what: 'the end of the connection' })
  })

  it('ends with the reason of its signal and closes the connection', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    server.script(stream([line(added('a'))], { end: false }))
    const controller = new AbortController()
    await assert.rejects(async () => {
      for await (const _ of at.kube.watch(Pod, patient(controller.signal)))
        controller.abort(new RangeError('stop'))
    }, new RangeError('stop'))
    await eventually(() => server.openConnections === 0, { what: 'the end of the connection' })
  })

  it('ends when the client is closed', async () => {
    await using server = await openScriptedServer()
    const at = await openKubeAt(server.url)
    server.script(stream([line(added('a'))], { end: false }))
    const events = at.kube.watch(Pod, patient())[Symbol.asyncIterator]()
    await events.next()
    const pending = assert.rejects(
      events.next(),
      /UnavailableError: the client of the API server was closed/u,
    )
    await at[Symbol.asyncDispose]()
    await pending
    await assert.rejects(at.kube.get(Namespace, { name: 'a' }), UnavailableError)
    await eventually(() => server.openConnections === 0, { what: 'the end of the connection' })
  })

  it('is cut when the server does not close it in its time', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url, { tuning: { watchGraceMs: 50 } })
    server.script(stream([line(added('a'))], { end: false }))
    await assert.rejects(eventsOf(at.kube, { ...patient(), timeoutSeconds: 0 }), /not finished within 50 ms/u)
  })

  it('is left when the server does not even accept it in time', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url, { tuning: { headersTimeoutMs: 50 } })
    server.script(silence())
    await assert.rejects(eventsOf(at.kube), UnavailableError)
  })

  it('stays open through silence that would end a call', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url, { tuning: { bodyTimeoutMs: 1, deadlineMs: 1 } })
    server.script(async (response) => {
      response.writeHead(200).write(line(added('a')))
      // Longer than undici's coarse timer would need to notice a time limit of 1 ms.
      await new Promise((resolve) => setTimeout(resolve, 1_600))
      response.end(line(added('b')))
    })
    assert.deepEqual(await eventsOf(at.kube), [added('a'), added('b')])
  })
})

describe('connections', () => {
  it('are kept and shared by many calls', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    for (let count = 0; count < 50; count += 1) await at.kube.get(Namespace, { name: 'a' })
    // undici lets a connection rest for a turn of the event loop, so the next call may need a second one.
    assert.equal(server.received.length, 50)
    assert.ok(server.connections <= 2, `${server.connections} connections`)
  })

  it('for calls are limited in number', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url, { tuning: { maxConnections: 4 } })
    await Promise.all(Array.from({ length: 100 }, () => at.kube.get(Namespace, { name: 'a' })))
    assert.ok(server.connections <= 4, `${server.connections} connections`)
  })

  it('of watches are their own: losing one loses nothing else', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    server.script(
      json(200, {}),
      stream([line(added('a'))], { end: false }),
      stream([line(added('b'))], { end: false }),
      json(200, {}),
    )
    await at.kube.get(Namespace, { name: 'a' })
    const [first, second] = [patient(), patient()].map((options) =>
      at.kube.watch(Pod, options)[Symbol.asyncIterator](),
    )
    await first?.next()
    await second?.next()
    await at.kube.get(Namespace, { name: 'a' })
    assert.deepEqual(
      server.received.map(({ connection }) => connection),
      [1, 2, 3, 1],
    )
  })
})
