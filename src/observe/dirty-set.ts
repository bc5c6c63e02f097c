/** Collects names that changed and hands them over together, a slice at a time, so that a burst costs one recomputation. */

export interface DirtySetOptions {
  /** Called once per name and tick, with when its first change came (`performance.now()`); must not throw. */
  readonly work: (name: string, changedAtMs: number) => void
  /** How long changes are collected before they are worked on, ms. */
  readonly tickMs: number
  /** Longest stretch without giving the event loop back, ms. */
  readonly sliceMs: number
}

export class DirtySet implements Disposable {
  readonly #options: DirtySetOptions
  readonly #changedAtMs = new Map<string, number>()
  #timer: NodeJS.Timeout | undefined
  #immediate: NodeJS.Immediate | undefined
  #paused = true
  #emptied: (() => void)[] = []

  constructor(options: DirtySetOptions) {
    this.#options = options
  }

  add(name: string): void {
    if (this.#changedAtMs.has(name)) return
    this.#changedAtMs.set(name, performance.now())
    this.#plan()
  }

  /** Names that wait. */
  get size(): number {
    return this.#changedAtMs.size
  }

  /** Until then names are only collected: a verdict on half a cluster would be wrong. */
  start(): void {
    this.#paused = false
    if (this.size === 0) this.#tellEmptied()
    else this.#plan()
  }

  /** Resolves when nothing is left to work on. */
  async whenEmpty(): Promise<void> {
    if (!this.#paused && this.size === 0) return
    await new Promise<void>((resolve) => this.#emptied.push(resolve))
  }

  [Symbol.dispose](): void {
    this.#paused = true
    clearTimeout(this.#timer)
    clearImmediate(this.#immediate)
    this.#changedAtMs.clear()
    this.#tellEmptied()
  }

  #plan(): void {
    if (this.#paused || this.#timer !== undefined || this.#immediate !== undefined) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#drain()
    }, this.#options.tickMs)
  }

  #drain(): void {
    this.#immediate = undefined
    const until = performance.now() + this.#options.sliceMs
    for (const [name, changedAtMs] of this.#changedAtMs) {
      this.#changedAtMs.delete(name)
      this.#options.work(name, changedAtMs)
      if (performance.now() >= until) break
    }
    if (this.size === 0) this.#tellEmptied()
    else this.#immediate = setImmediate(() => this.#drain())
  }

  #tellEmptied(): void {
    const waiting = this.#emptied
    this.#emptied = []
    for (const resolve of waiting) resolve()
  }
}
