/** Keeps long runs of small work from holding the event loop. */

/**
 * Measures how long the current turn of the event loop has been used and gives it away when that is enough.
 *
 * Needed because a burst that sits in a buffer is consumed in microtasks: no timer and no socket gets a turn meanwhile.
 */
export class TimeSlice {
  readonly #sliceMs: number
  #startedAt = performance.now()

  constructor(sliceMs: number) {
    this.#sliceMs = sliceMs
  }

  get over(): boolean {
    return performance.now() - this.#startedAt >= this.#sliceMs
  }

  /** Resolves after everything else that was due had its turn. */
  async rest(): Promise<void> {
    await new Promise<void>((resolve) => {
      setImmediate(resolve)
    })
    this.#startedAt = performance.now()
  }
}
