import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  CREDENTIAL_TUNING,
  type CredentialFacts,
  credentialRequestBody,
  decideCredential,
  holds,
  REQUEST_STATES,
} from './credential.ts'
import { edcProfile } from './profiles.ts'

const TUNING = { ...CREDENTIAL_TUNING, deadlineMs: 60_000, backoffBaseMs: 5_000, backoffMaxMs: 20_000 }
const WISH = { issuerDid: 'did:web:issuer', type: 'MembershipCredential', definitionId: 'membership' }
const ATTEMPT = { holderPid: 'pid-1', number: 1, startedAtMs: 1_000 }

function decide(differs: Partial<CredentialFacts>): ReturnType<typeof decideCredential> {
  return decideCredential(
    { held: false, attempt: ATTEMPT, state: 'CREATED', nowMs: 1_000, ...differs },
    TUNING,
  )
}

describe('a credential', () => {
  it('that is held is asked for no more, whatever became of an attempt', () => {
    for (const state of [undefined, ...REQUEST_STATES])
      for (const nowMs of [1_000, 1_000_000])
        assert.deepEqual(decide({ held: true, state, nowMs }), { do: 'leave' })
  })

  it('is begun to be asked for when it never was', () => {
    assert.deepEqual(decide({ attempt: undefined, state: undefined }), { do: 'begin', number: 1 })
  })

  it('is asked for with the stored pid when a process died before it sent the request', () => {
    assert.deepEqual(decide({ state: undefined }), { do: 'send', holderPid: 'pid-1' })
  })

  for (const state of ['CREATED', 'REQUESTING', 'REQUESTED', 'ISSUED'] as const)
    it(`is waited for while the request is ${state}, and not for ever`, () => {
      const decision = decide({ state })
      assert.deepEqual(decision, {
        do: 'wait',
        reason: 'CredentialPending',
        message: `the request for the credential is under way (${state})`,
        recheckAfterMs: TUNING.pollMs,
        failing: false,
      })
      const late = decide({ state, nowMs: 61_000 })
      assert.equal(late.do === 'wait' && late.reason, 'CredentialTimedOut')
      assert.deepEqual(decide({ state, nowMs: 66_000 }), { do: 'begin', number: 2 })
    })

  it('that was held for long and is lost begins a new count of attempts', () => {
    const attempt = { ...ATTEMPT, number: 4 }
    assert.deepEqual(decide({ state: 'ISSUED', attempt, nowMs: 10_000_000 }), { do: 'begin', number: 1 })
    assert.deepEqual(decide({ state: 'ERROR', attempt, nowMs: 10_000_000 }), { do: 'begin', number: 5 })
  })

  it('that was refused is asked for again with a fresh pid, later and later', () => {
    const waits = [1, 2, 3, 4, 5].map((number) => {
      const decision = decide({ state: 'ERROR', attempt: { ...ATTEMPT, number } })
      assert.equal(decision.do === 'wait' && decision.reason, 'CredentialRefused')
      return decision.do === 'wait' ? [decision.recheckAfterMs, decision.failing] : undefined
    })
    assert.deepEqual(waits, [
      [5_000, false],
      [10_000, false],
      [20_000, true],
      [20_000, true],
      [20_000, true],
    ])
    assert.deepEqual(decide({ state: 'ERROR', nowMs: 6_000 }), { do: 'begin', number: 2 })
  })

  it('is named in the format of its generation, under a pid that is given', () => {
    assert.deepEqual(credentialRequestBody(WISH, 'pid', edcProfile('edc-0.15')), {
      issuerDid: 'did:web:issuer',
      holderPid: 'pid',
      credentials: [{ format: 'VC1_0_JWT', type: 'MembershipCredential', id: 'membership' }],
    })
    const [credential] = credentialRequestBody(WISH, 'pid', edcProfile('edc-0.19'))[
      'credentials'
    ] as readonly {
      format: string
    }[]
    assert.equal(credential?.format, 'VC2_0_JOSE')
  })

  it('counts only of the type, from the issuer, and while it can be used', () => {
    const good = { issuerDid: WISH.issuerDid, types: ['VerifiableCredential', WISH.type], state: 500 }
    assert.equal(holds([good], WISH), true)
    assert.equal(holds([], WISH), false)
    for (const differs of [
      { issuerDid: 'did:web:x' },
      { types: ['VerifiableCredential'] },
      ...[600, 700, 800, -100].map((state) => ({ state })),
    ])
      assert.equal(holds([{ ...good, ...differs }], WISH), false)
  })
})
