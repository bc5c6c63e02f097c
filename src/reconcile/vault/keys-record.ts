/** What is kept of a vault: that it was begun with, then its keys. In one Secret that nothing rewrites and nothing prunes. */
import type { KeysRecord } from '../../seed/vault.ts'
import type { VaultKeys } from '../../vault/vault.ts'
import { readRecord, type RecordName, type SecretObject, valueIn, writeRecord } from '../secret-record.ts'
import type { Work } from '../work.ts'

const KEYS: RecordName = { name: 'vault-keys', component: 'vault' }

/** What was read, to be written over by whoever decided from it. */
export interface KeysSecret {
  readonly record: KeysRecord
  readonly live: SecretObject | undefined
}

/** Throws a `SpecError` when somebody else made a Secret of that name. */
export async function readKeys(work: Work): Promise<KeysSecret> {
  return keysIn(await readRecord(work, KEYS))
}

/** Before it is initialised, so that a process that dies in between leaves a trace. */
export async function noteBegun(work: Work, { live }: KeysSecret, volume: string): Promise<KeysSecret> {
  return keysIn(await writeRecord(work, { ...KEYS, live }, { 'begun-on': volume, 'afresh-on': null }))
}

/** To be called at once with the answer: no other has the keys. */
export async function storeKeys(work: Work, { live }: KeysSecret, keys: VaultKeys): Promise<void> {
  await writeRecord(
    work,
    { ...KEYS, live },
    {
      'unseal-key': keys.unsealKey,
      'root-token': keys.rootToken,
      'initialised-at': new Date(work.now()).toISOString(),
      'begun-on': null,
      'afresh-on': null,
    },
  )
}

/** Before its volume is taken away: whoever still holds an answer with keys cannot store it after that. */
export async function noteAfresh(work: Work, { live }: KeysSecret, volume: string): Promise<void> {
  await writeRecord(work, { ...KEYS, live }, { 'begun-on': null, 'afresh-on': volume })
}

function keysIn(live: SecretObject | undefined): KeysSecret {
  const [unsealKey, rootToken, begunOn, afreshOn] = ['unseal-key', 'root-token', 'begun-on', 'afresh-on'].map(
    (key) => valueIn(live, key),
  )
  if (unsealKey !== undefined && rootToken !== undefined)
    return { live, record: { kind: 'held', unsealKey, rootToken } }
  const volume = begunOn ?? afreshOn
  return { live, record: volume === undefined ? { kind: 'none' } : { kind: 'begun', volume } }
}
