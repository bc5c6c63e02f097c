/** Runs controllers: collects what a change concerns, and works it off outside the change's own call. */
import type { Log } from '../../model/log.ts'
import type { StateChange } from '../state.ts'

export interface Controller {
  readonly name: string
  /** Keys to look at again after this change. */
  concerns(change: StateChange): readonly string[]
  /**
   * Reads the state and does what is missing. Answers in how many ms to look again by itself; a later change of
   * interest comes sooner. Throwing means the same, after a growing delay.
   */
  sync(key: string): number | undefined
}

/** Longest stretch of work before the event loop gets its turn. */
const SLICE_MS = 8
const FIRST_RETRY_MS = 20
const LAST_RETRY_MS = 30_000

interface Task {
  readonly controller: Controller
  readonly key: string
}

/** Each key is queued once at most, in order of arrival, and never worked on by two. */
export class Loop implements Disposable {
  readonly #controllers: readonly Controller[]
  readonly #log: Log | undefined
  readonly #queue = new Map<string, Task>()
  readonly #timers = new Map<string, NodeJS.Timeout>()
  readonly #failures = new Map<string, number>()
  #turn: NodeJS.Immediate | undefined
  #disposed = false

  constructor(controllers: readonly Controller[], log?: Log) {
    this.#controllers = controllers
    this.#log = log
  }

  notice(change: StateChange): void {
    for (const controller of this.#controllers) {
      for (const key of controller.concerns(change)) this.#add({ controller, key })
    }
  }

  [Symbol.dispose](): void {
    this.#disposed = true
    clearImmediate(this.#turn)
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
    this.#queue.clear()
  }

  #add(task: Task): void {
    if (this.#disposed) return
    this.#queue.set(idOf(task), task)
    this.#turn ??= setImmediate(() => this.#drain())
  }

  #drain(): void {
    this.#turn = undefined
    const until = performance.now() + SLICE_MS
    for (const [id, task] of this.#queue) {
      this.#queue.delete(id)
      this.#run(id, task)
      if (performance.now() > until) break
    }
    if (this.#queue.size > 0) this.#turn ??= setImmediate(() => this.#drain())
  }

  #run(id: string, task: Task): void {
    clearTimeout(this.#timers.get(id))
    this.#timers.delete(id)
    const delayMs = this.#sync(id, task)
    if (delayMs === undefined || this.#disposed) return
    const timer = setTimeout(
      () => {
        this.#timers.delete(id)
        this.#add(task)
      },
      Math.min(delayMs, 2 ** 31 - 1),
    )
    timer.unref()
    this.#timers.set(id, timer)
  }

  #sync(id: string, { controller, key }: Task): number | undefined {
    try {
      const delayMs = controller.sync(key)
      this.#failures.delete(id)
      return delayMs
    } catch (error) {
      const failures = this.#failures.get(id) ?? 0
      this.#failures.set(id, failures + 1)
      this.#log?.warn(
        { controller: controller.name, key, failures, err: error },
        'built-in controller failed, will retry',
      )
      return Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures)
    }
  }
}

const idOf = ({ controller, key }: Task): string => `${controller.name} ${key}`
