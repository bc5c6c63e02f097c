/** Opens the vault of a participant before its runtimes need it: initialised, unsealed, with their rights and tokens in it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { VAULT_PORT } from '../../manifests/addresses.ts'
import type { KubeObject } from '../../model/kubernetes.ts'
import type { Outcome } from '../../model/outcome.ts'
import { decideVault, type VaultDecision } from '../../seed/vault.ts'
import { projectWorkload } from '../../status/rolled-out.ts'
import { Vault } from '../../vault/vault.ts'
import { done, stalled, waiting } from '../outcomes.ts'
import type { Seeding } from '../seeding/seeding.ts'
import type { ReconcileStep, Work } from '../work.ts'
import { startAfresh, volumeOf } from './afresh.ts'
import { outcomeOfVault, pauseMs } from './from-vault.ts'
import { furnish } from './furnish.ts'
import { type KeysSecret, noteBegun, readKeys, storeKeys } from './keys-record.ts'

type Ways = Pick<Seeding, 'reach'>

/**
 * Sets no condition. Waiting with `VaultNotRunning` until its pod is ready, with `VaultStarting` until it answers and is
 * active, with `VaultSealed` while it cannot be unsealed, with `VaultFailed` when it fails, and with `VaultStartedAfresh`
 * when it is taken away because its keys were lost before anybody used it. Stalled with `VaultKeysMissing`, `VaultKeysRefused`, `VaultEmpty`, `VaultNoWay`,
 * `VaultRefused` or `VaultBroken`. `seen` is what was read of its StatefulSet in this pass.
 */
export function vaultStep(ways: Ways, seen: () => readonly KubeObject[] | undefined): ReconcileStep {
  return {
    name: 'vault',
    run: async (work) => (isRunning(seen()) ? await open(work, vaultOf(work, ways)) : notRunning(work)),
  }
}

export function vaultOf({ name: participant }: Pick<Work, 'name'>, { reach }: Ways): Vault {
  return new Vault({
    send: reach({ participant, service: 'vault', port: VAULT_PORT }),
    target: `vault of "${participant}"`,
  })
}

/** A watch tells when its pod is there; asking earlier would only cost time. */
const notRunning = ({ tuning }: Work): Outcome =>
  waiting(
    { reason: 'VaultNotRunning', message: 'the pod of the vault is not ready yet' },
    tuning.safetyRecheckMs,
  )

/** Nothing known counts as running: then it is asked. */
function isRunning(seen: readonly KubeObject[] | undefined): boolean {
  const live = seen?.find(({ kind, metadata }) => kind === 'StatefulSet' && metadata.name === 'vault')
  return seen === undefined || (live !== undefined && projectWorkload(live).ready > 0)
}

/** Each act leads to another state, and is followed by the next: initialised, unsealed, furnished. */
const MOST_ACTS = 4

async function open(work: Work, vault: Vault): Promise<Outcome> {
  let sealed = false
  const told: string[] = []
  try {
    for (let acts = 0; acts < MOST_ACTS; acts += 1) {
      const state = await vault.state(work.signal)
      sealed = state.initialised && state.sealed
      const keys = await readKeys(work)
      const volume = keys.record.kind === 'held' ? '' : await volumeOf(work)
      if (volume === undefined) return notRunning(work)
      const opening = { work, vault, keys, volume, told }
      const end = await carryOut(decideVault({ state, record: keys.record, volume }), opening)
      if (end !== undefined) return end
    }
    return waiting({ reason: 'VaultStarting', message: 'the vault is not open yet' }, pauseMs(work))
  } catch (error) {
    return outcomeOfVault(error, { sealed, recheckMs: pauseMs(work) })
  }
}

interface Opening {
  readonly work: Work
  readonly vault: Vault
  readonly keys: KeysSecret
  readonly volume: string
  readonly told: string[]
}

/** Undefined when it has to be looked at again. */
async function carryOut(decision: VaultDecision, opening: Opening): Promise<Outcome | undefined> {
  const { work, keys, volume } = opening
  switch (decision.do) {
    case 'stall':
      return stalled(decision)
    case 'initialise':
      return await initialise(opening)
    case 'start-afresh':
      return await startAfresh(work, keys, volume)
    case 'unseal':
      return await unseal(opening, decision.unsealKey)
    case 'furnish':
      return await finish(opening, decision.rootToken)
  }
}

/** Not ended by the end of the process's work: nobody gets the answer a second time. */
async function initialise({ work, vault, keys, volume, told }: Opening): Promise<undefined> {
  const begun = await noteBegun(work, keys, volume)
  const made = await vault.initialise(new AbortController().signal)
  if (made !== undefined) await storeKeys(work, begun, made)
  told.push('initialised the vault')
}

async function unseal({ work, vault, told }: Opening, key: string): Promise<Outcome | undefined> {
  if (!(await vault.unseal(key, work.signal))) return KEY_REFUSED
  if (told.length === 0) tellUnsealed(work)
  told.push('unsealed the vault')
  return undefined
}

async function finish({ work, vault, told }: Opening, rootToken: string): Promise<Outcome> {
  if (!(await isActiveSoon(vault, work.signal))) return waiting(NOT_ACTIVE, pauseMs(work))
  const message = told.length === 0 ? undefined : told.join(', ')
  return (await furnish(work, vault.as(rootToken))) ?? done(message)
}

const KEY_REFUSED = stalled({
  reason: 'VaultKeysRefused',
  message:
    'the vault is sealed and does not take the key in its Secret "vault-keys"; restore that Secret, or the volume that it belongs to, from a backup',
})

const NOT_ACTIVE = { reason: 'VaultStarting', message: 'the vault is unsealed, but not active yet' }

function tellUnsealed({ tell, log, name }: Work): void {
  log.warn({ participant: name }, 'the vault was sealed and is unsealed')
  const note = 'the vault was sealed, as it is after each start, and has been unsealed'
  tell({ type: 'Normal', reason: 'VaultUnsealed', action: 'Unseal', note })
}

const ELECTION_LOOKS = 20
const ELECTION_PAUSE_MS = 100

/** The only server is elected within moments, which is not worth a pass. */
async function isActiveSoon(vault: Vault, signal: AbortSignal): Promise<boolean> {
  for (let looks = 0; looks < ELECTION_LOOKS; looks += 1) {
    if (await vault.isActive(signal)) return true
    await sleep(ELECTION_PAUSE_MS, undefined, { signal })
  }
  return false
}
