/** Where finished answers live. `memory.ts` is the default home; another home keeps the same promises. */
import type { Phase } from '../model/participant.ts'

/** The finished answer about one participant. */
export interface StatusRecord {
  readonly name: string
  /** uid of the Participant: a name that was deleted and created again is somebody else. */
  readonly uid: string
  readonly did: string
  readonly status: Phase
  /** RFC 3339; when anything in the body last changed. */
  readonly lastUpdated: string
  /** The body of `GET …/status`, JSON in UTF-8. */
  readonly body: Uint8Array
  /** Strong entity tag of the body, quotes included. */
  readonly etag: string
  /** resourceVersion of the Participant the answer is about; a lower one never overwrites a higher one of the same uid. */
  readonly resourceVersion: string
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

/** Latest answer per participant. An older answer never overwrites a newer one. */
export interface StatusStore extends AsyncDisposable {
  put(record: StatusRecord): Promise<void>
  /** Does nothing unless the held record has this uid. */
  remove(name: string, uid: string): Promise<void>
  get(name: string): Promise<StatusRecord | undefined>
  list(query: ListQuery): Promise<ListPage>
}
