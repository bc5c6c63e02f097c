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

  it('gives nothing to a caller who had given up before', async () => {
    await assert.rejects(new TokenBucket({ qps: 1, burst: 1 }).take(AbortSignal.abort()), {
      name: 'AbortError',
    })
  })
})
