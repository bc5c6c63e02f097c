/** Tests that work on many items stays in order and within its bound. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { mapBounded } from './bounded.ts'

describe('mapBounded', () => {
  it('answers in the order of the items and never runs more than allowed at a time', async () => {
    let running = 0
    let most = 0
    const results = await mapBounded([5, 1, 4, 2, 3], 2, async (turns) => {
      running += 1
      most = Math.max(most, running)
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve()
      running -= 1
      return turns * 10
    })
    assert.deepEqual(results, [50, 10, 40, 20, 30])
    assert.equal(most, 2)
  })

  it('answers an empty list with an empty list', async () => {
    assert.deepEqual(await mapBounded([], 3, async () => 1), [])
  })

  it('rejects with the first failure', async () => {
    const failure = new Error('no')
    await assert.rejects(
      mapBounded([1, 2], 1, async () => Promise.reject(failure)),
      failure,
    )
  })
})
