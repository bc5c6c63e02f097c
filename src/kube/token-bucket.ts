/** Decides when the next call may be made, so that many writes do not crowd out others at the API server. */
import timers from 'node:timers/promises'

export interface TokenBucketOptions {
  /** Calls per second in the long run, above 0. */
  readonly qps: number
  /** Calls that can be made at once after a pause, at least 1. */
  readonly burst: number
  /** A clock that never goes back, in ms. Default `performance.now`. */
  readonly now?: () => number
}

/** Tokens are promised in the order in which they are asked for. */
export class TokenBucket {
  readonly #intervalMs: number
  readonly #burst: number
  readonly #now: () => number
  /** When the last promised token falls due if none is saved up. */
  #promisedMs = -Infinity

  constructor({ qps, burst, now = () => performance.now() }: TokenBucketOptions) {
    this.#intervalMs = 1_000 / qps
    this.#burst = burst
    this.#now = now
  }

  /** Resolves when a token is free. Rejects with an AbortError when the signal is aborted; the token is given back. */
  async take(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    const now = this.#now()
    this.#promisedMs = Math.max(this.#promisedMs, now - this.#burst * this.#intervalMs) + this.#intervalMs
    const waitMs = this.#promisedMs - now
    if (waitMs <= 0) return
    try {
      await timers.setTimeout(Math.ceil(waitMs), undefined, signal && { signal })
    } catch (error) {
      this.#promisedMs -= this.#intervalMs
      throw error
    }
  }
}
