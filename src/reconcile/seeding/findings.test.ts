/** Tests what conditions say of a participant that is seeded, and of one that is not. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aParticipant } from '../../../test/support/builders.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { Condition } from '../../model/participant.ts'
import { SEED_STEPS, type SeedStep } from '../../model/seed-steps.ts'
import { done, waiting } from '../outcomes.ts'
import { seedFindings } from './findings.ts'

const times = { failed: false, startedMs: 0, endedMs: 0 }

function passUpTo(last: SeedStep, outcome: Outcome) {
  const at = SEED_STEPS.indexOf(last)
  const outcomeOf = (index: number) => (index < at ? done() : index === at ? outcome : undefined)
  return { steps: SEED_STEPS.map((name, index) => ({ ...times, name, outcome: outcomeOf(index) })) }
}

const condition = (type: string): Condition => ({
  type,
  status: 'True',
  reason: 'Told',
  message: '',
  lastTransitionTime: '',
})
const seeded = aParticipant({
  status: { conditions: ['IssuerRegistered', 'Seeded', 'CredentialIssued'].map(condition) },
})

describe('the conditions of seeding', () => {
  it('are none where nothing is seeded', () => {
    assert.deepEqual(seedFindings(seeded, { steps: [{ ...times, name: 'readiness', outcome: done() }] }), {})
  })

  it('are all True when every step is done', () => {
    const found = Object.values(seedFindings(aParticipant(), passUpTo('credential', done())))
    assert.deepEqual(
      found.map((finding) => finding?.status),
      ['True', 'True', 'True'],
    )
  })

  it('say False with the reason of the step, and nothing of what was not reached', () => {
    const pending = waiting({ reason: 'SecretMissing', message: 'it is gone' }, 1)
    const found = seedFindings(seeded, passUpTo('hand-over', pending))
    assert.deepEqual(
      [found.IssuerRegistered?.status, found.Seeded, found.CredentialIssued],
      ['True', { status: 'False', reason: 'SecretMissing', message: 'it is gone' }, undefined],
    )
  })

  it('stay True while an issuer does not answer, and become False when it was never asked before', () => {
    const pass = passUpTo('holder', waiting({ reason: 'EdcUnreachable', message: 'no connection' }, 1))
    assert.equal(seedFindings(seeded, pass).IssuerRegistered, undefined)
    assert.equal(seedFindings(aParticipant(), pass).IssuerRegistered?.status, 'False')
  })

  it('stay during a removal until the holder is gone', () => {
    const removal = (outcome: Outcome) => ({ steps: [{ ...times, name: 'remove-holder', outcome }] })
    const waits = waiting({ reason: 'EdcUnreachable', message: '' }, 1)
    assert.deepEqual(Object.values(seedFindings(seeded, removal(waits))), [undefined, undefined, undefined])
    assert.equal(seedFindings(seeded, removal(done())).IssuerRegistered?.reason, 'HolderRemoved')
  })
})
