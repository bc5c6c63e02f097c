/** How the bytes of a watch become events. */
import assert from 'node:assert/strict'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { UnavailableError } from '../model/errors.ts'
import type { WatchEvent } from './kube.ts'
import { readWatchEvents } from './watch-stream.ts'

const OPTIONS = { request: 'GET /api/v1/pods', maxLineBytes: 10_000 }

async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

async function read(text: string | Uint8Array, size = 1_000, options = OPTIONS): Promise<WatchEvent[]> {
  const events: WatchEvent[] = []
  const bytes = typeof text === 'string' ? Buffer.from(text) : text
  for await (const event of readWatchEvents(chunked(bytes, size), options)) events.push(event)
  return events
}

function added(name: string): WatchEvent {
  return { type: 'ADDED', object: { apiVersion: 'v1', kind: 'Pod', metadata: { name } } }
}

function lines(...events: readonly unknown[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('')
}

describe('the stream of a watch', () => {
  const events = [added('plain'), added('ümläut-✓-😀-日本'), added('last')]

  for (const size of [1, 2, 3, 5, 7, 64, 1_000]) {
    it(`is read the same in pieces of ${size} bytes, which cut characters and lines`, async () => {
      assert.deepEqual(await read(lines(...events), size), events)
    })
  }

  it('hands every type of event out, ERROR in band included', async () => {
    const all = ['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR'].map((type) => ({ ...added('a'), type }))
    assert.deepEqual(await read(lines(...all)), all)
  })

  it('passes over empty lines', async () => {
    assert.deepEqual(await read(`\n${lines(added('a'))}\n\n`), [added('a')])
  })

  it('ends when there is nothing to read', async () => {
    assert.deepEqual(await read(''), [])
  })

  for (const [name, line] of [
    ['is no JSON', 'secret-canary{"type":'],
    ['is JSON but no object', '"secret-canary"'],
    ['has no type', '{"object":{"a":"secret-canary"}}'],
    ['has a type nobody knows', '{"type":"CHANGED","object":{"a":"secret-canary"}}'],
    ['has no object', '{"type":"ADDED","object":"secret-canary"}'],
    ['is null', 'null'],
  ] as const) {
    it(`fails at a line that ${name}, after the events before it, and does not quote it`, async () => {
      const seen: WatchEvent[] = []
      const reading = async (): Promise<void> => {
        const bytes = Buffer.from(`${lines(added('a'))}${line}\n${lines(added('b'))}`)
        for await (const event of readWatchEvents(chunked(bytes, 9), OPTIONS)) seen.push(event)
      }
      await assert.rejects(reading, (error) => {
        assert.ok(error instanceof UnavailableError)
        assert.match(error.message, /GET \/api\/v1\/pods sent a line of \d+ bytes that is not a watch event/u)
        assert.doesNotMatch(inspect(error), /secret-canary/u)
        return true
      })
      assert.deepEqual(seen, [added('a')])
    })
  }

  it('fails when it ends in the middle of an event', async () => {
    await assert.rejects(read(lines(added('a')).trimEnd()), /ended in the middle of an event/u)
  })

  it('fails at a line that is too long before it has all been read', async () => {
    let pulled = 0
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (; pulled < 1_000; pulled += 1) yield Buffer.alloc(1_000, 'x')
    }
    await assert.rejects(readWatchEvents(endless(), OPTIONS).next(), /event larger than 10000 bytes/u)
    assert.equal(pulled, 10)
  })

  it('hands on what its source throws', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(lines(added('a')))
      throw new RangeError('from the source')
    }
    const events = readWatchEvents(broken(), OPTIONS)
    assert.deepEqual((await events.next()).value, added('a'))
    await assert.rejects(events.next(), new RangeError('from the source'))
  })

  it('lets an exception of its consumer through and closes its source', async () => {
    let closed = false
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        yield Buffer.from(lines(added('a'), added('b')))
      } finally {
        closed = true
      }
    }
    await assert.rejects(async () => {
      for await (const event of readWatchEvents(source(), OPTIONS)) throw new RangeError(event.type)
    }, new RangeError('ADDED'))
    assert.equal(closed, true)
  })

  it('leaves the event loop to others while a large piece is read', async () => {
    const big = Buffer.from(lines(...Array.from({ length: 20_000 }, (_, at) => padded(`pod-${at}`))))
    const delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
    const count = (await read(big, big.length)).length
    delay.disable()
    assert.equal(count, 20_000)
    assert.ok(delay.count > 3, `the event loop turned ${delay.count} times`)
  })

  it(
    'needs time in proportion to the length of a line that comes in many pieces',
    { timeout: 10_000 },
    async () => {
      const line = Buffer.from(lines(padded('x', 4_000_000)))
      const events = await read(line, 64, { ...OPTIONS, maxLineBytes: 8_000_000 })
      assert.equal(events.length, 1)
    },
  )
})

function padded(name: string, bytes = 1_000): unknown {
  const event = added(name)
  return { ...event, object: { ...event.object, padding: 'x'.repeat(bytes) } }
}
