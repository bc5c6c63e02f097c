/** Keeps the answers in this process: a look-up by name, and an index by status so that a list is a slice. */
import type { Phase } from '../model/participant.ts'
import { changeOf, joined, withChange } from './history.ts'
import { SortedNames } from './sorted-names.ts'
import type { ListPage, ListQuery, StatusChange, StatusRecord, StatusStore } from './store.ts'
import { isOlder } from './version.ts'

export class MemoryStore implements StatusStore {
  readonly #records = new Map<string, StatusRecord>()
  readonly #names = new SortedNames()
  readonly #byStatus = new Map<Phase, SortedNames>()
  readonly #histories = new Map<string, readonly StatusChange[]>()

  async put(record: StatusRecord): Promise<void> {
    this.take(record)
  }

  async remove(name: string, uid: string): Promise<void> {
    const held = this.#records.get(name)
    if (held === undefined || held.uid !== uid) return
    this.#records.delete(name)
    this.#histories.delete(name)
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

  async history(name: string): Promise<readonly StatusChange[]> {
    return this.changesOf(name)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#records.clear()
  }

  /** `put`, done at once; false when what is held is newer. */
  take(record: StatusRecord): boolean {
    const held = this.#records.get(record.name)
    if (held !== undefined && isOlder(record, held)) return false
    this.#records.set(record.name, record)
    this.#remember(record, held)
    if (held === undefined) this.#names.add(record.name)
    if (held?.status === record.status) return true
    if (held !== undefined) this.#namesOf(held.status).remove(record.name)
    this.#namesOf(record.status).add(record.name)
    return true
  }

  /** How many records. */
  get size(): number {
    return this.#records.size
  }

  /** Every record, in no order. */
  records(): IterableIterator<StatusRecord> {
    return this.#records.values()
  }

  /** The same as `get`, at once. */
  held(name: string): StatusRecord | undefined {
    return this.#records.get(name)
  }

  /** The same as `history`, at once; the same array while nothing is added. */
  changesOf(name: string): readonly StatusChange[] {
    return this.#histories.get(name) ?? []
  }

  /** Puts what is known from before in front of the history of a participant that is held. */
  recallHistory({ name, uid }: Pick<StatusRecord, 'name' | 'uid'>, earlier: readonly StatusChange[]): void {
    if (this.#records.get(name)?.uid !== uid) return
    this.#histories.set(name, joined(earlier, this.changesOf(name)))
  }

  #remember(record: StatusRecord, held: StatusRecord | undefined): void {
    const { name, uid, status, reason } = record
    const known = held?.uid === uid
    if (known && held.status === status && held.reason === reason) return
    this.#histories.set(name, withChange(known ? this.changesOf(name) : [], changeOf(record)))
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
