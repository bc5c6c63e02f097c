/** Decides when an open watch is to be given up although nobody reported a fault. */

/** Why a watch was cut. */
export type Cut = 'silent' | 'overdue' | 'no-end-bookmark'

export interface WatchGuardOptions {
  /** Ends the watch for good. */
  readonly stop: AbortSignal
  /** Longest time without an event or a bookmark, in ms. */
  readonly silenceMs: number
  /** Longest life of the watch, in ms. */
  readonly lifeMs: number
  /** Left out when no initial events are awaited. */
  readonly initial?: {
    /** Longest time until {@link WatchGuard.complete} is called, in ms. */
    readonly eventsMs: number
    /** Longest time without an event until then, in ms: a big state may take long, but it keeps coming. */
    readonly silenceMs: number
  }
}

/** Half-open connections bring no error: only time tells. Holds timers until disposed. */
export class WatchGuard implements Disposable {
  readonly signal: AbortSignal
  readonly #abort = new AbortController()
  readonly #life: NodeJS.Timeout
  readonly #silenceMs: number
  readonly #initialSilenceMs: number
  #initial: NodeJS.Timeout | undefined
  #silence: NodeJS.Timeout
  #calm: NodeJS.Timeout | undefined
  #cut: Cut | undefined

  constructor({ stop, silenceMs, lifeMs, initial }: WatchGuardOptions) {
    this.signal = AbortSignal.any([stop, this.#abort.signal])
    this.#silenceMs = silenceMs
    this.#initialSilenceMs = initial?.silenceMs ?? silenceMs
    this.#life = this.#cutAfter(lifeMs, 'overdue')
    this.#initial = initial && this.#cutAfter(initial.eventsMs, 'no-end-bookmark')
    this.#silence = this.#awaitNext()
  }

  /** Set as soon as the guard aborted its signal by itself. */
  get cut(): Cut | undefined {
    return this.#cut
  }

  /** Something came. */
  heard(): void {
    clearTimeout(this.#silence)
    this.#silence = this.#awaitNext()
  }

  /** The initial events are complete. */
  complete(): void {
    clearTimeout(this.#initial)
    this.#initial = undefined
    this.heard()
  }

  /** Tells after so many ms, if the watch lives that long. */
  tellAfter(ms: number, tell: () => void): void {
    this.#calm = setTimeout(tell, ms)
  }

  [Symbol.dispose](): void {
    for (const timer of [this.#silence, this.#life, this.#initial, this.#calm]) clearTimeout(timer)
    // Whoever still listens to the combined signal is told, so that neither keeps the other alive.
    this.#abort.abort()
  }

  #awaitNext(): NodeJS.Timeout {
    return this.#initial === undefined
      ? this.#cutAfter(this.#silenceMs, 'silent')
      : this.#cutAfter(this.#initialSilenceMs, 'no-end-bookmark')
  }

  #cutAfter(ms: number, cut: Cut): NodeJS.Timeout {
    return setTimeout(() => {
      this.#cut ??= cut
      this.#abort.abort()
    }, ms)
  }
}
