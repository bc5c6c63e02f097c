/** Decides what has to be done about the vault of a participant before its runtimes can use it. */

/** As the vault itself tells. */
export interface VaultState {
  readonly initialised: boolean
  readonly sealed: boolean
}

/**
 * What is kept about the keys. `begun`: initialising was begun on this volume, and no answer has been stored. `none`: nothing
 * is kept, or it was spoilt.
 */
export type KeysRecord =
  | { readonly kind: 'none' }
  | { readonly kind: 'begun'; readonly volume: string }
  | { readonly kind: 'held'; readonly unsealKey: string; readonly rootToken: string }

export interface VaultFacts {
  readonly state: VaultState
  readonly record: KeysRecord
  /** uid of the claim that its data lies on. */
  readonly volume: string
}

export type VaultDecision =
  /** Note that it is begun, then initialise it. */
  | { readonly do: 'initialise' }
  /** The answer with its keys was lost, and nobody can have used it since: take it away with its data. */
  | { readonly do: 'start-afresh' }
  | { readonly do: 'unseal'; readonly unsealKey: string; readonly rootToken: string }
  /** Unsealed: see to what is in it. */
  | { readonly do: 'furnish'; readonly rootToken: string }
  | { readonly do: 'stall'; readonly reason: 'VaultKeysMissing' | 'VaultEmpty'; readonly message: string }

const KEYS_MISSING: VaultDecision = {
  do: 'stall',
  reason: 'VaultKeysMissing',
  message:
    'the vault is initialised, but its Secret "vault-keys" is missing or has no keys, and they exist nowhere else; restore that Secret from a backup',
}

const EMPTY: VaultDecision = {
  do: 'stall',
  reason: 'VaultEmpty',
  message:
    'the vault is empty, but its Secret "vault-keys" holds the keys of an earlier one; restore the volume, or delete that Secret to begin with an empty vault',
}

/** A vault that may hold data is never taken away. */
export function decideVault({ state, record, volume }: VaultFacts): VaultDecision {
  if (!state.initialised) return record.kind === 'held' ? EMPTY : { do: 'initialise' }
  switch (record.kind) {
    case 'none':
      return KEYS_MISSING
    case 'begun':
      return record.volume === volume ? { do: 'start-afresh' } : KEYS_MISSING
    case 'held': {
      const { unsealKey, rootToken } = record
      return state.sealed ? { do: 'unseal', unsealKey, rootToken } : { do: 'furnish', rootToken }
    }
  }
}
