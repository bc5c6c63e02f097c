/** How waits grow and spread. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { backoffMs } from './backoff.ts'

describe('back-off', () => {
  it('doubles with each failure up to the ceiling', () => {
    const waits = [0, 1, 2, 3, 4, 5, 6].map((attempt) =>
      backoffMs(attempt, { baseMs: 800, maxMs: 30_000, random: () => 0, spread: 0 }),
    )
    assert.deepEqual(waits, [800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000])
  })

  it('keeps half of the wait when only half is left to chance', () => {
    const options = { baseMs: 800, maxMs: 30_000, spread: 0.5 }
    assert.equal(backoffMs(0, { ...options, random: () => 0 }), 400)
    assert.equal(backoffMs(0, { ...options, random: () => 0.999_999 }), 799)
  })

  it('never waits longer than the ceiling, however many attempts failed', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 5_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, chance) => {
          const wait = backoffMs(attempt, { baseMs: 5, maxMs: 60_000, random: () => chance })
          assert.ok(wait >= 0 && wait <= 60_000)
        },
      ),
    )
  })
})
