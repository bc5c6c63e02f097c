/** A time in which this process may write: it ends by the clock, whether or not anybody notices, and never begins again. */

/** Somebody else may write by now, or soon. */
export class LeadershipLostError extends Error {
  override readonly name = 'LeadershipLostError'
}

export interface TermOptions {
  /** A clock that never goes back, in ms, and goes on while the process is stopped. */
  readonly now: () => number
  /** On that clock; `Infinity` for a term that nothing ends. */
  readonly endsAtMs: number
}

export class Term {
  readonly #now: () => number
  readonly #over = new AbortController()
  #endsAtMs: number
  #timer: NodeJS.Timeout | undefined

  constructor({ now, endsAtMs }: TermOptions) {
    this.#now = now
    this.#endsAtMs = endsAtMs
    this.#watchClock()
  }

  /** Aborted with a `LeadershipLostError` when the term is over. */
  get signal(): AbortSignal {
    return this.#over.signal
  }

  /**
   * Throws a `LeadershipLostError` when the term is over. Looks at the clock itself: in a process that was stopped and
   * goes on, an answer of the network may be dealt with before any timer.
   */
  readonly permit = (): void => {
    if (this.#now() >= this.#endsAtMs) this.end('the lease was not renewed in time')
    this.signal.throwIfAborted()
  }

  /** A term that is over stays over. */
  extend(endsAtMs: number): void {
    this.#endsAtMs = Math.max(this.#endsAtMs, endsAtMs)
    if (!this.signal.aborted) this.#watchClock()
  }

  end(why: string): void {
    clearTimeout(this.#timer)
    this.#endsAtMs = Number.NEGATIVE_INFINITY
    this.#over.abort(new LeadershipLostError(why))
  }

  #watchClock(): void {
    clearTimeout(this.#timer)
    if (this.#endsAtMs === Number.POSITIVE_INFINITY) return
    this.#timer = setTimeout(() => this.#lookAtClock(), Math.max(0, this.#endsAtMs - this.#now()))
    this.#timer.unref()
  }

  #lookAtClock(): void {
    if (this.#now() >= this.#endsAtMs) this.end('the lease was not renewed in time')
    else this.#watchClock()
  }
}
