/**
 * Answers in memory, which everything is read from, and a copy in Redis for the next process. Redis is never waited for:
 * what it should know waits in an outbox, and is told again until it has been heard.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../model/log.ts'
import { MemoryStore } from './memory.ts'
import type { Outages } from './outages.ts'
import { type Errand, Outbox } from './outbox.ts'
import { type Recollection, recollect } from './recollection.ts'
import type { RedisHome } from './redis-home.ts'
import type { ListPage, ListQuery, Past, Recalled, StatusChange, StatusRecord, StatusStore } from './store.ts'

export interface TwoHomesOptions {
  readonly home: RedisHome
  readonly outages: Outages
  /** Resolves when Redis can be asked; rejects when the signal is aborted before. */
  readonly whenConnected: (signal: AbortSignal) => Promise<void>
  /** Leaves a connection on which nothing is answered, for a new one. */
  readonly reconnect: () => void
  readonly log: Log
  readonly tuning?: Partial<TwoHomesTuning>
}

export interface TwoHomesTuning {
  /** How often Redis is told when the cluster was last heard, and asked whether it still holds everything, ms. */
  readonly beatMs: number
  /** How long what was known before is looked for, ms. */
  readonly recallMs: number
  /** How long a record must be unknown to the cluster before it is erased, ms: longer than a watch lags. */
  readonly sweepAfterMs: number
  /** How long the end waits for Redis to hear the last, ms. */
  readonly farewellMs: number
}

const TUNING: TwoHomesTuning = { beatMs: 1_000, recallMs: 2_000, sweepAfterMs: 5_000, farewellMs: 2_000 }

/** Errands that are under way together. */
const BATCH = 64
/** Records that are compared together. */
const AUDIT_BATCH = 500

export class TwoHomes implements StatusStore, Past {
  readonly #options: TwoHomesOptions
  readonly #tuning: TwoHomesTuning
  readonly #memory = new MemoryStore()
  readonly #outbox = new Outbox()
  readonly #stop = new AbortController()
  readonly #recalling: Promise<void>
  #recollection: Recollection | undefined
  /** Names that somebody wrote to before it was known what was known of them. */
  readonly #disowned = new Set<string>()
  #settled = false
  #observedAtMs: () => number = () => 0
  /** Nobody has said yet that Redis holds everything. */
  #first = true
  /** Redis may have lost what it was told. */
  #auditDue = false
  #sweepDue = true
  #busy: Promise<void> | undefined
  #beat: NodeJS.Timeout | undefined
  #sweeping: NodeJS.Timeout | undefined

  constructor(options: TwoHomesOptions) {
    this.#options = options
    this.#tuning = { ...TUNING, ...options.tuning }
    this.#recalling = this.#recall()
  }

  async put(record: StatusRecord): Promise<void> {
    const { name } = record
    const before = this.#memory.changesOf(name)
    if (!this.#memory.take(record)) return
    const after = this.#memory.changesOf(name)
    this.#tell({ name, removed: [], record, changes: after === before ? [] : after.slice(-1), whole: false })
  }

  async remove(name: string, uid: string): Promise<void> {
    await this.#memory.remove(name, uid)
    this.#tell({ name, removed: [uid], changes: [], whole: false })
  }

  get(name: string): Promise<StatusRecord | undefined> {
    return this.#memory.get(name)
  }

  list(query: ListQuery): Promise<ListPage> {
    return this.#memory.list(query)
  }

  history(name: string): Promise<readonly StatusChange[]> {
    return this.#memory.history(name)
  }

  get recalled(): Recalled | undefined {
    return this.#recollection
  }

  get reachable(): boolean {
    return this.#options.outages.reachable
  }

  disown(name: string): void {
    if (this.#settled) return
    this.#disowned.add(name)
    void this.#recollection?.disown(name)
  }

  settle(observedAtMs: () => number): void {
    this.#observedAtMs = observedAtMs
    void this.#recalling.then(() => this.#moveIn())
  }

  /** Redis is out of reach, or was for a moment: it may have come back without the last it was told. */
  lost(why: string): void {
    if (this.#stop.signal.aborted) return
    this.#auditDue = true
    this.#options.outages.began(why)
  }

  /** Tells Redis what it can still be told in a short time. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#beat)
    clearTimeout(this.#sweeping)
    this.#stop.abort()
    const enough = new AbortController()
    const patience = delay(this.#tuning.farewellMs, undefined, { signal: enough.signal })
    await Promise.race([this.#sayFarewell(), patience.catch(() => undefined)])
    enough.abort()
    // What is still under way fails by this.
    await this.#options.home[Symbol.asyncDispose]()
    await this.#busy
    await this.#memory[Symbol.asyncDispose]()
  }

  async #sayFarewell(): Promise<void> {
    await this.#recalling
    await this.#busy
    if (this.#settled && this.reachable) await this.#work()
  }

  async #recall(): Promise<void> {
    const { home, whenConnected, log } = this.#options
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(this.#tuning.recallMs)])
    try {
      await whenConnected(signal)
      const recollection = await recollect(home, signal)
      for (const name of this.#disowned) await recollection?.disown(name)
      this.#recollection = recollection?.size === 0 ? undefined : recollection
      log.info({ participants: recollection?.size ?? 0 }, 'read from Redis what was known before')
    } catch (error) {
      this.lost(reasonOf(error))
    }
  }

  #moveIn(): void {
    if (this.#stop.signal.aborted) return
    const recollection = this.#recollection
    this.#recollection = undefined
    this.#settled = true
    // Whoever tells only what is new relies on the rest being there still: then Redis must say so itself.
    this.#first = recollection?.whole !== true
    for (const record of this.#memory.records()) {
      if (recollection !== undefined) this.#memory.recallHistory(record, recollection.historyOf(record))
      if (this.#first || recollection?.said(record) !== true) this.#outbox.add(this.#wholeOf(record))
    }
    this.#beat = setInterval(() => void this.#work(), this.#tuning.beatMs)
    this.#beat.unref()
    void this.#work()
  }

  #wholeOf(record: StatusRecord): Errand {
    const { name } = record
    return { name, removed: [], record, changes: this.#memory.changesOf(name), whole: true }
  }

  #tell(errand: Errand): void {
    // Before that the whole truth is not known, and is told as a whole when it is.
    if (!this.#settled) return
    this.#outbox.add(errand)
    if (this.reachable) void this.#work()
  }

  /** One at a time; what comes meanwhile is told by the one that runs, after a failure at the next beat. */
  async #work(): Promise<void> {
    if (this.#busy !== undefined) return
    this.#busy = this.#tellUntilDone()
    await this.#busy
  }

  /** Never rejects. */
  async #tellUntilDone(): Promise<void> {
    const { outages, reconnect } = this.#options
    try {
      do {
        await this.#tellAll()
        outages.ended()
      } while (this.#outbox.size > 0)
    } catch (error) {
      this.lost(reasonOf(error))
      reconnect()
    } finally {
      this.#busy = undefined
    }
  }

  async #tellAll(): Promise<void> {
    const { home } = this.#options
    if (this.#auditDue) await this.#audit()
    while (this.#outbox.size > 0) await this.#tellSome()
    const { size } = this.#memory
    this.#first = !(await home.confirm(this.#observedAtMs(), { first: this.#first }))
    if (this.#first) {
      // Flushed, or never whole: everything anew.
      for (const record of this.#memory.records()) this.#outbox.add(this.#wholeOf(record))
      this.#sweepDue = true
    }
    // Lost, or taken by another process for a leftover.
    if ((await home.count()) < size) this.#auditDue = true
    if (this.#outbox.takeForgot()) this.#sweepDue = true
    if (this.#sweepDue) await this.#findLeftovers()
  }

  /** Finds what Redis does not have, or has otherwise: one that came back may have lost some of it, or all. */
  async #audit(): Promise<void> {
    const records = [...this.#memory.records()]
    for (let start = 0; start < records.length; start += AUDIT_BATCH) {
      const batch = records.slice(start, start + AUDIT_BATCH)
      const etags = await this.#options.home.etagsOf(batch.map(({ name }) => name))
      for (const [index, { name, etag }] of batch.entries()) {
        const held = this.#memory.held(name)
        if (etags[index] !== etag && held !== undefined) this.#outbox.add(this.#wholeOf(held))
      }
    }
    this.#auditDue = false
  }

  /** Throws the first failure after all of them have ended. */
  async #tellSome(): Promise<void> {
    const errands = this.#outbox.take(BATCH)
    const ends = await Promise.allSettled(errands.map((errand) => this.#deliver(errand)))
    const failures = ends.flatMap((end, index) => {
      const errand = errands[index]
      if (end.status === 'fulfilled' || errand === undefined) return []
      this.#outbox.giveBack(errand)
      return [end.reason as unknown]
    })
    if (failures.length > 0) throw failures[0]
  }

  async #deliver({ name, removed, record, changes, whole }: Errand): Promise<void> {
    const { home } = this.#options
    if (removed.length > 0) await home.remove(name, ...removed)
    if (record !== undefined) await home.record(record, { changes, whole })
  }

  /**
   * Looks for records of participants that the cluster does not know, left by a process that was killed. What another
   * process has just put is not one of them, so they are erased only if they are the same, and unknown, some time later.
   */
  async #findLeftovers(): Promise<void> {
    const { home } = this.#options
    const unknown = (await home.names()).filter((name) => this.#memory.held(name) === undefined)
    const leftovers: Pick<StatusRecord, 'name' | 'uid' | 'etag'>[] = []
    for (const name of unknown) leftovers.push((await home.get(name)) ?? { name, uid: '', etag: '' })
    this.#sweepDue = false
    if (leftovers.length === 0) return
    clearTimeout(this.#sweeping)
    this.#sweeping = setTimeout(() => {
      const still = leftovers.filter(({ name }) => this.#memory.held(name) === undefined)
      // Whatever could not be erased is found again.
      Promise.all(still.map((leftover) => home.drop(leftover))).catch(() => {
        this.#sweepDue = true
      })
    }, this.#tuning.sweepAfterMs)
    this.#sweeping.unref()
  }
}

/** The text alone: errors of Redis carry the arguments of their command. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
