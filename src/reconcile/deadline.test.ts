/** Tests when a step that waits is called stalled. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BORN, BORN_MS } from '../../test/support/builders.ts'
import type { Outcome } from '../model/outcome.ts'
import type { Step } from '../model/participant.ts'
import { type Clocked, heldToDeadline, STEP_TIMEOUT } from './deadline.ts'

const waits: Outcome = {
  kind: 'waiting',
  reason: 'Forbidden',
  message: 'secrets is forbidden',
  recheckAfterMs: 60_000,
}
const held: Step = { name: 'secrets', state: 'Waiting', attempts: 3, lastTransitionTime: BORN }
const deadlines = {
  reasons: { NamespaceTerminating: 3_600_000 },
  steps: { readiness: Infinity },
  others: 600_000,
}

function at(ms: number, more: Partial<Clocked> = {}): Clocked {
  return { participant: 'acme', step: 'secrets', held, deadlines, nowMs: BORN_MS + ms, ...more }
}

describe('a step that waits', () => {
  it('is looked at again at its deadline at the latest', () => {
    assert.deepEqual(heldToDeadline(waits, at(1_000)), waits)
    assert.deepEqual(heldToDeadline(waits, at(599_000)), { ...waits, recheckAfterMs: 1_000 })
  })

  it('keeps its reason when it is an issuer that does not answer, until that has answered', () => {
    const waiting: Outcome = { ...waits, reason: 'IssuerUnreachable', message: 'no connection' }
    const late = heldToDeadline(waiting, at(600_000))
    assert.ok(late.kind === 'stalled' && late.reason === 'IssuerUnreachable')
    assert.match(late.message, /longer than 10 min: no connection/u)
    const stalled: Step = { ...held, state: 'Stalled', reason: 'IssuerUnreachable' }
    assert.equal(heldToDeadline(waiting, at(1_000, { held: stalled })).kind, 'stalled')
  })

  it('is stalled from its deadline on, and says which step waited for what, how long, and what to do', () => {
    assert.deepEqual(heldToDeadline(waits, at(600_000)), {
      kind: 'stalled',
      reason: STEP_TIMEOUT,
      message:
        'step secrets has waited longer than 10 min: secrets is forbidden (Forbidden). ' +
        'It is still looked at and goes on by itself once that has changed; ' +
        'to start it anew: kubectl annotate participant acme dataspaces.dev/retry="$(date)" --overwrite',
    })
  })

  it('stays stalled while it waits on, and is over it once it is done', () => {
    const stalled: Step = { ...held, state: 'Stalled', reason: STEP_TIMEOUT, lastTransitionTime: BORN }
    assert.equal(heldToDeadline(waits, at(1, { held: stalled })).kind, 'stalled')
    assert.deepEqual(heldToDeadline({ kind: 'done' }, at(1, { held: stalled })), { kind: 'done' })
  })

  it('that was stalled for another reason begins to wait now', () => {
    const foreign: Step = { ...held, state: 'Stalled', reason: 'NamespaceForeign' }
    assert.equal(heldToDeadline(waits, at(900_000, { held: foreign })).kind, 'waiting')
  })

  it('has its whole time when its clock starts anew', () => {
    assert.deepEqual(heldToDeadline(waits, at(900_000, { held: undefined })), waits)
  })

  it('may take longer for some reasons, and for ever in some steps', () => {
    const terminating: Outcome = { ...waits, reason: 'NamespaceTerminating' }
    assert.equal(heldToDeadline(terminating, at(3_599_000)).kind, 'waiting')
    assert.equal(heldToDeadline(terminating, at(3_600_000)).kind, 'stalled')
    for (const outcome of [waits, terminating])
      assert.deepEqual(heldToDeadline(outcome, at(1e9, { step: 'readiness' })), outcome)
  })
})
