/** Makes the wallet of the participant in its identity hub, and keeps the secret that comes with it. */
import { credentialsUrl, dspCallbackUrl } from '../../manifests/addresses.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { JsonObject } from '../../seed/definitions.ts'
import { decideWallet, type HeldWallet, type WalletDecision, walletBody } from '../../seed/wallet.ts'
import { done, stalled } from '../outcomes.ts'
import { inputOf } from '../wanted.ts'
import type { Work } from '../work.ts'
import type { Session } from './seeding.ts'
import type { SeedWork } from './steps.ts'
import { forgetPublicKey, readWalletRecord, storePublicKey, storeWallet } from './wallet-record.ts'

/** Of the Dataspace Protocol, as the control plane serves it. */
const PROTOCOL_VERSION = '2025-1'

/**
 * Sets Seeded. Stalled with `WalletForeign` when the hub has a wallet of that name for another DID, and with
 * `WalletKeyLost` when its private key is gone. A wallet whose secret is not known, or not taken any more, is deleted and
 * made anew: nothing else gives back a secret. One that the hub forgot is made anew with its old key.
 */
export async function wallet({ work, session }: SeedWork): Promise<Outcome> {
  const open = await session()
  const { wallet: held } = await readWalletRecord(work)
  return await carryOut(await decided(work, open, held), { work, session: open, held })
}

async function decided(
  { name, participant, signal }: Work,
  { edc, profile }: Session,
  held: HeldWallet | undefined,
): Promise<WalletDecision> {
  const live = await edc.identity.findWallet(name, signal)
  const { clientId, clientSecret } = held ?? {}
  const trial =
    live === undefined || clientId === undefined || clientSecret === undefined
      ? undefined
      : await edc.identity.trySecret({ clientId, clientSecret }, signal)
  return decideWallet({ did: participant.spec.did, live, held, trial }, profile)
}

interface Making {
  readonly work: Work
  readonly session: Session
  readonly held: HeldWallet | undefined
}

async function carryOut(decision: WalletDecision, making: Making): Promise<Outcome> {
  const { work, session, held } = making
  const { name, signal } = work
  const { identity } = session.edc
  switch (decision.do) {
    case 'leave':
      return done()
    case 'stall':
      return stalled(decision)
    case 'activate':
      await identity.activateWallet(name, signal)
      return done('the wallet was not active and has been activated')
    case 'remember-key':
      await rememberKey(making)
      return done()
    case 'create':
      await make(making, held?.publicKey)
      return done()
    case 'replace':
      work.log.warn({ participant: name, why: decision.why }, 'the wallet is made anew')
      // With the wallet goes its private key: whoever finds it gone must not make another with the public one.
      if (held?.publicKey !== undefined) await forgetPublicKey(work)
      await identity.removeWallet(name, signal)
      await make(making)
      return done(decision.message)
  }
}

async function rememberKey({ work, session }: Making): Promise<void> {
  const key = await session.edc.identity.publicKey(work.name, work.signal)
  if (key !== undefined) await storePublicKey(work, key)
}

/**
 * With the key of a wallet that its hub forgot: the others of the dataspace keep DID documents for minutes, and would
 * refuse what is signed with another.
 */
async function make({ work, session: { edc, profile } }: Making, publicKey?: JsonObject): Promise<void> {
  const { name, participant, signal } = work
  const input = inputOf(work)
  const wish = {
    contextId: name,
    did: participant.spec.did,
    credentialsUrl: credentialsUrl(input),
    protocolUrl: `${dspCallbackUrl(input)}/${PROTOCOL_VERSION}`,
    ...(publicKey && { publicKey }),
  }
  signal.throwIfAborted()
  // Not ended by the end of the process's work: nobody gets the answer a second time.
  const { signal: unending } = new AbortController()
  await storeWallet(work, await edc.identity.createWallet(walletBody(wish, profile), unending))
}
