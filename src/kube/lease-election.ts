/** Decides by a Lease which of several processes writes, and for how long. */
import { hostname } from 'node:os'
import { UnavailableError } from '../model/errors.ts'
import type { Log } from '../model/log.ts'
import type { LeadershipReading } from '../model/reading.ts'
import { openCallLimit } from './call-limit.ts'
import { hasReason } from './errors.ts'
import { type Leadership, type OpenWriters, Reign } from './leadership.ts'
import { troubleWith } from './lease-trouble.ts'
import { LeaseLock, type LeaseOptions } from './lease.ts'
import { Term } from './term.ts'

export interface ElectionOptions extends Omit<LeaseOptions, 'leaseSeconds'> {
  readonly random: () => number
  readonly log: Log
}

/** Those of client-go. Whoever kills the leader waits 15 s and up to one retry. */
const LEASE_SECONDS = 15
/** A term ends so long after its last renewal was *sent*: well before others, who *saw* it later, wait no longer. */
const RENEW_DEADLINE_MS = 10_000
/** Longest time from one attempt to the next; chance takes off up to a quarter, so that processes do not meet. */
const RETRY_MS = 2_000
const LEAST_PAUSE_MS = 100
/** Leaves a leader whose API server hangs a second attempt. */
const ATTEMPT_MS = 4_500
const RELEASE_MS = 2_000

/** Name of the pod, or of the host, and something that no other process has, not even the next one there. */
export function newIdentity(): string {
  return `${hostname()}_${crypto.randomUUID()}`
}

/** Competes for ever: what fails is told once and tried again. While it fails this process writes nothing. */
export function openLeaseElection(options: ElectionOptions): Leadership {
  return new LeaseElection(options)
}

class LeaseElection implements Leadership {
  readonly #options: ElectionOptions
  readonly #lock: LeaseLock
  readonly #stop = new AbortController()
  #open: OpenWriters | undefined
  #running: Promise<void> | undefined
  #closed: Promise<void> | undefined
  #reign: Reign | undefined
  /** Writers of a term that is over, until they have closed. */
  #leaving: Promise<void> | undefined
  #transitions = 0
  #trouble: string | undefined
  #told: string | undefined

  constructor(options: ElectionOptions) {
    this.#options = options
    this.#lock = new LeaseLock({ ...options, leaseSeconds: LEASE_SECONDS })
  }

  start(open: OpenWriters): void {
    this.#open = open
    if (!this.#stop.signal.aborted) this.#running ??= this.#compete()
  }

  reading(): LeadershipReading {
    return {
      leader: this.#reign !== undefined,
      transitions: this.#transitions,
      story: this.#trouble === undefined ? this.#story() : `${this.#story()}; ${this.#trouble}`,
    }
  }

  /** The Lease is given back last, when nothing of this process can be written any more. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    this.#stop.abort()
    await Promise.all([this.#running, this.#leaving, this.#reign?.end('the process stops')])
    try {
      await withinTime(RELEASE_MS, (signal) => this.#lock.release(signal))
    } catch (error) {
      this.#options.log.warn(
        { lease: this.#lock.place, err: error },
        `the Lease was not given back; another process takes it after ${LEASE_SECONDS} s`,
      )
    }
  }

  async #compete(): Promise<void> {
    const { now } = this.#options
    while (!this.#stop.signal.aborted) {
      const startedAtMs = now()
      await this.#attempt(startedAtMs)
      await this.#pause(startedAtMs)
    }
  }

  async #attempt(startedAtMs: number): Promise<void> {
    try {
      const ours = await withinTime(ATTEMPT_MS, (signal) => this.#lock.bid(signal))
      this.#trouble = undefined
      if (ours) await this.#rule(startedAtMs)
      else this.#reign?.term.end(`${this.#lock.holder} has the Lease`)
      this.#tellOfHolder()
    } catch (error) {
      if (!hasReason(error, 'Conflict', 'AlreadyExists')) this.#failed(error)
    }
  }

  async #rule(renewedAtMs: number): Promise<void> {
    const { now } = this.#options
    const endsAtMs = renewedAtMs + RENEW_DEADLINE_MS
    if (this.#reign !== undefined) return this.#reign.term.extend(endsAtMs)
    await this.#leaving
    if (this.#open === undefined || this.#stop.signal.aborted || now() >= endsAtMs) return
    this.#begin(new Term({ now, endsAtMs }), this.#open)
  }

  #begin(term: Term, open: OpenWriters): void {
    const { log, identity } = this.#options
    this.#transitions += 1
    log.info({ lease: this.#lock.place, identity }, 'leading: this process writes')
    const reign = new Reign(term, open)
    this.#reign = reign
    term.signal.addEventListener('abort', () => this.#over(reign), { once: true })
  }

  #over(reign: Reign): void {
    const { log } = this.#options
    const { message: why } = reign.term.signal.reason as Error
    this.#reign = undefined
    this.#transitions += 1
    this.#leaving = reign.end(why)
    const fields = { lease: this.#lock.place, why }
    if (this.#stop.signal.aborted) log.info(fields, 'leads no longer')
    else log.warn(fields, 'leads no longer: this process writes nothing until it leads again')
  }

  #failed(error: unknown): void {
    const { log, namespace } = this.#options
    const trouble = troubleWith(error, namespace)
    if (trouble === this.#trouble) return
    this.#trouble = trouble
    const text = 'the Lease could not be read or written; trying again, and writing nothing without it'
    log.error({ lease: this.#lock.place, fix: trouble, err: error }, text)
  }

  #tellOfHolder(): void {
    const { holder } = this.#lock
    if (holder === undefined || holder === this.#told) return
    this.#told = holder
    if (holder !== this.#options.identity)
      this.#options.log.info({ lease: this.#lock.place, holder }, 'another process leads')
  }

  #story(): string {
    if (this.#reign !== undefined) return 'this process leads'
    return this.#lock.holder === undefined ? 'nobody leads' : `${this.#lock.holder} leads`
  }

  /**
   * Reckoned from the start of the attempt, so that a slow API server does not make renewals rare. A Lease that runs
   * out before the next attempt is looked at in that moment.
   */
  async #pause(startedAtMs: number): Promise<void> {
    const { now, random } = this.#options
    const everyMs = RETRY_MS * (1 - random() / 4)
    const inMs = startedAtMs + everyMs - now()
    const expiresInMs = this.#lock.expiresAtMs - now()
    const waitMs = expiresInMs > 0 ? Math.min(inMs, expiresInMs) : inMs
    await pause(Math.max(LEAST_PAUSE_MS, waitMs), this.#stop.signal)
  }
}

async function withinTime<T>(timeoutMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const expired = (): Error => new UnavailableError(`the API server did not answer within ${timeoutMs} ms`)
  using limit = openCallLimit({ signals: [], timeoutMs, expired })
  return await work(limit.signal)
}

/** Ends early when the signal is aborted. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  const onAbort = (): void => resolve()
  signal.addEventListener('abort', onAbort, { once: true })
  await promise
  clearTimeout(timer)
  signal.removeEventListener('abort', onAbort)
}
