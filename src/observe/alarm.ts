/** Wakes a name at a time: for verdicts that change because a deadline passes and nothing else happens. One timer in all. */

export interface AlarmOptions {
  readonly wake: (name: string) => void
  /** ms since 1970. */
  readonly now: () => number
}

/** Time between two looks at a clock that stands still, ms. */
const REST_MS = 100

/** Timers do not follow a clock that is set forward: a later alarm is looked at again after this many ms. */
const LONGEST_TIMER_MS = 10_000

export class Alarm implements Disposable {
  readonly #options: AlarmOptions
  readonly #dueAt = new Map<string, number>()
  #timer: NodeJS.Timeout | undefined
  #timerAt = Number.POSITIVE_INFINITY
  #lastRing = Number.NEGATIVE_INFINITY

  constructor(options: AlarmOptions) {
    this.#options = options
  }

  /** Replaces the alarm of this name; undefined takes it away. */
  set(name: string, atMs: number | undefined): void {
    if (atMs === undefined) {
      this.#dueAt.delete(name)
      return
    }
    this.#dueAt.set(name, atMs)
    if (atMs < this.#timerAt) this.#arm(atMs)
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    this.#dueAt.clear()
  }

  #arm(atMs: number): void {
    clearTimeout(this.#timer)
    this.#timerAt = atMs
    const waitMs = Math.min(Math.max(0, atMs - this.#options.now()), LONGEST_TIMER_MS)
    this.#timer = setTimeout(() => this.#ring(), waitMs)
    this.#timer.unref()
  }

  #ring(): void {
    const now = this.#options.now()
    this.#timerAt = Number.POSITIVE_INFINITY
    let next = Number.POSITIVE_INFINITY
    for (const [name, dueAt] of this.#dueAt) {
      if (dueAt > now) next = Math.min(next, dueAt)
      else {
        this.#dueAt.delete(name)
        this.#options.wake(name)
      }
    }
    // Else a clock that stands still, as it does while the cluster is out of sight, would be asked all the time.
    const soonest = now > this.#lastRing ? now : now + REST_MS
    this.#lastRing = now
    if (next < this.#timerAt) this.#arm(Math.max(next, soonest))
  }
}
