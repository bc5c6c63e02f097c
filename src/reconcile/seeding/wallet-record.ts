/** What seeding must not forget: the answer that created the wallet, and the last attempt to get a credential. In one Secret. */
import { metadataOf } from '../../manifests/metadata.ts'
import { SpecError } from '../../model/errors.ts'
import { type KubeObject, RESOURCES } from '../../model/kubernetes.ts'
import { FIELD_MANAGER } from '../../model/names.ts'
import { isMap } from '../../plan/place.ts'
import type { Attempt } from '../../seed/credential.ts'
import type { JsonObject } from '../../seed/definitions.ts'
import type { HeldWallet } from '../../seed/wallet.ts'
import { foreignObject } from '../converge.ts'
import { ownsObject } from '../ownership.ts'
import { inputOf } from '../wanted.ts'
import type { Work } from '../work.ts'
import { type SecretObject, valueIn } from './seeding.ts'

/** Not among the objects that are wanted, so that nothing rewrites it; of Secrets nothing is pruned. */
const WALLET_SECRET = 'wallet-credentials'

export interface WalletRecord {
  readonly wallet: HeldWallet | undefined
  readonly attempt: Attempt | undefined
}

/** Throws a `SpecError` when somebody else made a Secret of that name. */
export async function readWalletRecord(work: Work): Promise<WalletRecord> {
  const live = await liveSecret(work)
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

export async function storeAttempt(work: Work, attempt: Attempt): Promise<void> {
  await write(work, { attempt: JSON.stringify(attempt) })
}

/** Null takes a value away. */
type Values = Readonly<Record<string, string | null>>

/** Over the version that was read, and over no other. */
async function write(work: Work, values: Values): Promise<void> {
  const { kube, name: namespace } = work
  const live = await liveSecret(work)
  const manager = FIELD_MANAGER.reconcile
  const data = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, value && encoded(value)]),
  )
  if (live === undefined) {
    const given = Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null))
    const metadata = metadataOf(inputOf(work), 'identityhub', WALLET_SECRET)
    const secret: KubeObject & { readonly type: string; readonly data: object } = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata,
      type: 'Opaque',
      data: given,
    }
    await kube.create(secret, { manager })
    return
  }
  const { uid, resourceVersion } = live.metadata
  const body = { metadata: { uid, resourceVersion }, data }
  await kube.patch(RESOURCES.Secret, { namespace, name: WALLET_SECRET }, { type: 'merge', body, manager })
}

async function liveSecret(work: Work): Promise<SecretObject | undefined> {
  const { kube, name: namespace } = work
  const live = await kube.get<SecretObject>(RESOURCES.Secret, { namespace, name: WALLET_SECRET })
  if (live === undefined || ownsObject(work, live)) return live
  const { reason, message } = foreignObject(namespace, live)
  throw new SpecError(reason, message)
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

function encoded(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64')
}
