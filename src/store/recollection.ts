/** What was known before this process began, as read from Redis once: shown until the cluster has been seen again. */
import { UnavailableError } from '../model/errors.ts'
import { MemoryStore } from './memory.ts'
import type { RedisHome } from './redis-home.ts'
import { canBeAnswered } from './redis-record.ts'
import type { ListPage, ListQuery, Recalled, StatusChange, StatusRecord } from './store.ts'

/** Names read together. */
const BATCH = 200

export class Recollection implements Recalled {
  readonly observedAtMs: number
  readonly #memory = new MemoryStore()
  readonly #histories = new Map<string, readonly StatusChange[]>()
  #whole = true

  constructor(observedAtMs: number) {
    this.observedAtMs = observedAtMs
  }

  /** False when something that was known is missing here. */
  get whole(): boolean {
    return this.#whole
  }

  get size(): number {
    return this.#histories.size
  }

  /** Undefined, or no answer: Redis knows the name, but not what it says about it. */
  add(record: StatusRecord | undefined, history: readonly StatusChange[]): void {
    if (record === undefined || !canBeAnswered(record)) {
      this.#whole = false
      return
    }
    this.#memory.take(record)
    this.#histories.set(record.name, history)
  }

  /** Takes this name out: somebody wrote to it since. */
  async disown(name: string): Promise<void> {
    this.#whole = false
    const held = this.#memory.held(name)
    if (held !== undefined) await this.#memory.remove(name, held.uid)
  }

  async get(name: string): Promise<StatusRecord | undefined> {
    return this.#memory.held(name)
  }

  async list(query: ListQuery): Promise<ListPage> {
    if (!this.#whole)
      throw new UnavailableError(
        'the state of the cluster is still being read, and not all of what was known before is at hand; try again shortly',
      )
    return this.#memory.list(query)
  }

  /** True when Redis said exactly this. */
  said({ name, uid, etag, resourceVersion }: StatusRecord): boolean {
    const held = this.#memory.held(name)
    return held?.uid === uid && held.etag === etag && held.resourceVersion === resourceVersion
  }

  /** What is known of this participant; of a namesake nothing. */
  historyOf({ name, uid }: StatusRecord): readonly StatusChange[] {
    return this.#memory.held(name)?.uid === uid ? (this.#histories.get(name) ?? []) : []
  }
}

/** Undefined when Redis does not hold everything that somebody knew. Throws what Redis says, and the signal's reason. */
export async function recollect(home: RedisHome, signal: AbortSignal): Promise<Recollection | undefined> {
  const observedAtMs = await home.observedAtMs()
  if (observedAtMs === undefined) return undefined
  const recollection = new Recollection(observedAtMs)
  const names = await home.names()
  for (let start = 0; start < names.length; start += BATCH) {
    signal.throwIfAborted()
    const batch = names.slice(start, start + BATCH)
    const found = await Promise.all(
      batch.map(async (name) => [await home.get(name), await home.history(name)] as const),
    )
    for (const [record, history] of found) recollection.add(record, history)
  }
  return recollection
}
