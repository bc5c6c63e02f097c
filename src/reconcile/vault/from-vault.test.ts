import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { VaultError, type VaultErrorKind } from '../../vault/errors.ts'
import { outcomeOfVault } from './from-vault.ts'

function told(kind: VaultErrorKind, sealed = false): string {
  const outcome = outcomeOfVault(new VaultError({ kind, target: '', purpose: '', why: '' }), { sealed })
  return outcome.kind === 'done' ? 'done' : `${outcome.kind} ${outcome.reason}`
}

describe('what went wrong with a vault', () => {
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
    assert.throws(() => outcomeOfVault(new TypeError('a bug'), { sealed: false }), TypeError)
  })
})
