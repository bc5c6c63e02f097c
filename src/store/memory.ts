/** Keeps the answers in this process: a look-up by name, and an index by status so that a list is a slice. */
import type { Phase } from '../model/participant.ts'
import { SortedNames } from './sorted-names.ts'
import type { ListPage, ListQuery, StatusRecord, StatusStore } from './store.ts'

export class MemoryStore implements StatusStore {
  readonly #records = new Map<string, StatusRecord>()
  readonly #names = new SortedNames()
  readonly #byStatus = new Map<Phase, SortedNames>()

  async put(record: StatusRecord): Promise<void> {
    const held = this.#records.get(record.name)
    if (held !== undefined && isNewer(held, record)) return
    this.#records.set(record.name, record)
    if (held === undefined) this.#names.add(record.name)
    if (held?.status === record.status) return
    if (held !== undefined) this.#namesOf(held.status).remove(record.name)
    this.#namesOf(record.status).add(record.name)
  }

  async remove(name: string, uid: string): Promise<void> {
    const held = this.#records.get(name)
    if (held === undefined || held.uid !== uid) return
    this.#records.delete(name)
    this.#names.remove(name)
    this.#namesOf(held.status).remove(name)
  }

  async get(name: string): Promise<StatusRecord | undefined> {
    return this.#records.get(name)
  }

  async list({ statuses, page, limit }: ListQuery): Promise<ListPage> {
    const names = this.#matching(statuses)
    const start = (page - 1) * limit
    const items = names.slice(start, start + limit).flatMap((name) => this.#records.get(name) ?? [])
    return {
      total: names.length,
      items: items.map(({ name, status, lastUpdated }) => ({ name, status, lastUpdated })),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#records.clear()
  }

  #matching(statuses: readonly Phase[]): readonly string[] {
    const [only, ...more] = new Set(statuses)
    if (only === undefined) return this.#names.sorted()
    if (more.length === 0) return this.#byStatus.get(only)?.sorted() ?? []
    const wanted = new Set(statuses)
    return this.#names.sorted().filter((name) => wanted.has(this.#records.get(name)?.status ?? 'NOT_FOUND'))
  }

  #namesOf(status: Phase): SortedNames {
    const names = this.#byStatus.get(status) ?? new SortedNames()
    this.#byStatus.set(status, names)
    return names
  }
}

function isNewer(held: StatusRecord, offered: StatusRecord): boolean {
  if (held.uid !== offered.uid) return false
  return versionOf(held) > versionOf(offered)
}

/** Comparable within one resource since KEP-5504; in practice ever since. */
function versionOf({ resourceVersion }: StatusRecord): bigint {
  return /^\d+$/u.test(resourceVersion) ? BigInt(resourceVersion) : 0n
}
