/** How calls are spread over time. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fakeTime, settle } from '../../test/support/fake-time.ts'
import { TokenBucket } from './token-bucket.ts'

/** Takes `count` tokens and counts those it got. */
function takeMany(bucket: TokenBucket, count: number): { readonly taken: () => number } {
  let taken = 0
  for (let index = 0; index < count; index += 1) void bucket.take().then(() => (taken += 1))
  return { taken: () => taken }
}

describe('a token bucket', () => {
  it('lets a burst through at once, and then as many calls a second as it may', async (t) => {
    const time = fakeTime(t)
    const calls = takeMany(new TokenBucket({ qps: 10, burst: 3, now: () => Date.now() }), 6)
    await settle()
    assert.equal(calls.taken(), 3)
    await time.pass(99)
    assert.equal(calls.taken(), 3)
    await time.pass(1)
    assert.equal(calls.taken(), 4)
    await time.pass(200)
    assert.equal(calls.taken(), 6)
  })

  it('saves up no more than a burst, however long it was not used', async (t) => {
    const time = fakeTime(t)
    const bucket = new TokenBucket({ qps: 10, burst: 3, now: () => Date.now() })
    await time.pass(3_600_000)
    const calls = takeMany(bucket, 10)
    await settle()
    assert.equal(calls.taken(), 3)
  })

  it('gives back the token of a caller who gave up', async (t) => {
    const time = fakeTime(t)
    const bucket = new TokenBucket({ qps: 1, burst: 1, now: () => Date.now() })
    await bucket.take()
    const caller = new AbortController()
    const refused = assert.rejects(bucket.take(caller.signal), { name: 'AbortError' })
    caller.abort()
    await refused
    const calls = takeMany(bucket, 1)
    await time.pass(1_000)
    assert.equal(calls.taken(), 1)
  })

  it('gives nothing in a pause, not to those who wait already either, and then no burst', async (t) => {
    const time = fakeTime(t)
    const bucket = new TokenBucket({ qps: 10, burst: 5, now: () => Date.now() })
    const calls = takeMany(bucket, 6)
    await settle()
    assert.equal(calls.taken(), 5)
    bucket.pause(1_000)
    bucket.pause(500)
    const more = takeMany(bucket, 2)
    await time.pass(999)
    assert.deepEqual([calls.taken(), more.taken()], [5, 0])
    await time.pass(1)
    assert.deepEqual([calls.taken(), more.taken()], [6, 0])
    await time.pass(100)
    assert.equal(more.taken(), 1)
  })

  it('gives whoever waits his token before anybody who comes later', async (t) => {
    const time = fakeTime(t)
    const bucket = new TokenBucket({ qps: 10, burst: 1, now: () => Date.now() })
    const order: string[] = []
    const take = (name: string): void => void bucket.take().then(() => order.push(name))
    for (const name of ['a', 'b', 'c']) take(name)
    // It is due by now, but nobody was told yet.
    t.mock.timers.setTime(Date.now() + 100)
    take('d')
    for (let ms = 0; ms < 300; ms += 100) await time.pass(100)
    assert.deepEqual(order, ['a', 'b', 'c', 'd'])
  })

  it('without a rate lets everybody through, except in a pause', async (t) => {
    const time = fakeTime(t)
    const bucket = new TokenBucket({ qps: Infinity, burst: 1, now: () => Date.now() })
    const calls = takeMany(bucket, 1_000)
    await settle()
    assert.equal(calls.taken(), 1_000)
    bucket.pause(50)
    const more = takeMany(bucket, 3)
    await settle()
    assert.equal(more.taken(), 0)
    await time.pass(50)
    assert.equal(more.taken(), 3)
  })

  it('leaves no timer when all who waited have given up', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    const bucket = new TokenBucket({ qps: 1, burst: 1 })
    bucket.pause(60_000)
    const caller = new AbortController()
    const refused = assert.rejects(bucket.take(caller.signal), { name: 'AbortError' })
    assert.equal(timers(), before + 1)
    caller.abort()
    await refused
    assert.equal(timers(), before)
  })

  it('gives nothing to a caller who had given up before', async () => {
    await assert.rejects(new TokenBucket({ qps: 1, burst: 1 }).take(AbortSignal.abort()), {
      name: 'AbortError',
    })
  })
})
