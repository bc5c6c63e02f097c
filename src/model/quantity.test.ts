import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { isLessQuantity, isSameQuantity, sumOfQuantities } from './quantity.ts'

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

describe('the sum of quantities', () => {
  const sums: readonly (readonly [(readonly [string, number])[], string | undefined])[] = [
    [[], '0'],
    [
      [
        ['100m', 3],
        ['1', 2],
      ],
      '2300m',
    ],
    [[['500m', 2]], '1'],
    [
      [
        ['256Mi', 3],
        ['1Gi', 1],
      ],
      '1792Mi',
    ],
    [[['512Mi', 2]], '1Gi'],
    [
      [
        ['1G', 1],
        ['1Mi', 1],
      ],
      '1001048576',
    ],
    [[['0.1Ki', 1]], '102400m'],
    [[['1e3', 2]], '2000'],
    [[['0.1u', 1]], '100n'],
    [
      [
        ['1', 1],
        ['much', 1],
      ],
      undefined,
    ],
  ]
  for (const [parts, sum] of sums)
    it(`of ${parts.map(([amount, times]) => `${times} × ${amount}`).join(' + ') || 'nothing'} is ${sum ?? 'none'}`, () => {
      const found = sumOfQuantities(parts)
      assert.ok(found === sum || isSameQuantity(found, sum), found)
    })

  it('is a quantity that is no less than any of its parts', () => {
    const amounts = fc
      .tuple(
        fc.nat(5_000).map((n) => `${n}`),
        fc.constantFrom('', 'm', 'k', 'Ki', 'Mi', 'G'),
      )
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(fc.array(amounts, { minLength: 1 }), (parts) => {
        const sum = sumOfQuantities(parts.map((amount) => [amount, 1]))
        assert.ok(
          parts.every((amount) => isSameQuantity(sum, amount) || isLessQuantity(amount, sum)),
          sum,
        )
      }),
    )
  })
})
