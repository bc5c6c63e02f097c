/** A call to EDC did not do what it was for: which call, of whom, why, and what to do. Holds no secret, and no cause that could. */
import type { TargetKind } from '../model/edc-call.ts'

/**
 * What callers decide by:
 *
 * - `not-yet`: an answer that a runtime gives shortly after its start, too; ask again soon.
 * - `unreachable`: no connection, no answer in time, or it broke off.
 * - `held-back`: not asked, because the last calls there failed; `retryInMs` says when.
 * - `crowded`: not asked, because too many calls are under way; `retryInMs` says when.
 * - `unauthorised`: the key or token is not taken, or has not the right.
 * - `refused`: the request is wrong in EDC's eyes; the same again will be refused again.
 * - `conflict`: something of that name exists. Never "so it is fine": look at it.
 * - `absent`: what the call is about is not there.
 * - `failed`: EDC's own failure, or it has too much to do.
 * - `broken`: an answer that cannot be one of EDC's: another content type, another shape, a redirect, too large.
 * - `impossible`: this way there cannot carry the call until settings or rights change.
 */
export type EdcErrorKind =
  | 'not-yet'
  | 'unreachable'
  | 'held-back'
  | 'crowded'
  | 'unauthorised'
  | 'refused'
  | 'conflict'
  | 'absent'
  | 'failed'
  | 'broken'
  | 'impossible'

/** Who was asked for what. Goes into messages. */
export interface Asked {
  /** Such as `identityhub of "acme"`. */
  readonly target: string
  /** What the call was for, such as `create the wallet`. */
  readonly purpose: string
}

export interface EdcFailure extends Asked {
  readonly targetKind: TargetKind
  readonly kind: EdcErrorKind
  /** Why, and what to do. */
  readonly why: string
  readonly status?: number | undefined
  readonly retryInMs?: number
}

export class EdcError extends Error {
  override readonly name = 'EdcError'
  readonly kind: EdcErrorKind
  readonly target: string
  readonly targetKind: TargetKind
  readonly purpose: string
  /** Of the answer; undefined when there was none. */
  readonly status: number | undefined
  /** Only with `held-back` and `crowded`. */
  readonly retryInMs: number | undefined

  constructor({ kind, target, targetKind, purpose, why, status, retryInMs }: EdcFailure) {
    super(`${target}, asked to ${purpose}: ${why}`)
    this.kind = kind
    this.target = target
    this.targetKind = targetKind
    this.purpose = purpose
    this.status = status
    this.retryInMs = retryInMs
  }
}

/** True for an error of EDC of one of these kinds. */
export function isEdcError(error: unknown, ...kinds: readonly EdcErrorKind[]): error is EdcError {
  return error instanceof EdcError && (kinds.length === 0 || kinds.includes(error.kind))
}
