/** Gives the control plane the secret with which it gets tokens of the participant. */
import type { Outcome } from '../../model/outcome.ts'
import { stsSecretAlias } from '../../seed/profile.ts'
import { done, waiting } from '../outcomes.ts'
import type { SeedWork } from './steps.ts'
import { readWalletRecord } from './wallet-record.ts'

/**
 * Sets Seeded. Nothing to do where the identity hub writes into the vault of both. Waiting with `SecretMissing` when the
 * Secret was deleted since the step before.
 */
export async function handOver({ work, session }: SeedWork): Promise<Outcome> {
  const { edc, profile } = await session()
  if (profile.secretHandOver === 'shared-vault') return done()
  const { wallet } = await readWalletRecord(work)
  if (wallet?.clientSecret === undefined)
    return waiting(
      { reason: 'SecretMissing', message: 'the secret of the wallet is gone; the wallet is made anew' },
      work.tuning.recheckMs,
    )
  const { clientId, clientSecret: value } = wallet
  const alias = stsSecretAlias(profile, { contextId: work.name, clientId })
  await edc.management.storeSecret({ alias, value }, work.signal)
  return done()
}
