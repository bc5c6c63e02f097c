/** What the HTTP door is handed to read from; the writer is in `model/requests.ts`. Their makers live elsewhere; `service.ts` connects them. */
import type { ListPage, ListQuery, StatusRecord } from '../store/store.ts'

export interface StatusReader {
  get(name: string): Promise<StatusRecord | undefined>
  /** Throws `UnavailableError` while only some of it is known. */
  list(query: ListQuery): Promise<ListPage>
}

/** How far the cluster has been seen. */
export interface Freshness {
  /** False until every watch cache holds a complete state. */
  readonly synced: boolean
  /** True while that is so and the reader knows what was known before a restart: what it lacks may exist nevertheless. */
  readonly recalled?: boolean
  /** When the cluster last confirmed what we know: the oldest of the watches' last contacts, ms since 1970; 0: never. */
  readonly observedAtMs: number
  /** True when that is longer ago than a live watch can be silent. */
  readonly stale: boolean
  /** True when that is so long ago that what we know is not to be answered any more. */
  readonly expired?: boolean
}
