/** Decides when the next call may be made, so that many writes do not crowd out others at the API server. */
import { untilAborted } from './call-limit.ts'

export interface TokenBucketOptions {
  /** Calls per second in the long run, above 0; `Infinity` for as many as there are. */
  readonly qps: number
  /** Calls that can be made at once after a pause, at least 1. */
  readonly burst: number
  /** A clock that never goes back, in ms. Default `performance.now`. */
  readonly now?: () => number
}

/** Tokens are given in the order in which they are asked for. */
export class TokenBucket {
  readonly #intervalMs: number
  readonly #savedMs: number
  readonly #now: () => number
  /** Those who wait for a token, the next first: each is a call that lets one go on. */
  readonly #line = new Set<() => void>()
  /** When the next token falls due; the past counts only as far back as a burst reaches. */
  #dueMs = -Infinity
  #timer: NodeJS.Timeout | undefined

  constructor({ qps, burst, now = () => performance.now() }: TokenBucketOptions) {
    this.#intervalMs = 1_000 / qps
    this.#savedMs = (burst - 1) * this.#intervalMs
    this.#now = now
  }

  /** Resolves when a token is free. Rejects with the signal's reason when it is aborted; no token is used then. */
  async take(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    if (this.#line.size === 0 && this.#use()) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#line.add(resolve)
    this.#arm()
    try {
      await (signal === undefined ? promise : untilAborted(promise, signal))
    } finally {
      this.#line.delete(resolve)
      if (this.#line.size === 0) this.#disarm()
    }
  }

  /** Gives no token for so many ms, not even to those who wait already, and forgets what was saved up. */
  pause(ms: number): void {
    this.#dueMs = Math.max(this.#dueMs, this.#now() + ms)
  }

  #use(): boolean {
    const now = this.#now()
    const dueMs = Math.max(this.#dueMs, now - this.#savedMs)
    if (dueMs > now) return false
    this.#dueMs = dueMs + this.#intervalMs
    return true
  }

  #serve(): void {
    for (const letGo of this.#line) {
      if (!this.#use()) break
      this.#line.delete(letGo)
      letGo()
    }
    this.#disarm()
    if (this.#line.size > 0) this.#arm()
  }

  /** Fires also in a pause that began later: then it is armed anew. */
  #arm(): void {
    const waitMs = Math.max(0, this.#dueMs - this.#now())
    this.#timer ??= setTimeout(() => this.#serve(), Math.ceil(waitMs))
  }

  #disarm(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
