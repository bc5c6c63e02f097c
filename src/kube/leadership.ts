/** Decides when this process may write: what opens and closes with each term. */
import type { LeadershipReading } from '../model/reading.ts'
import { Term } from './term.ts'

/** Opens what writes. Disposing that begins no further write and waits for the answers to those under way. */
export type OpenWriters = (term: Term) => AsyncDisposable

export interface Leadership extends AsyncDisposable {
  /** From now on opens writers at the start of each term and disposes them at its end. To be called once. */
  start(open: OpenWriters): void
  reading(): LeadershipReading
}

/** Writes that are not answered this many ms after the writers were asked to stop are cut. */
const GRACE_MS = 1_000

/** A term and what writes in it. */
export class Reign {
  readonly term: Term
  readonly #writers: AsyncDisposable
  #closed: Promise<void> | undefined

  constructor(term: Term, open: OpenWriters) {
    this.term = term
    this.#writers = open(term)
    // At once, so that whoever was waiting for an answer of the API server finds that he has to stop.
    term.signal.addEventListener('abort', () => void this.#close(), { once: true })
  }

  /** Lets the writes under way be answered, for a while. Resolves when none is left; the term is over then. */
  async end(why: string): Promise<void> {
    const timer = setTimeout(() => this.term.end(why), GRACE_MS)
    try {
      await this.#close()
    } finally {
      clearTimeout(timer)
      this.term.end(why)
    }
  }

  #close(): Promise<void> {
    this.#closed ??= Promise.resolve(this.#writers[Symbol.asyncDispose]())
    return this.#closed
  }
}

/** For a process that is the only one to write: its one term lasts until it is disposed. */
export function openSoleLeadership(): Leadership {
  let reign: Reign | undefined
  let stopped = false
  return {
    start(open) {
      if (!stopped) reign = new Reign(new Term({ now: () => 0, endsAtMs: Number.POSITIVE_INFINITY }), open)
    },
    reading: () => ({ leader: true, transitions: 0, story: 'the only one: no leader is elected' }),
    async [Symbol.asyncDispose]() {
      stopped = true
      await reign?.end('the process stops')
    },
  }
}
