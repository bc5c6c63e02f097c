/** The status engine: looks at what changed, judges it, and puts finished answers into the store. No API call on the way. */
import type { Log } from '../model/log.ts'
import type { Participant } from '../model/participant.ts'
import { everReadyByObjects } from '../status/ever-ready.ts'
import { judge, type Snapshot } from '../status/participant.ts'
import type { StatusStore } from '../store/store.ts'
import { Alarm } from './alarm.ts'
import { type Derived, derive } from './answers.ts'
import type { Caches } from './caches.ts'
import { ClusterView, type Surroundings } from './cluster-view.ts'
import { DirtySet } from './dirty-set.ts'

export interface ObserverOptions {
  readonly caches: Caches
  readonly store: StatusStore
  readonly log: Log
  /** ms since 1970. */
  readonly now: () => number
  /** A short digest of bytes, for entity tags. */
  readonly digest: (bytes: Uint8Array) => string
  /** Told of every new verdict on a Participant; what discovery found has no resource to write one into. */
  readonly onDerived: (participant: Participant, derived: Derived) => void
  /** Told how long things take, for metrics. */
  readonly stopwatch?: Stopwatch
  /** Whether a participant is one that is seeded. Default: none is. */
  readonly isSeeded?: (participant: Participant) => boolean
  readonly tuning?: { readonly tickMs?: number; readonly sliceMs?: number }
}

export interface Stopwatch {
  /** One look at one participant. */
  recomputed(ms: number): void
  /** From the first change that an answer shows, or the deadline that passed, until the store had the answer. */
  answered(ms: number): void
}

/** Changes within this time are judged together, ms. Short, because it is part of every answer's age. */
const TICK_MS = 5
const SLICE_MS = 10

export class Observer implements AsyncDisposable {
  readonly #options: ObserverOptions
  readonly #view: ClusterView
  readonly #known = new Map<string, Derived>()
  readonly #departed = new Map<string, Departure>()
  readonly #alarm: Alarm
  readonly #dirty: DirtySet
  #complete = false

  constructor(options: ObserverOptions) {
    const { tickMs = TICK_MS, sliceMs = SLICE_MS } = options.tuning ?? {}
    this.#options = options
    const mark = (name: string): void => this.#dirty.add(name)
    this.#alarm = new Alarm({ wake: mark, now: options.now })
    this.#dirty = new DirtySet({
      work: (name, changedAtMs) => this.#recompute(name, changedAtMs),
      tickMs,
      sliceMs,
    })
    this.#view = new ClusterView({ caches: options.caches, now: options.now, changed: mark })
  }

  /** Starts judging once the caches are synced; resolves when every participant has been judged once. */
  async start(signal?: AbortSignal): Promise<void> {
    await this.#options.caches.whenSynced(signal)
    this.#dirty.start()
    await this.#dirty.whenEmpty()
    this.#complete = true
  }

  /** True after {@link start} resolved: before that, silence about a participant means nothing. */
  get complete(): boolean {
    return this.#complete
  }

  /** Participants, and namespaces of nobody, that wait to be looked at. */
  get waiting(): number {
    return this.#dirty.size
  }

  /**
   * What was said last, of each participant.
   * @yields the verdicts, in no order
   */
  *verdicts(): IterableIterator<Derived['verdict']> {
    for (const { verdict } of this.#known.values()) yield verdict
  }

  /** True for a namespace that discovery took for a participant: nothing can be asked of it but its status. */
  isDiscovered(name: string): boolean {
    return this.#view.isDiscovered(name)
  }

  /** Judges a participant now instead of at the next tick, so that the writer of a change reads it at once. */
  refresh(name: string): void {
    if (this.#complete) this.#recompute(name, performance.now())
  }

  /** Judges every participant anew, soon: whoever is told of verdicts hears of each. */
  lookAtAll(): void {
    for (const name of this.#known.keys()) this.#dirty.add(name)
  }

  /** Its deletion was over before any watch could tell of it. Until one does, it is shown as going. */
  depart({ metadata: { name, uid } }: Participant): void {
    const deletionTimestamp = new Date(this.#options.now()).toISOString()
    this.#departed.set(name, { uid, deletionTimestamp })
    this.refresh(name)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#view[Symbol.dispose]()
    this.#dirty[Symbol.dispose]()
    this.#alarm[Symbol.dispose]()
  }

  /** A participant that cannot be judged keeps its last answer, and is nobody else's misfortune. */
  #recompute(name: string, changedAtMs: number): void {
    const startedAtMs = performance.now()
    try {
      this.#look(name, changedAtMs)
    } catch (error) {
      this.#options.log.error({ participant: name, err: error }, 'a participant could not be judged')
    }
    this.#options.stopwatch?.recomputed(performance.now() - startedAtMs)
  }

  #look(name: string, changedAtMs: number): void {
    const surroundings = this.#surroundingsOf(name)
    const held = this.#known.get(name)
    if (held !== undefined && held.record.uid !== surroundings?.participant.metadata.uid)
      this.#forget(name, held)
    if (surroundings === undefined) return
    const before = this.#known.get(name)
    const derived = this.#derive(surroundings, before)
    this.#known.set(name, derived)
    this.#alarm.set(name, derived.verdict.recheckAtMs)
    if (surroundings.byName !== true) this.#options.onDerived(surroundings.participant, derived)
    if (derived.record !== before?.record) this.#publish(derived, before, changedAtMs)
  }

  #surroundingsOf(name: string): Surroundings | undefined {
    const seen = this.#view.of(name)
    const departure = this.#departed.get(name)
    if (departure === undefined) return seen
    if (seen !== undefined && seen.participant.metadata.uid === departure.uid)
      return departing(seen, departure)
    this.#departed.delete(name)
    return seen
  }

  #derive(surroundings: Surroundings, before: Derived | undefined): Derived {
    const { digest, now, isSeeded } = this.#options
    const { participant, byName } = surroundings
    const snapshot: Snapshot = {
      ...surroundings,
      everReady: before?.everReady === true || wasReady(surroundings),
      nowMs: now(),
      ...(byName !== true && isSeeded?.(participant) === true && { seeded: true }),
      ...(before && { before: before.verdict }),
    }
    return derive({ snapshot, verdict: judge(snapshot), before, digest })
  }

  #publish({ record, verdict }: Derived, before: Derived | undefined, changedAtMs: number): void {
    const { log, stopwatch, store } = this.#options
    const written = store.put(record)
    // The first look at everything is no reaction to a change.
    if (!this.#complete) return this.#settle(written)
    const { phase: status, reason, message: why } = verdict
    if (before?.verdict.phase !== status)
      log.info({ participant: record.name, status, reason, why }, 'participant changed state')
    this.#settle(written.then(() => stopwatch?.answered(performance.now() - changedAtMs)))
  }

  #forget(name: string, held: Derived): void {
    this.#known.delete(name)
    this.#view.forget(name)
    this.#alarm.set(name, undefined)
    this.#settle(this.#options.store.remove(name, held.record.uid))
  }

  #settle(written: Promise<void>): void {
    written.catch((error: unknown) =>
      this.#options.log.error({ err: error }, 'the store did not take an answer'),
    )
  }
}

interface Departure {
  readonly uid: string | undefined
  readonly deletionTimestamp: string
}

function departing(seen: Surroundings, { deletionTimestamp }: Departure): Surroundings {
  const { metadata, ...participant } = seen.participant
  return { ...seen, participant: { ...participant, metadata: { deletionTimestamp, ...metadata } } }
}

/** As far as the cluster remembers: in the resource, or for what has none in what its objects went through. */
function wasReady({ participant, byName, workloads, pods }: Surroundings): boolean {
  if (byName === true) return everReadyByObjects(workloads, pods)
  return participant.status?.firstReadyTime !== undefined
}
