/** Gets the credential that makes the participant a member. */
import type { Outcome } from '../../model/outcome.ts'
import {
  type Attempt,
  CREDENTIAL_TUNING,
  type CredentialDecision,
  credentialRequestBody,
  decideCredential,
  holds,
} from '../../seed/credential.ts'
import { done, stalled, waiting } from '../outcomes.ts'
import type { Work } from '../work.ts'
import type { Session } from './seeding.ts'
import type { SeedWork } from './steps.ts'
import { readWalletRecord, storeAttempt } from './wallet-record.ts'

/**
 * Sets CredentialIssued. Waiting with `CredentialPending` while a request is under way, and between two attempts with
 * `CredentialRefused` or `CredentialTimedOut`; stalled with these when several attempts have failed, and tried on.
 */
export async function credential(seed: SeedWork): Promise<Outcome> {
  const { work, how } = seed
  const session = await seed.session()
  const { attempt } = await readWalletRecord(work)
  const decision = await decided(seed, session, attempt)
  if (decision.do === 'leave') return done()
  if (decision.do === 'wait') {
    const { failing, recheckAfterMs } = decision
    return failing ? stalled(decision) : waiting(decision, recheckAfterMs)
  }
  const holderPid = decision.do === 'send' ? decision.holderPid : await begun(seed, decision.number)
  const body = credentialRequestBody(how.issuer, holderPid, session.profile)
  await session.edc.identity.requestCredential(work.name, body, work.signal)
  return waiting(
    { reason: 'CredentialPending', message: `${how.issuer.issuerDid} is asked for the credential` },
    CREDENTIAL_TUNING.pollMs,
  )
}

/** Stored before anything is sent: what was sent with a pid that nobody knows would be sent again with another. */
async function begun({ work, seeding }: SeedWork, number: number): Promise<string> {
  const holderPid = seeding.newPid()
  await storeAttempt(work, { holderPid, number, startedAtMs: work.now() })
  return holderPid
}

async function decided(
  { work, how }: Pick<SeedWork, 'work' | 'how'>,
  { edc }: Session,
  attempt: Attempt | undefined,
): Promise<CredentialDecision> {
  const { name: contextId, signal, now }: Work = work
  const state =
    attempt && (await edc.identity.requestState({ contextId, holderPid: attempt.holderPid }, signal))
  // Asked last: what was issued in between counts.
  const held = holds(await edc.identity.credentials(contextId, signal), how.issuer)
  return decideCredential({ held, attempt, state, nowMs: now() }, CREDENTIAL_TUNING)
}
