/** Tests that writes wait for their turn, and that all of them slow down when the API server says that it is busy. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../../test/support/eventually.ts'
import { openKubeAt } from '../../test/support/kube-at.ts'
import { type Answer, json, openScriptedServer, status } from '../../test/support/scripted-server.ts'
import { RESOURCES } from '../model/kubernetes.ts'
import { permitted } from './permitted.ts'
import { throttled } from './throttled.ts'
import { TokenBucket } from './token-bucket.ts'

const acme = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'acme' } }
const key = { name: 'acme' }

/** One that gives a token each time it is told to. */
class Gate {
  readonly #waiting: (() => void)[] = []
  async take(): Promise<void> {
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }
  open(): void {
    this.#waiting.shift()?.()
  }
}

describe('a throttled Kube', () => {
  it('sends no kind of write before its turn, and tells how long each waited; reads are free', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    server.script(json(200, acme))
    const bucket = new Gate()
    const waits: number[] = []
    const kube = throttled(at.kube, { bucket, onWait: (ms) => void waits.push(ms) })
    for (const write of [
      kube.create(acme),
      kube.apply(acme, { manager: 'us' }),
      kube.patch(RESOURCES.Namespace, key, { type: 'merge', body: {}, manager: 'us' }),
      kube.delete(RESOURCES.Namespace, key),
    ]) {
      const before = server.received.length
      assert.deepEqual(await kube.get(RESOURCES.Namespace, key), acme)
      assert.equal(server.received.length, before + 1)
      bucket.open()
      await write
    }
    assert.deepEqual(
      server.received.map(({ method }) => method),
      ['GET', 'POST', 'GET', 'PATCH', 'GET', 'PATCH', 'GET', 'DELETE'],
    )
    assert.equal(waits.length, 4)
    assert.ok(waits.every((ms) => ms >= 0))
  })

  it('asks for the permit after the wait, and sends nothing when it is refused', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    const bucket = new Gate()
    let over = false
    const permit = (): void => {
      if (over) throw new Error('no more')
    }
    // As the reconciler has it: the participant's rule outside, the term's inside.
    const inside = throttled(permitted(at.kube, { permit }), { bucket })
    for (const write of [
      inside.apply(acme, { manager: 'us' }),
      throttled(at.kube, { bucket }).apply(acme, { manager: 'us', permit }),
    ]) {
      over = true
      bucket.open()
      await assert.rejects(write, /no more/u)
      over = false
    }
    assert.deepEqual(server.received, [])
  })

  it('ends the wait when the caller has to stop, and leaves the turn to others', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    server.script(json(200, acme))
    const bucket = new TokenBucket({ qps: 20, burst: 1 })
    const kube = throttled(at.kube, { bucket })
    await kube.apply(acme, { manager: 'us' })
    const stop = new AbortController()
    const stopped = kube.apply(acme, { manager: 'us', signal: stop.signal })
    const other = kube.apply(acme, { manager: 'us' })
    stop.abort(new Error('told to stop'))
    await assert.rejects(stopped, /told to stop/u)
    await other
    assert.equal(server.received.length, 2)
  })
})

describe('an API server that says 429', () => {
  it('is left alone by all who write, until the time that it asked for is over', async () => {
    await using server = await openScriptedServer()
    const bucket = new TokenBucket({ qps: 1_000, burst: 1_000 })
    const busyAtMs: number[] = []
    await using at = await openKubeAt(server.url, {
      realWaits: true,
      onBusy: (forMs) => {
        busyAtMs.push(performance.now())
        bucket.pause(forMs)
      },
    })
    const kube = throttled(at.kube, { bucket })
    const receivedAtMs: number[] = []
    const received = Promise.withResolvers<void>()
    // The first of eight is refused, the others are answered once the client knows of that.
    const refusal = status(429, 'TooManyRequests', { headers: { 'retry-after': '1' } })
    const answer: Answer = async (response, request) => {
      receivedAtMs.push(performance.now())
      const first = receivedAtMs.length === 1
      if (receivedAtMs.length === WORKERS) received.resolve()
      await received.promise
      if (first) return refusal(response, request)
      await eventually(() => busyAtMs.length > 0, { what: 'the client to see the refusal' })
      return json(200, acme)(response, request)
    }
    server.script(answer)
    const worker = async (): Promise<void> => {
      for (let count = 0; count < WRITES; count += 1) await kube.apply(acme, { manager: 'us' })
    }
    await Promise.all(Array.from({ length: WORKERS }, worker))
    assert.equal(receivedAtMs.length, WORKERS * WRITES + 1, 'every write once, and the refused one again')
    const [busy = 0] = busyAtMs
    const tooEarly = receivedAtMs.slice(WORKERS).filter((atMs) => atMs < busy + 1_000)
    assert.deepEqual(tooEarly, [])
  })

  it('without saying for how long is left alone for a second; a time beyond all reason is not', async () => {
    await using server = await openScriptedServer()
    const asked: number[] = []
    await using at = await openKubeAt(server.url, { onBusy: (forMs) => void asked.push(forMs) })
    const refusal = (after: string): Answer =>
      status(429, 'TooManyRequests', { headers: { 'retry-after': after } })
    server.script(status(429, 'TooManyRequests'), refusal('3'), refusal('86400'), json(200, acme))
    await at.kube.get(RESOURCES.Namespace, key)
    assert.deepEqual(asked, [1_000, 3_000, 15_000])
  })
})

const WORKERS = 8
const WRITES = 5
