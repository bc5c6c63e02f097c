/** Writes verdicts into the resources' status, so that kubectl and GitOps see what the HTTP API answers. */
import { isDeepStrictEqual } from 'node:util'
import { hasReason } from '../kube/errors.ts'
import type { Kube } from '../kube/kube.ts'
import type { WatchCache } from '../kube/watch-cache.ts'
import { WorkQueue } from '../kube/work-queue.ts'
import type { Tell } from '../model/happening.ts'
import type { KubeObject } from '../model/kubernetes.ts'
import type { Log } from '../model/log.ts'
import { API_VERSION, FIELD_MANAGER, KIND } from '../model/names.ts'
import type { Participant } from '../model/participant.ts'
import { type DerivedStatus, derivedStatusOf } from '../status/resource-status.ts'
import type { Derived } from './answers.ts'

export interface PublisherOptions {
  readonly kube: Pick<Kube, 'apply'>
  readonly participants: Pick<WatchCache<Participant>, 'get' | 'note' | 'subscribe'>
  readonly digest: (bytes: Uint8Array) => string
  readonly log: Log
  readonly random: () => number
  /** How many are written at a time, at least 1. Default {@link PARALLEL_VERDICTS}. */
  readonly parallelVerdicts?: () => number
  /** Tells people of every change of state or reason, once it is written; silent by default. */
  readonly tell?: Tell
}

export interface Publisher extends AsyncDisposable {
  /**
   * Remembers the verdict and writes it soon; a newer one replaces it. Nothing is written when nothing differs. Another
   * state, reason or status of a condition is written at once; what only words and counts tell is written a second
   * after the last write at the earliest. What was written already, and overwritten by somebody else, is written again
   * after a wait that doubles each time.
   */
  readonly publish: (participant: Participant, derived: Pick<Derived, 'resourceStatus'>) => void
}

/** What is to be written. */
interface Wish {
  readonly uid: string
  readonly status: DerivedStatus
  readonly digest: string
}

interface Written {
  readonly digest: string
  /** `performance.now()`. */
  readonly atMs: number
}

export const PARALLEL_VERDICTS = 4

/**
 * Between two writes that change no state. A participant that is being made says something else with every object, and
 * each such write would be one of the dearest at the API server.
 */
const PACE_MS = 1_000

export function openPublisher(options: PublisherOptions): Publisher {
  return new ResourcePublisher(options)
}

class ResourcePublisher implements Publisher {
  readonly #options: PublisherOptions
  /** Wishes that wait for their turn. */
  readonly #wanted = new Map<string, Wish>()
  readonly #written = new Map<string, Written>()
  readonly #queue: WorkQueue
  readonly #subscription: Disposable

  constructor(options: PublisherOptions) {
    const { participants, log, random } = options
    this.#options = options
    this.#queue = new WorkQueue({
      work: (name, signal) => this.#write(name, signal),
      concurrency: options.parallelVerdicts ?? PARALLEL_VERDICTS,
      log,
      random,
      baseMs: 50,
      maxMs: 30_000,
    })
    this.#subscription = participants.subscribe(({ type, key }) => {
      if (type === 'deleted') this.#forget(key)
    })
  }

  readonly publish: Publisher['publish'] = (participant, { resourceStatus: status }) => {
    const { name, uid = '' } = participant.metadata
    if (!differs(participant, status)) {
      this.#wanted.delete(name)
      return
    }
    const wish = { uid, status, digest: this.#options.digest(Buffer.from(JSON.stringify(status))) }
    const waiting = this.#wanted.get(name)
    this.#wanted.set(name, wish)
    if (waiting?.digest === wish.digest) return
    const written = this.#written.get(name)
    if (written?.digest === wish.digest) {
      // Somebody else sees it otherwise: two that insist would write all the time.
      this.#queue.addRateLimited(name)
      return
    }
    this.#queue.forget(name)
    const rested = written === undefined || isTurn(participant, status)
    this.#queue.addAfter(name, rested ? 0 : written.atMs + PACE_MS - performance.now())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#subscription[Symbol.dispose]()
    await this.#queue[Symbol.asyncDispose]()
  }

  #forget(name: string): void {
    this.#wanted.delete(name)
    this.#written.delete(name)
    this.#queue.forget(name)
  }

  async #write(name: string, signal: AbortSignal): Promise<void> {
    const { participants } = this.#options
    const wish = this.#wanted.get(name)
    const participant = participants.get(name)
    if (wish === undefined) return
    if (participant?.metadata.uid !== wish.uid || !differs(participant, wish.status)) {
      this.#wanted.delete(name)
      return
    }
    try {
      const object = await this.#apply(participant, wish.status, signal)
      if (this.#wanted.get(name) === wish) this.#wanted.delete(name)
      this.#written.set(name, { digest: wish.digest, atMs: performance.now() })
      participants.note(object)
      this.#tell(participant, wish.status)
    } catch (error) {
      // Gone: nothing is left to say. Changed meanwhile: what it says now comes with the watch, then the same is tried again.
      if (hasReason(error, 'Conflict')) this.#queue.addRateLimited(name)
      else if (hasReason(error, 'NotFound')) this.#forget(name)
      else throw error
    }
  }

  #tell(participant: Participant, { phase, reason, message }: DerivedStatus): void {
    const { status } = participant
    if (status?.phase === phase && status.reason === reason) return
    const isTrouble = phase === 'FAILED' || phase === 'DEGRADED' || reason === 'DeletionStuck'
    const type = isTrouble ? 'Warning' : 'Normal'
    const note = `${phase}: ${message}`
    this.#options.tell?.(participant, { type, reason, action: 'Observe', note })
  }

  /**
   * Only over the version that the verdict is about: an apply to a status ignores `metadata.uid`, and what is said of
   * a participant that was deleted meanwhile (above all: that it was READY once) must not reach its successor.
   */
  #apply({ metadata }: Participant, status: DerivedStatus, signal: AbortSignal): Promise<KubeObject> {
    const { name, resourceVersion = '' } = metadata
    const object = { apiVersion: API_VERSION, kind: KIND, metadata: { name, resourceVersion }, status }
    const manager = FIELD_MANAGER.observe
    return this.#options.kube.apply<KubeObject>(object, {
      manager,
      subresource: 'status',
      force: true,
      signal,
    })
  }
}

function differs(participant: Participant, status: DerivedStatus): boolean {
  return !isDeepStrictEqual(derivedStatusOf(participant), status)
}

/** What machines wait for: another state, reason or status of a condition. */
function isTurn({ status: held = {} }: Participant, { phase, reason, conditions }: DerivedStatus): boolean {
  const before = new Map(held.conditions?.map(({ type, status }) => [type, status]))
  return (
    held.phase !== phase ||
    held.reason !== reason ||
    conditions.some(({ type, status }) => before.get(type) !== status)
  )
}
