/** Tests what a step of seeding does about each kind of trouble with EDC. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EdcError, type EdcErrorKind } from '../edc/errors.ts'
import { outcomeOfEarly } from './from-edc.ts'
import { outcomeOf } from './from-error.ts'

function error(kind: EdcErrorKind, retryInMs?: number): EdcError {
  return new EdcError({
    kind,
    target: 'identityhub of "acme"',
    purpose: 'create the wallet',
    why: 'it is so',
    ...(retryInMs !== undefined && { retryInMs }),
  })
}

function told(kind: EdcErrorKind): string {
  const outcome = outcomeOf(error(kind), { retryInMs: 4000, forbiddenRecheckMs: 60_000 })
  if (outcome.kind === 'done') return 'done'
  return outcome.kind === 'waiting'
    ? `${outcome.reason} in ${outcome.recheckAfterMs}`
    : `${outcome.reason} stalled`
}

describe('trouble with EDC', () => {
  it('is waited for ever longer when it may pass', () => {
    assert.deepEqual(
      (['unreachable', 'failed', 'conflict', 'absent'] as const).map(told),
      ['EdcUnreachable', 'EdcFailed', 'EdcChanged', 'EdcChanged'].map((reason) => `${reason} in 4000`),
    )
  })

  it('stalls the step when a person has to act', () => {
    assert.deepEqual(
      (['unauthorised', 'refused', 'broken', 'impossible'] as const).map(told),
      ['EdcKeyRefused', 'EdcRefused', 'EdcBroken', 'EdcNoWay'].map((reason) => `${reason} stalled`),
    )
  })

  it('is no failure when it was only too early to ask, and says when it is time', () => {
    const times = [error('not-yet'), error('held-back', 7000), error('failed')].map((each) => {
      const outcome = outcomeOfEarly(each)
      return outcome?.kind === 'waiting' ? outcome.recheckAfterMs : undefined
    })
    assert.deepEqual(times, [500, 7000, undefined])
  })

  it('is told with who was asked for what', () => {
    const outcome = outcomeOf(error('failed'), { retryInMs: 1, forbiddenRecheckMs: 1 })
    assert.ok(outcome.kind === 'waiting')
    assert.equal(outcome.message, 'identityhub of "acme", asked to create the wallet: it is so')
  })
})
