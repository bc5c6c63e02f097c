/** Keeps one bad target from holding up the others: few calls at a time to each and in all, and none for a while after failures. */
import type { BreakerState } from '../model/edc-call.ts'
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
  usedMs: number
  /** When the calls under way began, in that order. */
  readonly underWay: Map<symbol, number>
  readonly queue: (() => void)[]
}

/** One for all EDC calls of the process. Targets that are well and idle are forgotten. */
export class Guard {
  readonly #tuning: EdcTuning
  readonly #now: () => number
  readonly #targets = new Map<string, Target>()
  /** Calls under way or waiting: of all targets, and of those that failed last. */
  readonly #calls = { all: 0, doubtful: 0 }

  /** `now` is a steady clock in ms. */
  constructor(tuning: EdcTuning, now: () => number) {
    this.#tuning = tuning
    this.#now = now
  }

  /** How many targets it remembers. */
  get size(): number {
    return this.#targets.size
  }

  /** Of a target that is not remembered: closed. */
  stateOf(target: string): BreakerState {
    const { openUntilMs, probing } = this.#targets.get(target)?.breaker ?? CLOSED
    if (openUntilMs === undefined) return 'closed'
    return probing ? 'probing' : 'open'
  }

  /**
   * Rejects with what `heldBack` makes when the target is left alone or there are too many calls, with the signal's reason,
   * or as `run` does. Who is held back is told at once, or after a short wait for a target whose calls come and go.
   */
  async through<T>(call: GuardedCall<T>): Promise<T> {
    call.signal.throwIfAborted()
    const target = this.#targetOf(call.target)
    try {
      const away = this.#turnedAway(target)
      if (away !== undefined) throw call.heldBack(away)
      return await this.#counted(target, call)
    } finally {
      this.#forget(call.target, target)
    }
  }

  /** Why it is of no use to wait. */
  #turnedAway(target: Target): HeldBack | undefined {
    const { callsAtOnce, callsInAll, patienceMs, crowdMs } = this.#tuning
    const now = this.#now()
    const admission = admit(target.breaker, now, this.#tuning)
    if (admission.kind === 'held-back') return { because: 'failures', retryInMs: admission.retryInMs }
    const { all, doubtful } = this.#calls
    const tooMany = all >= callsInAll || (isDoubtful(target) && doubtful >= callsInAll / 2)
    const [oldest = now] = target.underWay.values()
    const stuck = target.underWay.size >= callsAtOnce && now - oldest >= patienceMs
    return tooMany || stuck ? { because: 'crowd', retryInMs: crowdMs } : undefined
  }

  async #counted<T>(target: Target, call: GuardedCall<T>): Promise<T> {
    const doubtful = Number(isDoubtful(target))
    this.#calls.all += 1
    this.#calls.doubtful += doubtful
    try {
      return await this.#inTurn(target, call)
    } finally {
      this.#calls.all -= 1
      this.#calls.doubtful -= doubtful
    }
  }

  async #inTurn<T>(target: Target, call: GuardedCall<T>): Promise<T> {
    const place = Symbol('a call')
    await this.#enter(target, place, call)
    try {
      return await this.#admitted(target, call)
    } finally {
      this.#leave(target, place)
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
    place: symbol,
    { signal, heldBack }: Pick<GuardedCall<unknown>, 'signal' | 'heldBack'>,
  ): Promise<void> {
    const { callsAtOnce, patienceMs, crowdMs } = this.#tuning
    const begin = (): void => void target.underWay.set(place, this.#now())
    if (target.underWay.size < callsAtOnce) return begin()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const onTurn = (): void => {
      begin()
      resolve()
    }
    target.queue.push(onTurn)
    const giveUp = (reason: unknown): void => {
      const at = target.queue.indexOf(onTurn)
      if (at >= 0) target.queue.splice(at, 1)
      reject(reason)
    }
    const crowded = (): void => giveUp(heldBack({ because: 'crowd', retryInMs: crowdMs }))
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
  #leave(target: Target, place: symbol): void {
    target.underWay.delete(place)
    target.queue.shift()?.()
  }

  #targetOf(name: string): Target {
    const known = this.#targets.get(name)
    if (known !== undefined) {
      known.usedMs = this.#now()
      return known
    }
    this.#forgetOld()
    const target: Target = { breaker: CLOSED, usedMs: this.#now(), underWay: new Map(), queue: [] }
    this.#targets.set(name, target)
    return target
  }

  #forget(name: string, target: Target): void {
    if (isIdle(target) && !isDoubtful(target)) this.#targets.delete(name)
  }

  /** Those of participants that are gone: nobody asks them any more. */
  #forgetOld(): void {
    const longAgo = this.#now() - 10 * this.#tuning.coolDownMaxMs
    for (const [name, target] of this.#targets)
      if (isIdle(target) && target.usedMs < longAgo) this.#targets.delete(name)
  }
}

function isIdle({ underWay, queue }: Target): boolean {
  return underWay.size === 0 && queue.length === 0
}

/** Its last call failed. */
function isDoubtful({ breaker }: Target): boolean {
  return breaker.failures > 0
}
