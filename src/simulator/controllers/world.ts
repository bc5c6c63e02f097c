/** What every controller is handed. */
import type { State } from '../state.ts'
import type { EventRecorder } from './events.ts'
import type { ObjectIndex } from './object-index.ts'
import type { Timing } from './timing.ts'

export interface World {
  readonly state: State
  readonly index: ObjectIndex
  readonly events: EventRecorder
  readonly timing: Timing
  /** Ms since 1970. */
  readonly now: () => number
  /** A number in [0, 1). */
  readonly random: () => number
}

/** Remembers since when something is waited for. Times in objects are whole seconds, too coarse for that. */
export class Waits {
  readonly #now: () => number
  readonly #since = new Map<string, number>()

  constructor(now: () => number) {
    this.#now = now
  }

  /** Ms left of `durationMs` since this key was first asked about; 0 when it is over. */
  remainingMs(key: string, durationMs: number): number {
    const since = this.#since.get(key) ?? this.#now()
    this.#since.set(key, since)
    return Math.max(0, since + durationMs - this.#now())
  }

  knows(key: string): boolean {
    return this.#since.has(key)
  }

  forget(key: string): void {
    this.#since.delete(key)
  }
}
