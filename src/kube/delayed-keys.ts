/** Holds keys until their time has come. One timer for all; for the same key the earliest time wins. */

interface Due {
  readonly key: string
  /** On the clock that was passed in. */
  readonly at: number
}

export interface DelayedKeysOptions {
  /** A clock that never goes back, in ms. */
  readonly now: () => number
  /** Called once per key when its time has come, in order of time. */
  readonly release: (key: string) => void
}

/** Longer timers fire at once in Node. */
const TIMER_MAX_MS = 2 ** 31 - 1

export class DelayedKeys implements Disposable {
  readonly #options: DelayedKeysOptions
  readonly #times = new Map<string, number>()
  /** Binary heap by time. An entry that the map contradicts was overtaken by an earlier one. */
  readonly #heap: Due[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(options: DelayedKeysOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#times.size
  }

  add(key: string, delayMs: number): void {
    const at = this.#options.now() + delayMs
    if ((this.#times.get(key) ?? Infinity) <= at) return
    this.#times.set(key, at)
    this.#raise({ key, at })
    if (this.#heap[0]?.key === key) this.#arm()
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    this.#times.clear()
    this.#heap.length = 0
  }

  #arm(): void {
    clearTimeout(this.#timer)
    const next = this.#heap[0]
    if (next === undefined) return
    const delayMs = Math.max(0, Math.min(next.at - this.#options.now(), TIMER_MAX_MS))
    this.#timer = setTimeout(() => this.#releaseDue(), Math.ceil(delayMs))
  }

  #releaseDue(): void {
    const now = this.#options.now()
    for (let next = this.#heap[0]; next !== undefined && next.at <= now; next = this.#heap[0]) {
      this.#dropFirst()
      if (this.#times.get(next.key) !== next.at) continue
      this.#times.delete(next.key)
      this.#options.release(next.key)
    }
    this.#arm()
  }

  #raise(due: Due): void {
    let index = this.#heap.length
    while (index > 0) {
      const above = (index - 1) >> 1
      const parent = this.#heap[above]
      if (parent === undefined || parent.at <= due.at) break
      this.#heap[index] = parent
      index = above
    }
    this.#heap[index] = due
  }

  #dropFirst(): void {
    const last = this.#heap.pop()
    if (last === undefined || this.#heap.length === 0) return
    let index = 0
    for (let child = this.#earlierChild(0); child !== undefined; child = this.#earlierChild(index)) {
      if (child.due.at >= last.at) break
      this.#heap[index] = child.due
      index = child.index
    }
    this.#heap[index] = last
  }

  #earlierChild(index: number): { readonly index: number; readonly due: Due } | undefined {
    const left = this.#heap[2 * index + 1]
    const right = this.#heap[2 * index + 2]
    if (left === undefined) return undefined
    return right === undefined || left.at <= right.at
      ? { index: 2 * index + 1, due: left }
      : { index: 2 * index + 2, due: right }
  }
}
