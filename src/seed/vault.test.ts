/** Tests what is done about a vault: above all that one which may hold data is never taken away. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decideVault, type KeysRecord } from './vault.ts'

const held: KeysRecord = { kind: 'held', unsealKey: 'key', rootToken: 'root' }
const begun: KeysRecord = { kind: 'begun', volume: 'here' }
const elsewhere: KeysRecord = { kind: 'begun', volume: 'elsewhere' }
const none: KeysRecord = { kind: 'none' }
const NEW = { initialised: false, sealed: true }
const SEALED = { initialised: true, sealed: true }
const OPEN = { initialised: true, sealed: false }

function decided(state: typeof NEW, record: KeysRecord): string {
  const decision = decideVault({ state, record, volume: 'here' })
  return decision.do === 'stall' ? decision.reason : decision.do
}

describe('a vault', () => {
  it('that is new is initialised, wherever that was begun before', () => {
    for (const record of [none, begun, elsewhere]) assert.equal(decided(NEW, record), 'initialise')
  })

  it('that is new is left alone while the keys of an earlier one are kept', () => {
    assert.equal(decided(NEW, held), 'VaultEmpty')
  })

  it('is unsealed with its keys, and furnished when it is open', () => {
    assert.equal(decided(SEALED, held), 'unseal')
    assert.equal(decided(OPEN, held), 'furnish')
  })

  it('is taken away only when it was initialised on this very volume and its keys were never stored', () => {
    for (const state of [SEALED, OPEN]) {
      assert.equal(decided(state, begun), 'start-afresh')
      assert.equal(decided(state, elsewhere), 'VaultKeysMissing')
      assert.equal(decided(state, none), 'VaultKeysMissing')
    }
  })
})
