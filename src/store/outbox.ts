/** What the second home still has to be told, one errand per name: a newer one takes the older one in. */
import { HISTORY_LENGTH } from './history.ts'
import type { StatusChange, StatusRecord } from './store.ts'

export interface Errand {
  readonly name: string
  /** uids that this name had and that are gone; told before the record. */
  readonly removed: readonly string[]
  readonly record?: StatusRecord
  /** That led to the record, oldest first. */
  readonly changes: readonly StatusChange[]
  /** The changes are the whole history. */
  readonly whole: boolean
}

/** Removals are kept only so many: without a record in memory nothing else bounds their number. */
const REMOVALS_MAX = 10_000

export class Outbox {
  readonly #errands = new Map<string, Errand>()
  readonly #removalsMax: number
  #removals = 0
  #forgot = false

  constructor({ removalsMax = REMOVALS_MAX }: { readonly removalsMax?: number } = {}) {
    this.#removalsMax = removalsMax
  }

  get size(): number {
    return this.#errands.size
  }

  /** True, once, when removals had to be forgotten: then the second home may hold what is gone. */
  takeForgot(): boolean {
    const forgot = this.#forgot
    this.#forgot = false
    return forgot
  }

  /** Something new to tell. */
  add(errand: Errand): void {
    const older = this.#errands.get(errand.name)
    this.#keep(older === undefined ? errand : together(older, errand))
  }

  /** Something that could not be told; what came since is newer. */
  giveBack(errand: Errand): void {
    const newer = this.#errands.get(errand.name)
    this.#keep(newer === undefined ? errand : together(errand, newer))
  }

  /** Up to so many, the longest waiting first; they are no longer here. */
  take(count: number): readonly Errand[] {
    const taken = [...this.#errands.values().take(count)]
    for (const { name } of taken) this.#drop(name)
    return taken
  }

  #keep(errand: Errand): void {
    this.#drop(errand.name)
    if (errand.record === undefined) {
      if (this.#removals >= this.#removalsMax) {
        this.#forgot = true
        return
      }
      this.#removals += 1
    }
    this.#errands.set(errand.name, errand)
  }

  #drop(name: string): void {
    const held = this.#errands.get(name)
    if (held === undefined) return
    this.#errands.delete(name)
    if (held.record === undefined) this.#removals -= 1
  }
}

/** What happened before a removal needs no telling, except what else was removed. */
function together(older: Errand, newer: Errand): Errand {
  if (newer.removed.length > 0 || newer.whole)
    return { ...newer, removed: [...older.removed, ...newer.removed] }
  const changes = [...older.changes, ...newer.changes].slice(-HISTORY_LENGTH)
  return { ...older, ...newer, removed: older.removed, changes, whole: older.whole }
}
