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

const FIRST_RETRY_MS = 10
const LAST_RETRY_MS = 10_000

/** When to try again what was refused: soon at first, then ever later. */
export class Retries {
  readonly #failures = new Map<string, number>()

  /** Ms until the next try; undefined, and all forgotten, when nothing was refused. */
  after(key: string, refusal: unknown): number | undefined {
    if (refusal === undefined) {
      this.#failures.delete(key)
      return undefined
    }
    const failures = this.#failures.get(key) ?? 0
    this.#failures.set(key, failures + 1)
    return Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures)
  }
}

/** The sooner of two times to look again. */
export function sooner(left: number | undefined, right: number | undefined): number | undefined {
  const first = Math.min(left ?? Infinity, right ?? Infinity)
  return Number.isFinite(first) ? first : undefined
}
