import { credentialsUrl, dspCallbackUrl } from '../../manifests/addresses.ts'
/** Makes the wallet of the participant in its identity hub, and keeps the secret that comes with it. */
import type { Outcome } from '../../model/outcome.ts'
import { decideWallet, type HeldWallet, type WalletDecision, walletBody } from '../../seed/wallet.ts'
import { done, stalled } from '../outcomes.ts'
import { inputOf } from '../wanted.ts'
import type { Work } from '../work.ts'
import type { Session } from './seeding.ts'
import type { SeedWork } from './steps.ts'
import { readWalletRecord, storeWallet } from './wallet-record.ts'

/** Of the Dataspace Protocol, as the control plane serves it. */
const PROTOCOL_VERSION = '2025-1'

/**
 * Sets Seeded. Stalled with `WalletForeign` when the hub has a wallet of that name for another DID. A wallet whose secret
 * is not known, or not taken any more, is deleted and made anew: nothing else gives back a secret.
 */
export async function wallet({ work, session }: SeedWork): Promise<Outcome> {
  const open = await session()
  const { wallet: held } = await readWalletRecord(work)
  return await carryOut(await decided(work, open, held), work, open)
}

async function decided(
  { name, participant, signal }: Work,
  { edc, profile }: Session,
  held: HeldWallet | undefined,
): Promise<WalletDecision> {
  const live = await edc.identity.findWallet(name, signal)
  const { clientId, clientSecret } = held ?? {}
  const secretWorks =
    live === undefined || clientId === undefined || clientSecret === undefined
      ? undefined
      : await edc.identity.secretWorks({ clientId, clientSecret }, signal)
  return decideWallet({ did: participant.spec.did, live, held, secretWorks }, profile)
}

async function carryOut(decision: WalletDecision, work: Work, session: Session): Promise<Outcome> {
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
    case 'create':
      await make(work, session)
      return done()
    case 'replace':
      work.log.warn({ participant: name, why: decision.why }, 'the wallet is made anew')
      await identity.removeWallet(name, signal)
      await make(work, session)
      return done(decision.message)
  }
}

async function make(work: Work, { edc, profile }: Session): Promise<void> {
  const { name, participant, signal } = work
  const input = inputOf(work)
  const wish = {
    contextId: name,
    did: participant.spec.did,
    credentialsUrl: credentialsUrl(input),
    protocolUrl: `${dspCallbackUrl(input)}/${PROTOCOL_VERSION}`,
  }
  await storeWallet(work, await edc.identity.createWallet(walletBody(wish, profile), signal))
}
