/** What seeding must not forget: the answer that created the wallet, and the last attempt to get a credential. In one Secret. */
import type { Attempt } from '../../seed/credential.ts'
import type { HeldWallet } from '../../seed/wallet.ts'
import {
  readRecord,
  type RecordName,
  type RecordValues,
  type SecretObject,
  valueIn,
  writeRecord,
} from '../secret-record.ts'
import type { Work } from '../work.ts'

const WALLET: RecordName = { name: 'wallet-credentials', component: 'identityhub' }

export interface WalletRecord {
  readonly wallet: HeldWallet | undefined
  readonly attempt: Attempt | undefined
}

/** Throws a `SpecError` when somebody else made a Secret of that name. */
export async function readWalletRecord(work: Work): Promise<WalletRecord> {
  const live = await readRecord(work, WALLET)
  return { wallet: walletIn(live), attempt: attemptIn(valueIn(live, 'attempt')) }
}

/**
 * To be called at once with the answer that created it, and before anything else is done: no other answer has the secret.
 * An attempt with an earlier wallet is forgotten. Not ended by the end of the process's work.
 */
export async function storeWallet(work: Work, wallet: HeldWallet): Promise<void> {
  const { clientId, clientSecret, apiKey } = wallet
  await write(work, {
    'client-id': clientId,
    'client-secret': clientSecret ?? null,
    'api-key': apiKey ?? null,
    'created-at': new Date(work.now()).toISOString(),
    attempt: null,
  })
}

export async function storeAttempt(work: Work, attempt: Attempt): Promise<void> {
  await write(work, { attempt: JSON.stringify(attempt) })
}

/** Over the version that was read, and over no other. */
async function write(work: Work, values: RecordValues): Promise<void> {
  await writeRecord(work, { ...WALLET, live: await readRecord(work, WALLET) }, values)
}

function walletIn(live: SecretObject | undefined): HeldWallet | undefined {
  const [clientId, clientSecret, apiKey] = ['client-id', 'client-secret', 'api-key'].map((key) =>
    valueIn(live, key),
  )
  return clientId === undefined
    ? undefined
    : { clientId, ...(clientSecret && { clientSecret }), ...(apiKey && { apiKey }) }
}

/** One that a person spoilt counts as none. */
function attemptIn(text: string | undefined): Attempt | undefined {
  if (text === undefined) return undefined
  try {
    const { holderPid, number, startedAtMs } = JSON.parse(text) as Partial<Attempt>
    return typeof holderPid === 'string' && typeof number === 'number' && typeof startedAtMs === 'number'
      ? { holderPid, number, startedAtMs }
      : undefined
  } catch {
    return undefined
  }
}
