/** Errors say who must act. Each kind is turned into an answer in one place: `http/errors.ts` or `reconcile/from-error.ts`. */

export type RefusalCode =
  | 'InvalidName'
  | 'InvalidDid'
  | 'InvalidHost'
  | 'UnknownProfile'
  | 'NameTaken'
  | 'DidTaken'
  | 'NamespaceForeign'
  | 'StillDeleting'
  | 'ObservedOnly'
  | 'Suspended'

/** A request that can never work as it is. The caller has to change it; nothing was written. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
  readonly code: RefusalCode
  constructor(code: RefusalCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** There is no such participant. */
export class NotFoundError extends Error {
  override readonly name = 'NotFoundError'
}

/** The spec of a participant asks for something impossible. Retrying is pointless until it changes. */
export class SpecError extends Error {
  override readonly name = 'SpecError'
  readonly reason: string
  constructor(reason: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

/** Another system cannot be reached or is not ready. Worth retrying; the cause says why. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError'
}
