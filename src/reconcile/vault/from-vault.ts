/** Turns what went wrong with a vault into an outcome. */
import type { Outcome } from '../../model/outcome.ts'
import { VaultError, type VaultErrorKind } from '../../vault/errors.ts'
import { stalled, waiting } from '../outcomes.ts'

/** Between two looks at a vault that comes up. */
export const STARTING_MS = 1_000

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

/** `sealed`: it was known to be when that happened. Throws what is none of the vault's. */
export function outcomeOfVault(error: unknown, { sealed }: { readonly sealed: boolean }): Outcome {
  if (!(error instanceof VaultError)) throw error
  const { kind, message } = error
  const passing = PASSING[kind]
  if (passing !== undefined)
    return waiting({ reason: sealed ? 'VaultSealed' : passing, message }, STARTING_MS)
  return stalled({ reason: STALLING[kind as keyof typeof STALLING], message })
}
