import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { isSameQuantity } from './quantity.ts'

describe('quantities', () => {
  const same: readonly (readonly [unknown, unknown])[] = [
    ['0.5', '500m'],
    ['1', 1],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['1k', '1000'],
    ['1e3', '1k'],
    ['1E', '1000P'],
    ['.5', '0.5'],
    ['1.', '1'],
    ['-1', '-1000m'],
    ['+1', '1'],
    ['100n', '0.1u'],
    ['0', '0Gi'],
    ['2Ei', '2305843009213693952'],
  ]
  for (const [left, right] of same)
    it(`reads ${String(left)} and ${String(right)} as the same amount`, () => {
      assert.equal(isSameQuantity(left, right), true)
      assert.equal(isSameQuantity(right, left), true)
    })

  const different: readonly (readonly [unknown, unknown])[] = [
    ['500m', '501m'],
    ['1Gi', '1G'],
    ['1', 'one'],
    ['', ''],
    ['.', '.'],
    ['-', '-'],
    ['1 Gi', '1Gi'],
    [undefined, undefined],
    ['9007199254740993', '9007199254740992'],
  ]
  for (const [left, right] of different)
    it(`does not take ${String(left)} and ${String(right)} for the same amount`, () => {
      assert.equal(isSameQuantity(left, right), false)
    })

  it('does not depend on the unit an amount is written in', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 12n }), (n) => {
        assert.equal(isSameQuantity(`${n}`, `${n * 1000n}m`), true)
        assert.equal(isSameQuantity(`${n}Gi`, `${n * 1024n}Mi`), true)
        assert.equal(isSameQuantity(`${n}`, `${n * 1000n + 1n}m`), false)
      }),
    )
  })
})
