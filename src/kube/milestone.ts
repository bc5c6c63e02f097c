/** A moment that comes once and stays: whoever waits for it is let go on, whoever comes later does not wait. */
import { EventEmitter, once } from 'node:events'

export class Milestone {
  readonly #events = new EventEmitter<{ reached: [] }>().setMaxListeners(0)
  #reached = false

  get reached(): boolean {
    return this.#reached
  }

  reach(): void {
    if (this.#reached) return
    this.#reached = true
    this.#events.emit('reached')
  }

  /** Rejects with an AbortError when one of the signals is aborted before. */
  async when(...signals: readonly (AbortSignal | undefined)[]): Promise<void> {
    if (this.#reached) return
    const ends = signals.filter((signal) => signal !== undefined)
    await once(this.#events, 'reached', { signal: AbortSignal.any(ends) })
  }
}
