/** Hands changes to listeners: synchronously, in order, each change to all before the next one. */
import type { Log } from '../model/log.ts'
import type { TimeSlice } from './time-slice.ts'

export type Change<T> =
  | { readonly type: 'added'; readonly key: string; readonly object: T }
  | { readonly type: 'updated'; readonly key: string; readonly object: T; readonly previous: T }
  | { readonly type: 'deleted'; readonly key: string; readonly previous: T }

export type ChangeListener<T> = (change: Change<T>) => void

/** What is pushed waits until it is flushed or drained. A listener that throws is logged and harms nobody else. */
export class ChangeFeed<T> {
  readonly #log: Log
  readonly #listeners = new Set<{ readonly listener: ChangeListener<T> }>()
  readonly #waiting: Change<T>[] = []
  #next = 0
  /** What comes after all that waits. */
  #source: Iterator<readonly Change<T>[]> | undefined
  #delivering = false

  constructor(log: Log) {
    this.#log = log
  }

  subscribe(listener: ChangeListener<T>): Disposable {
    const subscription = { listener }
    this.#listeners.add(subscription)
    return { [Symbol.dispose]: () => void this.#listeners.delete(subscription) }
  }

  /** Takes changes that are worked out while they are told: see {@link collect}. All earlier ones were told. */
  follow(changes: Iterable<readonly Change<T>[]>): void {
    this.#source = changes[Symbol.iterator]()
  }

  /** Works out all that is still to be told, before what it is worked out from changes. */
  collect(): void {
    while (this.#fetch());
  }

  push(changes: readonly Change<T>[]): void {
    for (const change of changes) this.#waiting.push(change)
  }

  /** Delivers everything now; left to the delivery under way when there is one. */
  flush(): void {
    if (this.#delivering) return
    this.#delivering = true
    while (this.#deliverNext());
    this.#delivering = false
  }

  /** Delivers everything, with rests for the event loop. */
  async drain(slice: TimeSlice): Promise<void> {
    if (this.#delivering) return
    this.#delivering = true
    while (this.#deliverNext()) if (slice.over) await slice.rest()
    this.#delivering = false
  }

  /** Drops what waits and whoever listens. */
  close(): void {
    this.#listeners.clear()
    this.#source = undefined
    this.#clear()
  }

  #clear(): void {
    this.#waiting.length = 0
    this.#next = 0
  }

  /** False when there is nothing left. */
  #deliverNext(): boolean {
    const change = this.#waiting[this.#next]
    if (change === undefined) {
      this.#clear()
      return this.#fetch()
    }
    this.#next += 1
    for (const { listener } of this.#listeners) this.#tell(listener, change)
    return true
  }

  #fetch(): boolean {
    const next = this.#source?.next()
    if (next?.done === false) this.push(next.value)
    else this.#source = undefined
    return this.#source !== undefined
  }

  #tell(listener: ChangeListener<T>, change: Change<T>): void {
    try {
      listener(change)
    } catch (error) {
      this.#log.error(
        { err: error, key: change.key, change: change.type },
        'a listener of a watch cache threw',
      )
    }
  }
}
