/** Faults for tests to order: what the next requests get instead of an answer. */

export interface AskedRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
}

export interface Fault {
  /** Default: every request. */
  readonly matches?: (request: AskedRequest) => boolean
  /** How many requests it meets. Default 1. */
  readonly times?: number
  readonly effect: FaultEffect
}

export type FaultEffect =
  /** An answer instead of the work; as a `Status` unless there is a `body`. */
  | {
      readonly kind: 'answer'
      readonly code: number
      readonly reason?: string
      readonly message?: string
      readonly retryAfterSeconds?: number
      readonly body?: string
    }
  /** The connection is cut: before the work, or after it, so that the answer is lost. */
  | { readonly kind: 'reset'; readonly when: 'before' | 'after' }
  | { readonly kind: 'delay'; readonly ms: number }
  /** Nothing happens until the client gives up. */
  | { readonly kind: 'hang' }

interface Ordered {
  readonly fault: Fault
  left: number
}

export class Faults {
  readonly #ordered: Ordered[] = []
  readonly #closeWatches: () => void
  readonly #forgetHistory: () => void

  constructor(actions: { readonly closeWatches: () => void; readonly forgetHistory: () => void }) {
    this.#closeWatches = actions.closeWatches
    this.#forgetHistory = actions.forgetHistory
  }

  /** Until it is used up or disposed of. Of several that match, the one ordered first is used first. */
  order(fault: Fault): Disposable {
    const ordered = { fault, left: fault.times ?? 1 }
    this.#ordered.push(ordered)
    return { [Symbol.dispose]: () => void (ordered.left = 0) }
  }

  /** Ends all watches now, as a server does that is restarted. */
  closeWatches(): void {
    this.#closeWatches()
  }

  /** From now on older versions have expired for watches (410 in band) and continued lists (HTTP 410). */
  forgetHistory(): void {
    this.#forgetHistory()
  }

  /** What this request meets; it counts as met. */
  take(request: AskedRequest): FaultEffect | undefined {
    const met = this.#ordered.find(({ left, fault }) => left > 0 && (fault.matches?.(request) ?? true))
    if (met !== undefined) met.left -= 1
    return met?.fault.effect
  }
}
