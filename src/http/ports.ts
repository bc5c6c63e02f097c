/** What the HTTP door is handed: readers and a writer. Their makers live elsewhere; `service.ts` connects them. */
import type { ListPage, ListQuery, StatusRecord } from '../store/store.ts'

export interface StatusReader {
  get(name: string): Promise<StatusRecord | undefined>
  list(query: ListQuery): Promise<ListPage>
}

/** How far the cluster has been seen. */
export interface Freshness {
  /** False until every watch cache holds a complete state. */
  readonly synced: boolean
  /** When the cluster last confirmed what we know: the oldest of the watches' last contacts, ms since 1970. */
  readonly observedAtMs: number
  /** True when that is longer ago than a live watch can be silent. */
  readonly stale: boolean
}

export interface CreateRequest {
  readonly participantName: string
  readonly did: string
  /** As the caller sent it; `readHost` makes a host of it. */
  readonly kubeHost?: string
  readonly profile?: string
}

/** What was accepted. */
export interface Accepted {
  readonly participantName: string
  readonly uid: string
  /** Object name → Kind of everything the participant consists of; flat, see contract.md §1.3. */
  readonly objects: Readonly<Record<string, string>>
}

/** Throws `RefusedError`, `NotFoundError` or `UnavailableError`; resolves when the intent is durable. */
export interface ParticipantWriter {
  create(request: CreateRequest): Promise<Accepted>
  /** Validation and the map; nothing is written. */
  preview(request: CreateRequest): Promise<Accepted>
  delete(participantName: string): Promise<Accepted>
}
