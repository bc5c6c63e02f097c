/** What seeding must not forget: the answer that created the wallet, and the last attempt to get a credential. In one Secret. */
import { isMap } from '../../plan/place.ts'
import type { Attempt } from '../../seed/credential.ts'
import type { JsonObject } from '../../seed/definitions.ts'
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
 * An attempt with an earlier wallet is forgotten, and its key. Not ended by the end of the process's work.
 */
export async function storeWallet(work: Work, wallet: HeldWallet): Promise<void> {
  const { clientId, clientSecret, apiKey } = wallet
  await write(work, {
    'client-id': clientId,
    'client-secret': clientSecret ?? null,
    'api-key': apiKey ?? null,
    'created-at': new Date(work.now()).toISOString(),
    attempt: null,
    'public-key': null,
  })
}

/** To be called once the wallet was seen to work: a wallet made anew is made with this key. */
export async function storePublicKey(work: Work, publicKey: JsonObject): Promise<void> {
  await write(work, { 'public-key': JSON.stringify(publicKey) })
}

export async function forgetPublicKey(work: Work): Promise<void> {
  await write(work, { 'public-key': null })
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
  if (clientId === undefined) return undefined
  const publicKey = objectIn(valueIn(live, 'public-key'))
  return {
    clientId,
    ...(clientSecret && { clientSecret }),
    ...(apiKey && { apiKey }),
    ...(publicKey && { publicKey }),
  }
}

function attemptIn(text: string | undefined): Attempt | undefined {
  const { holderPid, number, startedAtMs } = objectIn(text) ?? {}
  return typeof holderPid === 'string' && typeof number === 'number' && typeof startedAtMs === 'number'
    ? { holderPid, number, startedAtMs }
    : undefined
}

/** One that a person spoilt counts as none. */
function objectIn(text: string | undefined): JsonObject | undefined {
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isMap(value) ? value : undefined
  } catch {
    return undefined
  }
}
