/** Tests that a term ends by the clock, whoever notices first. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fakeTime } from '../../test/support/fake-time.ts'
import { LeadershipLostError, Term } from './term.ts'

describe('a term', () => {
  it('is over for whoever asks, though no timer has told yet: as after SIGCONT', () => {
    let nowMs = 0
    const term = new Term({ now: () => nowMs, endsAtMs: 10_000 })
    let told = false
    term.signal.addEventListener('abort', () => (told = true))
    nowMs = 9_999
    term.permit()
    nowMs = 10_000
    assert.throws(term.permit, LeadershipLostError)
    // Whoever asked in vain has told all others.
    assert.ok(told)
  })

  it('ends by itself when nobody asks, and not before the time it was extended to', async (t) => {
    const time = fakeTime(t)
    const startMs = Date.now()
    const term = new Term({ now: Date.now, endsAtMs: startMs + 10_000 })
    await time.pass(5_000)
    term.extend(startMs + 15_000)
    await time.pass(9_999)
    assert.equal(term.signal.aborted, false)
    await time.pass(1)
    assert.ok(term.signal.reason instanceof LeadershipLostError)
  })

  it('that is over is not extended', () => {
    const term = new Term({ now: () => 0, endsAtMs: 10 })
    term.end('for a reason')
    term.extend(1_000)
    assert.throws(term.permit, /for a reason/u)
  })
})
