/** Turns what went wrong with a vault into an outcome. */
import type { Outcome } from '../../model/outcome.ts'
import { VaultError, type VaultErrorKind } from '../../vault/errors.ts'
import { heldStep } from '../held-step.ts'
import { stalled, waiting } from '../outcomes.ts'
import type { Work } from '../work.ts'

const PAUSE_MS = { least: 1_000, most: 30_000 } as const

/** Until the next look: soon at first, and ever later while the step waits on, for each look at one that swallows calls takes seconds. */
export function pauseMs({ participant, now }: Pick<Work, 'participant' | 'now'>): number {
  const held = heldStep(participant, 'vault')
  const waitedMs = held?.state === 'Waiting' ? now() - Date.parse(held.lastTransitionTime) : 0
  return Math.min(PAUSE_MS.most, Math.max(PAUSE_MS.least, waitedMs / 4))
}

/** Those that pass by themselves. */
const PASSING: Readonly<Partial<Record<VaultErrorKind, string>>> = {
  unreachable: 'VaultStarting',
  sealed: 'VaultStarting',
  failed: 'VaultFailed',
}

const STALLING: Readonly<Record<Exclude<VaultErrorKind, 'unreachable' | 'sealed' | 'failed'>, string>> = {
  impossible: 'VaultNoWay',
  denied: 'VaultKeysRefused',
  refused: 'VaultRefused',
  broken: 'VaultBroken',
}

interface When {
  /** It was known to be when that happened. */
  readonly sealed: boolean
  readonly recheckMs: number
}

/** Throws what is none of the vault's. */
export function outcomeOfVault(error: unknown, { sealed, recheckMs }: When): Outcome {
  if (!(error instanceof VaultError)) throw error
  const { kind, message } = error
  const passing = PASSING[kind]
  if (passing !== undefined) return waiting({ reason: sealed ? 'VaultSealed' : passing, message }, recheckMs)
  return stalled({ reason: STALLING[kind as keyof typeof STALLING], message })
}
