/** When a call is made again, and after how long. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { KubeApiError } from './errors.ts'
import { type Fate, NoAnswerError } from './no-answer.ts'
import { retryDelay } from './retry.ts'
import { DEFAULT_TUNING } from './tuning.ts'

function refusal(code: number, retryAfterMs?: number): KubeApiError {
  return new KubeApiError({
    code,
    reason: 'Unknown',
    message: 'scripted',
    causes: [],
    request: 'GET /',
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })
}

function noAnswer(fate: Fate): NoAnswerError {
  return new NoAnswerError(fate, 'scripted')
}

function delayAfter(error: unknown, idempotent: boolean): number | undefined {
  return retryDelay({ error, attempts: 1, idempotent }, { ...DEFAULT_TUNING, random: () => 0.5 })
}

describe('a call that failed', () => {
  const table: readonly (readonly [string, unknown, boolean, boolean])[] = [
    ['429', refusal(429), true, true],
    ['500', refusal(500), true, false],
    ['502', refusal(502), true, false],
    ['503', refusal(503), true, false],
    ['504', refusal(504), true, false],
    ['501', refusal(501), false, false],
    ['400', refusal(400), false, false],
    ['403', refusal(403), false, false],
    ['404', refusal(404), false, false],
    ['409', refusal(409), false, false],
    ['410', refusal(410), false, false],
    ['422', refusal(422), false, false],
    ['no connection', noAnswer('unsent'), true, true],
    ['a lost connection', noAnswer('lost'), true, false],
    ['a certificate that is not trusted', noAnswer('hopeless'), false, false],
    ['a bug of ours', new TypeError('scripted'), false, false],
  ]
  for (const [name, error, whenIdempotent, otherwise] of table) {
    it(`with ${name} is made again: ${whenIdempotent} when idempotent, ${otherwise} otherwise`, () => {
      assert.equal(delayAfter(error, true) !== undefined, whenIdempotent)
      assert.equal(delayAfter(error, false) !== undefined, otherwise)
    })
  }
})

describe('the wait before the next attempt', () => {
  const waits = (random: number): readonly (number | undefined)[] =>
    [1, 2, 3, 4].map((attempts) =>
      retryDelay(
        { error: refusal(503), attempts, idempotent: true },
        { ...DEFAULT_TUNING, backoffBaseMs: 100, backoffMaxMs: 350, random: () => random },
      ),
    )

  it('lies anywhere from 0 to a bound that doubles up to its maximum (full jitter)', () => {
    assert.deepEqual(waits(0), [0, 0, 0, 0])
    assert.deepEqual(waits(0.5), [50, 100, 175, 175])
    assert.deepEqual(waits(0.999_999), [99, 199, 349, 349])
  })

  it('is at least what Retry-After asks for, with the jitter on top', () => {
    assert.equal(delayAfter(refusal(429, 1_000), false), 1_100)
  })

  it('does not follow a Retry-After beyond the cap', () => {
    assert.equal(delayAfter(refusal(429, 3_600_000), false), DEFAULT_TUNING.retryAfterMaxMs + 100)
  })

  it('does not come when all attempts are used up', () => {
    const failure = { error: refusal(503), attempts: DEFAULT_TUNING.maxAttempts, idempotent: true }
    assert.equal(retryDelay(failure, { ...DEFAULT_TUNING, random: () => 0 }), undefined)
  })
})
