/** Tells people by Kubernetes Events what becomes of participants: slowly, in order, and never in anybody's way. */
import type { EventEnd, Happening, Tell } from '../model/happening.ts'
import { RESOURCES } from '../model/kubernetes.ts'
import type { Log } from '../model/log.ts'
import { EVENTS_NAMESPACE, FIELD_MANAGER } from '../model/names.ts'
import { hasReason } from './errors.ts'
import { eventOf, type Occurrence, type ReportedEvent, seriesOf } from './event-record.ts'
import type { Kube } from './kube.ts'
import { TokenBucket } from './token-bucket.ts'
import { WorkQueue } from './work-queue.ts'

export interface EventReporterOptions {
  readonly kube: Pick<Kube, 'create' | 'patch'>
  /** Names this process in what it says, at most 128 characters. */
  readonly instance: string
  readonly log: Log
  /** Wall clock, ms since 1970. */
  readonly now: () => number
  readonly random: () => number
  /** Told what became of each happening. */
  readonly onEvent?: (end: EventEnd) => void
  readonly tuning?: Partial<EventTuning>
}

export interface EventTuning {
  /** Writes per second in the long run, apart from all other writes. */
  readonly qps: number
  readonly burst: number
  /** Happenings that may wait to be written. */
  readonly capacity: number
  /** How many Events are remembered, so that the same again is counted in them. */
  readonly remembered: number
  /** Least time between two writes of the same Event, ms. */
  readonly seriesMs: number
  /** How long the same again is counted, ms: the API server forgets an Event an hour after its last write. */
  readonly keptMs: number
}

const TUNING: EventTuning = {
  qps: 20,
  burst: 100,
  capacity: 4_000,
  remembered: 2_000,
  seriesMs: 10_000,
  keptMs: 50 * 60_000,
}

export interface EventReporter extends AsyncDisposable {
  /** The same about the same participant becomes one Event with a count. */
  readonly tell: Tell
}

/** Disposing drops what waits. */
export function openEventReporter(options: EventReporterOptions): EventReporter {
  return new QueuedReporter(options)
}

/** An Event as it was written last. */
interface Written {
  readonly name: string
  readonly count: number
  readonly atMs: number
}

class QueuedReporter implements EventReporter {
  readonly #options: EventReporterOptions
  readonly #tuning: EventTuning
  readonly #bucket: TokenBucket
  readonly #queue: WorkQueue
  readonly #waiting = new Map<string, Occurrence>()
  /** Written last come last. */
  readonly #written = new Map<string, Written>()
  #nth = 0

  constructor(options: EventReporterOptions) {
    this.#options = options
    this.#tuning = { ...TUNING, ...options.tuning }
    this.#bucket = new TokenBucket(this.#tuning)
    const { log, random } = options
    this.#queue = new WorkQueue({
      work: (key, signal) => this.#write(key, signal),
      concurrency: 1,
      log,
      random,
    })
  }

  readonly tell: Tell = ({ metadata: { name, uid = '' } }, happening) => {
    const key = keyOf(uid, happening)
    const nowMs = this.#options.now()
    const waiting = this.#waiting.get(key)
    if (waiting === undefined && this.#waiting.size >= this.#tuning.capacity) return this.#end('dropped')
    this.#waiting.set(key, {
      about: { name, uid },
      happening,
      firstMs: waiting?.firstMs ?? nowMs,
      lastMs: nowMs,
      count: (waiting?.count ?? 0) + 1,
    })
    const { atMs = -Infinity } = this.#written.get(key) ?? {}
    this.#queue.addAfter(key, atMs + this.#tuning.seriesMs - nowMs)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#waiting.clear()
    await this.#queue[Symbol.asyncDispose]()
  }

  async #write(key: string, signal: AbortSignal): Promise<void> {
    if (!this.#waiting.has(key)) return
    await this.#bucket.take(signal)
    const occurrence = this.#waiting.get(key)
    this.#waiting.delete(key)
    if (occurrence === undefined) return
    try {
      await this.#report(key, occurrence, signal)
    } catch (error) {
      if (signal.aborted) return
      // No second try: what is told late tells little, and the status says it all.
      this.#end('failed')
      const { name } = occurrence.about
      this.#options.log.debug({ participant: name, err: error }, 'an event could not be written')
    }
  }

  async #report(key: string, occurrence: Occurrence, signal: AbortSignal): Promise<void> {
    const { now, instance } = this.#options
    const known = this.#written.get(key)
    if (known !== undefined && now() - known.atMs < this.#tuning.keptMs) {
      const count = known.count + occurrence.count
      if (await this.#repeat(known, { ...occurrence, count }, signal)) {
        this.#remember(key, { ...known, count, atMs: now() })
        return this.#end('repeated')
      }
    }
    this.#nth += 1
    const event = eventOf(occurrence, { instance, nth: this.#nth })
    await this.#options.kube.create(event, { manager: FIELD_MANAGER.events, signal })
    this.#remember(key, { name: event.metadata.name, count: occurrence.count, atMs: now() })
    this.#end('written')
  }

  /** False when somebody deleted it, or the API server forgot it. */
  async #repeat({ name }: Written, occurrence: Occurrence, signal: AbortSignal): Promise<boolean> {
    const body: Pick<ReportedEvent, 'series'> = { series: seriesOf(occurrence) }
    try {
      const options = { type: 'merge', body, manager: FIELD_MANAGER.events, signal } as const
      await this.#options.kube.patch(RESOURCES.ReportedEvent, { namespace: EVENTS_NAMESPACE, name }, options)
      return true
    } catch (error) {
      if (hasReason(error, 'NotFound')) return false
      throw error
    }
  }

  #remember(key: string, written: Written): void {
    this.#written.delete(key)
    this.#written.set(key, written)
    if (this.#written.size <= this.#tuning.remembered) return
    const [oldest = ''] = this.#written.keys()
    this.#written.delete(oldest)
  }

  #end(end: EventEnd): void {
    this.#options.onEvent?.(end)
  }
}

function keyOf(uid: string, { type, reason, action, note }: Happening): string {
  return [uid, type, reason, action, note].join('\n')
}
