/** A call to the vault did not do what it was for: which vault, for what, why, and what to do. Holds no secret, and no cause that could. */

/**
 * What callers decide by:
 *
 * - `unreachable`: no connection, no answer in time, or it broke off. Whether the call was carried out is not known.
 * - `impossible`: this way there cannot carry the call until settings or rights change.
 * - `sealed`: it was sealed, or was not the active one yet.
 * - `denied`: the token is not known there, or has not the right.
 * - `refused`: the request is wrong in its eyes.
 * - `failed`: its own failure.
 * - `broken`: an answer that cannot be one of OpenBao's.
 */
export type VaultErrorKind =
  | 'unreachable'
  | 'impossible'
  | 'sealed'
  | 'denied'
  | 'refused'
  | 'failed'
  | 'broken'

export interface VaultFailure {
  readonly kind: VaultErrorKind
  /** Such as `vault of "acme"`. */
  readonly target: string
  /** Completes "asked to …". */
  readonly purpose: string
  readonly why: string
}

export class VaultError extends Error {
  override readonly name = 'VaultError'
  readonly kind: VaultErrorKind

  constructor({ kind, target, purpose, why }: VaultFailure) {
    super(`${target}, asked to ${purpose}: ${why}`)
    this.kind = kind
  }
}
