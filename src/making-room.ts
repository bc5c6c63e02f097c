/** Lets what is done in the background make room for requests: who asks waits for an answer, and all share one API server. */
import type { ParticipantWriter } from './model/requests.ts'
import { PARALLEL_VERDICTS } from './observe/publisher.ts'
import { PARALLEL_PASSES } from './reconcile/reconciler.ts'

/** However many requests there are, what was accepted is worked on, and what is known is told. */
const LEAST = { passes: 2, verdicts: 1 } as const

export class MakingRoom {
  #requests = 0

  /** How many passes may run at a time: one less for each request under way. */
  readonly passes = (): number => Math.max(LEAST.passes, PARALLEL_PASSES - this.#requests)

  /** How many verdicts may be written at a time, likewise. */
  readonly verdicts = (): number => Math.max(LEAST.verdicts, PARALLEL_VERDICTS - this.#requests)

  /** The same writer, its requests counted while they are under way. */
  for(writer: ParticipantWriter): ParticipantWriter {
    const counted = async <T>(request: () => Promise<T>): Promise<T> => {
      this.#requests += 1
      try {
        return await request()
      } finally {
        this.#requests -= 1
      }
    }
    return {
      preview: (request) => writer.preview(request),
      create: (request) => counted(() => writer.create(request)),
      delete: (name) => counted(() => writer.delete(name)),
      retry: (name) => counted(() => writer.retry(name)),
      suspend: (name) => counted(() => writer.suspend(name)),
      resume: (name) => counted(() => writer.resume(name)),
    }
  }
}
