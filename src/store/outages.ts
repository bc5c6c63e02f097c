/** Says once that Redis is out of reach, and once that it is back. */
import type { Log } from '../model/log.ts'

export interface OutagesOptions {
  readonly log: Log
  /** For people; without a password. */
  readonly redis: string
}

export class Outages {
  readonly #options: OutagesOptions
  #out = false

  constructor(options: OutagesOptions) {
    this.#options = options
  }

  get reachable(): boolean {
    return !this.#out
  }

  began(why: string): void {
    if (this.#out) return
    this.#out = true
    const { log, redis } = this.#options
    log.warn(
      { redis, why },
      'Redis does not answer; answers come from memory and would not survive a restart',
    )
  }

  ended(): void {
    if (!this.#out) return
    this.#out = false
    const { log, redis } = this.#options
    log.info({ redis }, 'Redis answers again')
  }
}
