/** Tests what a step of seeding does about each kind of trouble with EDC. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EdcError, type EdcErrorKind } from '../edc/errors.ts'
import type { TargetKind } from '../model/edc-call.ts'
import { outcomeOfEarly } from './from-edc.ts'
import { outcomeOf } from './from-error.ts'

function error(kind: EdcErrorKind, retryInMs?: number, targetKind: TargetKind = 'identityhub'): EdcError {
  return new EdcError({
    kind,
    targetKind,
    target: 'identityhub of "acme"',
    purpose: 'create the wallet',
    why: 'it is so',
    ...(retryInMs !== undefined && { retryInMs }),
  })
}

function told(kind: EdcErrorKind, by?: TargetKind): string {
  const outcome = outcomeOf(error(kind, undefined, by), { retryInMs: 4000, forbiddenRecheckMs: 60_000 })
  if (outcome.kind === 'done') return 'done'
  return outcome.kind === 'waiting'
    ? `${outcome.reason} in ${outcome.recheckAfterMs}`
    : `${outcome.reason} stalled`
}

describe('trouble with EDC', () => {
  it('is waited for ever longer when it may pass', () => {
    assert.deepEqual(
      (['unreachable', 'failed', 'conflict', 'absent'] as const).map((kind) => told(kind)),
      ['EdcUnreachable', 'EdcFailed', 'EdcChanged', 'EdcChanged'].map((reason) => `${reason} in 4000`),
    )
  })

  it('stalls the step when a person has to act', () => {
    assert.deepEqual(
      (['unauthorised', 'refused', 'broken', 'impossible'] as const).map((kind) => told(kind)),
      ['EdcKeyRefused', 'EdcRefused', 'EdcBroken', 'EdcNoWay'].map((reason) => `${reason} stalled`),
    )
  })

  it('is no failure when it was only too early to ask, and says when it is time', () => {
    const early = [error('not-yet'), error('held-back', 7000), error('crowded', 2000), error('failed')]
    const times = early.map((each) => {
      const outcome = outcomeOfEarly(each)
      return outcome?.kind === 'waiting' ? outcome.recheckAfterMs : undefined
    })
    assert.deepEqual(times, [500, 7000, 2000, undefined])
  })

  it('is an unreachable issuer, and for its operator, when that gives no answer that counts', () => {
    assert.deepEqual(
      (['unreachable', 'failed', 'held-back', 'crowded', 'unauthorised'] as const).map((kind) =>
        told(kind, 'issuer'),
      ),
      [
        'IssuerUnreachable in 4000',
        'IssuerUnreachable in 4000',
        'IssuerUnreachable in 500',
        'EdcCrowded in 500',
        'EdcKeyRefused stalled',
      ],
    )
    const outcome = outcomeOfEarly(error('held-back', 1, 'issuer'))
    assert.match(outcome?.message ?? '', /Whoever runs the issuer has to act/u)
  })

  it('is told with who was asked for what', () => {
    const outcome = outcomeOf(error('failed'), { retryInMs: 1, forbiddenRecheckMs: 1 })
    assert.ok(outcome.kind === 'waiting')
    assert.equal(outcome.message, 'identityhub of "acme", asked to create the wallet: it is so')
  })
})
