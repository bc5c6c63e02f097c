import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aParticipant } from '../../test/support/builders.ts'
import type { StepState } from '../model/participant.ts'
import { CLOSED_VAULT_RULES, withClosedVault } from './closed-vault.ts'
import type { ComponentVerdict } from './component.ts'

const open: ComponentVerdict = {
  name: 'vault',
  kind: 'StatefulSet',
  status: 'Running',
  ready: true,
  failed: false,
  desired: 1,
  current: 1,
  readyReplicas: 1,
  reason: 'Running',
  message: '',
  since: '',
  restarts: 0,
}

function told(state: StepState, reason: string, verdict = open): ComponentVerdict {
  const step = { name: 'vault', state, reason, message: 'why', attempts: 1, lastTransitionTime: '' }
  return withClosedVault(verdict, aParticipant({ status: { steps: [step] } }))
}

describe('the vault, by the step that opens it', () => {
  for (const { name, reasons, cause } of CLOSED_VAULT_RULES)
    it(name, () => {
      for (const reason of reasons) {
        const { ready, status, message, cause: found } = told('Stalled', reason)
        assert.deepEqual([ready, status, message], [false, 'Degraded', 'why'])
        assert.deepEqual(found, { code: cause, who: 'operator' })
        assert.equal(told('Waiting', reason).cause?.who, 'nobody yet')
      }
    })

  it('is as its pods say while that step is done, or waits for something else', () => {
    assert.equal(told('Done', 'VaultSealed'), open)
    assert.equal(told('Waiting', 'VaultStarting'), open)
    assert.equal(withClosedVault(open, aParticipant()), open)
    const unready = { ...open, ready: false }
    assert.equal(told('Waiting', 'VaultSealed', unready), unready)
    const other = { ...open, name: 'postgres' }
    assert.equal(told('Stalled', 'VaultKeysMissing', other), other)
  })
})
