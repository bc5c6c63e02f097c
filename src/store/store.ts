/** Where finished answers live. `memory.ts` is the first home; another home keeps the same promises. */
import type { Operation, Phase } from '../model/participant.ts'

/** The finished answer about one participant. */
export interface StatusRecord {
  readonly name: string
  /** uid of the Participant: a name that was deleted and created again is somebody else. */
  readonly uid: string
  readonly did: string
  readonly status: Phase
  /** Why, as a stable code. */
  readonly reason: string
  /** Why, for a person. */
  readonly message: string
  /** RFC 3339; when anything in the body last changed. */
  readonly lastUpdated: string
  /** The body of `GET …/status`, JSON in UTF-8. */
  readonly body: Uint8Array
  /** Strong entity tag of the body, quotes included. */
  readonly etag: string
  /** resourceVersion of the Participant the answer is about; a lower one never overwrites a higher one. */
  readonly resourceVersion: string
  /**
   * What was asked of it and how it went, newest first; what nobody has begun with stands in front as pending. Of the
   * process that watches only: no copy elsewhere keeps it.
   */
  readonly operations?: readonly Operation[]
}

/** What a list shows of a participant. */
export type ListItem = Pick<StatusRecord, 'name' | 'status' | 'lastUpdated'>

export interface ListQuery {
  /** Empty: every status. */
  readonly statuses: readonly Phase[]
  /** From 1. */
  readonly page: number
  readonly limit: number
}

export interface ListPage {
  /** Matches before paging. */
  readonly total: number
  /** Ordered by name. */
  readonly items: readonly ListItem[]
}

/** A participant came into a state, or stays in it for another reason. */
export interface StatusChange {
  /** RFC 3339. */
  readonly at: string
  readonly status: Phase
  readonly reason: string
  readonly message: string
}

/**
 * Latest answer per participant, and how it came to that. An older answer never overwrites a newer one; of two about
 * the same resourceVersion the later call wins.
 */
export interface StatusStore extends AsyncDisposable {
  put(record: StatusRecord): Promise<void>
  /** Does nothing unless the held record has this uid. */
  remove(name: string, uid: string): Promise<void>
  get(name: string): Promise<StatusRecord | undefined>
  list(query: ListQuery): Promise<ListPage>
  /** The last 32 changes of state or reason, oldest first; empty for a name that is not held. A new uid starts anew. */
  history(name: string): Promise<readonly StatusChange[]>
}

/** What was known before this process began. */
export interface Recalled extends Pick<StatusStore, 'get'> {
  /** When the cluster last confirmed it, ms since 1970. */
  readonly observedAtMs: number
  /** Throws `UnavailableError` when some of it is missing: half a list would be a wrong one. */
  list(query: ListQuery): Promise<ListPage>
}

/** The side of a store that outlives the process. A store in memory has none. */
export interface Past {
  /** Undefined when nothing was found, while it is still being read, and from {@link settle} on. */
  readonly recalled: Recalled | undefined
  /** Somebody wrote to this participant: what was known of it before is not to be shown any more. */
  disown(name: string): void
  /**
   * From now on the store holds the whole truth, and what outlives the process follows it.
   * @param observedAtMs - when the cluster last confirmed the truth, ms since 1970; asked about once a second
   */
  settle(observedAtMs: () => number): void
  /** False while what is put cannot be made to outlive the process. */
  readonly reachable: boolean
}
