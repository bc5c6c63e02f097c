import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aParticipant } from '../../../test/support/builders.ts'
import { VaultError, type VaultErrorKind } from '../../vault/errors.ts'
import { outcomeOfVault, pauseMs } from './from-vault.ts'

function told(kind: VaultErrorKind, sealed = false): string {
  const outcome = outcomeOfVault(new VaultError({ kind, target: '', purpose: '', why: '' }), {
    sealed,
    recheckMs: 1,
  })
  return outcome.kind === 'done' ? 'done' : `${outcome.kind} ${outcome.reason}`
}

describe('what went wrong with a vault', () => {
  it('is looked at soon at first, and ever later', () => {
    const held = {
      name: 'vault',
      state: 'Waiting',
      attempts: 1,
      lastTransitionTime: '2026-01-01T00:00:00Z',
    } as const
    const begunMs = Date.parse(held.lastTransitionTime)
    const over = {
      id: 'acme.create.1',
      type: 'create',
      state: 'succeeded',
      generation: 1,
      steps: [],
    } as const
    const status = { observedGeneration: 1, operations: [over], steps: [held] }
    const pause = (waitedMs: number): number =>
      pauseMs({ participant: aParticipant({ status }), now: () => begunMs + waitedMs })
    assert.deepEqual([0, 4_000, 20_000, 3_600_000].map(pause), [1_000, 1_000, 5_000, 30_000])
    assert.equal(pauseMs({ participant: aParticipant(), now: () => begunMs }), 1_000)
  })

  it('is waited for when it passes by itself, and told as sealed when it was', () => {
    assert.deepEqual(
      (['unreachable', 'sealed', 'failed'] as const).map((kind) => [told(kind), told(kind, true)]),
      [
        ['waiting VaultStarting', 'waiting VaultSealed'],
        ['waiting VaultStarting', 'waiting VaultSealed'],
        ['waiting VaultFailed', 'waiting VaultSealed'],
      ],
    )
  })

  it('stalls when only a person can help', () => {
    assert.deepEqual(
      (['impossible', 'denied', 'refused', 'broken'] as const).map((kind) => told(kind, true)),
      ['stalled VaultNoWay', 'stalled VaultKeysRefused', 'stalled VaultRefused', 'stalled VaultBroken'],
    )
  })

  it('is thrown on when it is none of its', () => {
    assert.throws(() => outcomeOfVault(new TypeError('a bug'), { sealed: false, recheckMs: 1 }), TypeError)
  })
})
