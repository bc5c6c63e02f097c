/**
 * Decides which key is worked on when. The contract is that of client-go's workqueue: a key waits at most once, is never
 * worked on twice at a time, and is worked on again when it was added during its work.
 *
 * Queue keys, never objects: the worker reads the latest state when its turn has come.
 */
import type { Log } from '../model/log.ts'
import { backoffMs } from './backoff.ts'
import { DelayedKeys } from './delayed-keys.ts'

export interface WorkQueueOptions {
  /** A rejection is logged and the key added again, rate limited. */
  readonly work: (key: string, signal: AbortSignal) => Promise<void>
  /** Keys worked on at the same time, those {@link WorkQueue.aside} not counted; looked up whenever work on one begins or ends. */
  readonly concurrency: number | (() => number)
  readonly log: Log
  readonly random: () => number
  /** Longest wait after the first failure of a key, in ms. Default 5. */
  readonly baseMs?: number
  /** Longest wait after any failure of a key, in ms. Default 1,000,000. */
  readonly maxMs?: number
  /** A clock that never goes back, in ms. Default `performance.now`. */
  readonly now?: () => number
}

export interface WorkQueueStats {
  /** Keys that could be worked on now. */
  readonly depth: number
  /** Keys worked on now. */
  readonly processing: number
  /** Keys that wait for their time. */
  readonly delayed: number
  /** Keys taken up to be worked on, since the start; a key that waits already is not taken up again. */
  readonly adds: number
  /** Rate-limited additions since the start. */
  readonly retries: number
  /** How long the next key has waited, in ms; 0 when none waits. */
  readonly oldestWaitMs: number
}

interface Waiting {
  readonly key: string
  readonly since: number
}

export class WorkQueue implements AsyncDisposable {
  readonly #options: Required<WorkQueueOptions>
  readonly #delayed: DelayedKeys
  readonly #stop = new AbortController()
  /** First in, first out, from `#next` on. A `Map` would be slow at this: removing its first entries leaves holes. */
  #line: Waiting[] = []
  #next = 0
  /** Keys to be worked on: in the line, or added during their work. */
  readonly #dirty = new Set<string>()
  readonly #processing = new Set<string>()
  /** Keys whose work waits for somebody else, with how many waits. */
  readonly #aside = new Map<string, number>()
  readonly #running = new Set<Promise<void>>()
  readonly #failures = new Map<string, number>()
  #waking = false
  #adds = 0
  #retries = 0

  constructor(options: WorkQueueOptions) {
    this.#options = { baseMs: 5, maxMs: 1_000_000, now: () => performance.now(), ...options }
    this.#delayed = new DelayedKeys({ now: this.#options.now, release: (key) => this.add(key) })
  }

  /** Has the key worked on as soon as its turn has come. */
  add(key: string): void {
    if (this.#stop.signal.aborted || this.#dirty.has(key)) return
    this.#dirty.add(key)
    this.#adds += 1
    if (!this.#processing.has(key)) this.#enqueue(key)
  }

  /** Adds the key after this many ms, or at the earlier time that was asked for before. */
  addAfter(key: string, delayMs: number): void {
    if (delayMs <= 0) this.add(key)
    else if (!this.#stop.signal.aborted) this.#delayed.add(key, delayMs)
  }

  /** Adds the key after a wait that doubles with each such addition until `forget`; half of it is left to chance. */
  addRateLimited(key: string): void {
    if (this.#stop.signal.aborted) return
    const failures = this.attempts(key)
    this.#failures.set(key, failures + 1)
    this.#retries += 1
    this.addAfter(key, backoffMs(failures, { ...this.#options, spread: 0.5 }))
  }

  /** Resets the wait of {@link addRateLimited}; to be called when work succeeded, and when the object is gone. */
  forget(key: string): void {
    this.#failures.delete(key)
  }

  /** Rate-limited additions since the last `forget`. */
  attempts(key: string): number {
    return this.#failures.get(key) ?? 0
  }

  /**
   * For work on a key that waits for somebody who may be slow: it takes no place of the others meanwhile. It goes on as
   * soon as the wait is over, also when all places are taken by then; so the caller limits how many wait. The work does not
   * end before its waits.
   */
  async aside<T>(key: string, wait: () => Promise<T>): Promise<T> {
    this.#aside.set(key, (this.#aside.get(key) ?? 0) + 1)
    this.#wake()
    try {
      return await wait()
    } finally {
      const others = (this.#aside.get(key) ?? 1) - 1
      if (others > 0) this.#aside.set(key, others)
      else this.#aside.delete(key)
    }
  }

  get stats(): WorkQueueStats {
    const next = this.#line[this.#next]
    return {
      depth: this.#line.length - this.#next,
      processing: this.#processing.size,
      delayed: this.#delayed.size,
      adds: this.#adds,
      retries: this.#retries,
      oldestWaitMs: next === undefined ? 0 : this.#options.now() - next.since,
    }
  }

  /** Takes no more keys, aborts the signal of the work under way and waits for its end. What waits is dropped. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    this.#delayed[Symbol.dispose]()
    this.#line = []
    this.#next = 0
    this.#dirty.clear()
    await Promise.all(this.#running)
  }

  #enqueue(key: string): void {
    this.#line.push({ key, since: this.#options.now() })
    this.#wake()
  }

  /** Work starts in a later turn of the event loop: a burst of additions is merged first, and I/O never starves. */
  #wake(): void {
    if (this.#waking) return
    this.#waking = true
    setImmediate(() => {
      this.#waking = false
      while (this.#processing.size - this.#aside.size < this.#limit && this.#startNext());
    })
  }

  get #limit(): number {
    const { concurrency } = this.#options
    return typeof concurrency === 'number' ? concurrency : concurrency()
  }

  #startNext(): boolean {
    const next = this.#line[this.#next]
    if (next === undefined) return false
    this.#next += 1
    if (this.#next > 1_000 && this.#next * 2 > this.#line.length) {
      this.#line = this.#line.slice(this.#next)
      this.#next = 0
    }
    this.#dirty.delete(next.key)
    const running = this.#process(next.key)
    this.#running.add(running)
    void running.then(() => this.#running.delete(running))
    return true
  }

  async #process(key: string): Promise<void> {
    const { signal } = this.#stop
    this.#processing.add(key)
    try {
      await this.#options.work(key, signal)
    } catch (error) {
      if (!signal.aborted) this.#failed(key, error)
    }
    this.#processing.delete(key)
    if (signal.aborted) return
    if (this.#dirty.has(key)) this.#enqueue(key)
    else this.#wake()
  }

  #failed(key: string, error: unknown): void {
    this.#options.log.error(
      { err: error, key, attempts: this.attempts(key) + 1 },
      'work on a key failed; trying again',
    )
    this.addRateLimited(key)
  }
}
