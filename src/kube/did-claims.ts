/** Holds DIDs while they are being written: two requests at the same moment cannot both get one. */
import { RefusedError } from '../model/errors.ts'

export class DidClaims {
  readonly #claims = new Map<string, { readonly name: string; requests: number }>()

  /** Throws `RefusedError` while somebody of another name has it. The same name may ask again. Dispose to let go. */
  take(did: string, name: string): Disposable {
    const claim = this.#claims.get(did) ?? { name, requests: 0 }
    if (claim.name !== name)
      throw new RefusedError(
        'DidTaken',
        `${did} is just now being given to participant "${claim.name}"; use another DID`,
      )
    claim.requests += 1
    this.#claims.set(did, claim)
    return {
      [Symbol.dispose]: () => {
        claim.requests -= 1
        if (claim.requests === 0) this.#claims.delete(did)
      },
    }
  }
}
