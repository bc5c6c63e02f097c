/** Keeps one bad target from holding up the others: few calls at a time to each, and none for a while after failures. */
import { admit, afterAnswer, afterFailure, afterNothing, type Breaker, CLOSED } from './breaker.ts'
import type { EdcTuning } from './tuning.ts'

/** What a call says about its target. */
export type Health = 'well' | 'ill' | 'unknown'

export interface GuardedCall<T> {
  readonly target: string
  readonly signal: AbortSignal
  readonly run: () => Promise<T>
  /** Of the error that `run` rejected with. */
  readonly healthOf: (error: unknown) => Health
  readonly heldBack: (why: HeldBack) => Error
}

export interface HeldBack {
  readonly because: 'failures' | 'crowd'
  readonly retryInMs: number
}

interface Target {
  breaker: Breaker
  atOnce: number
  readonly queue: (() => void)[]
}

/** One for all EDC calls of the process. Targets that are well and idle are forgotten. */
export class Guard {
  readonly #tuning: EdcTuning
  readonly #now: () => number
  readonly #targets = new Map<string, Target>()

  /** `now` is a steady clock in ms. */
  constructor(tuning: EdcTuning, now: () => number) {
    this.#tuning = tuning
    this.#now = now
  }

  /** How many targets it remembers. */
  get size(): number {
    return this.#targets.size
  }

  /** Rejects with what `heldBack` makes when the target is left alone, with the signal's reason, or as `run` does. */
  async through<T>(call: GuardedCall<T>): Promise<T> {
    call.signal.throwIfAborted()
    const target = this.#targetOf(call.target)
    await this.#enter(target, call)
    try {
      return await this.#admitted(target, call)
    } finally {
      this.#leave(target)
      this.#forget(call.target, target)
    }
  }

  async #admitted<T>(target: Target, call: GuardedCall<T>): Promise<T> {
    const admission = admit(target.breaker, this.#now(), this.#tuning)
    if (admission.kind === 'held-back')
      throw call.heldBack({ because: 'failures', retryInMs: admission.retryInMs })
    target.breaker = admission.breaker
    try {
      const value = await call.run()
      target.breaker = afterAnswer()
      return value
    } catch (error) {
      target.breaker = this.#after(target.breaker, call.healthOf(error))
      throw error
    }
  }

  #after(breaker: Breaker, health: Health): Breaker {
    if (health === 'unknown') return afterNothing(breaker)
    return health === 'well' ? afterAnswer() : afterFailure(breaker, this.#now(), this.#tuning)
  }

  /** One that nobody makes room for in time is sent away, so that no caller hangs here for long. */
  async #enter(
    target: Target,
    { signal, heldBack }: Pick<GuardedCall<unknown>, 'signal' | 'heldBack'>,
  ): Promise<void> {
    const { callsAtOnce, patienceMs } = this.#tuning
    if (target.atOnce < callsAtOnce) {
      target.atOnce += 1
      return
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    target.queue.push(resolve)
    const giveUp = (reason: unknown): void => {
      const place = target.queue.indexOf(resolve)
      if (place >= 0) target.queue.splice(place, 1)
      reject(reason)
    }
    const crowded = (): void => giveUp(heldBack({ because: 'crowd', retryInMs: patienceMs }))
    const timer = setTimeout(crowded, patienceMs)
    const onAbort = (): void => giveUp(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      await promise
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    }
  }

  /** The place goes to the one who waits longest; it is never free in between. */
  #leave(target: Target): void {
    const next = target.queue.shift()
    if (next === undefined) target.atOnce -= 1
    else next()
  }

  #targetOf(name: string): Target {
    const known = this.#targets.get(name)
    if (known !== undefined) return known
    this.#forgetOld()
    const target: Target = { breaker: CLOSED, atOnce: 0, queue: [] }
    this.#targets.set(name, target)
    return target
  }

  #forget(name: string, { breaker, atOnce, queue }: Target): void {
    if (atOnce === 0 && queue.length === 0 && breaker.failures === 0) this.#targets.delete(name)
  }

  /** Those of participants that are gone: nobody asks them any more. */
  #forgetOld(): void {
    const longAgo = this.#now() - 10 * this.#tuning.coolDownMaxMs
    for (const [name, { breaker, atOnce }] of this.#targets)
      if (atOnce === 0 && breaker.openUntilMs !== undefined && breaker.openUntilMs < longAgo)
        this.#targets.delete(name)
  }
}
