/** Answers in Redis: the promises of a store, kept by scripts, so that several processes can share it. Every call may fail. */
import { randomUUID } from 'node:crypto'
import { changeOf, HISTORY_LENGTH } from './history.ts'
import type { RedisClient } from './redis-client.ts'
import { FIELDS, isPhase, readChanges, readRecord, TEXT_FIELDS } from './redis-record.ts'
import type { ListPage, ListQuery, StatusChange, StatusRecord, StatusStore } from './store.ts'
import { versionOf } from './version.ts'

/** Of the keys and what is in them. A process of another layout neither reads nor harms these. */
const LAYOUT = 'v1'

export interface RecordedChanges {
  /** Oldest first. */
  readonly changes: readonly StatusChange[]
  /** The whole history, of which Redis may know most, rather than what came since the last time. */
  readonly whole: boolean
}

export class RedisHome implements StatusStore {
  readonly #client: RedisClient
  readonly #base: string
  readonly #writer = randomUUID()
  #turn = 0

  constructor(client: RedisClient, prefix: string) {
    this.#client = client
    this.#base = `${prefix}${LAYOUT}:`
  }

  async put(record: StatusRecord): Promise<void> {
    await this.record(record, { changes: [changeOf(record)], whole: false })
  }

  /** Puts an answer together with the changes that led to it. False when what is held is newer. */
  async record(record: StatusRecord, { changes, whole }: RecordedChanges): Promise<boolean> {
    const { name, uid, status, body } = record
    this.#turn += 1
    const fields = TEXT_FIELDS.flatMap((field) => [field, record[field]])
    const taken = await this.#client.putRecord(
      this.#base,
      name,
      uid,
      status,
      versionOf(record).toString(),
      this.#writer,
      this.#turn,
      HISTORY_LENGTH,
      whole ? 'all' : 'new',
      JSON.stringify(changes),
      ...fields,
      'body',
      Buffer.from(body.buffer, body.byteOffset, body.byteLength),
    )
    return taken === 1
  }

  async remove(name: string, ...uids: readonly string[]): Promise<void> {
    await this.#client.removeRecord(this.#base, name, ...uids)
  }

  /** Erases the record if it is still this one, or not whole. Unlike a removed one, the participant may be put again. */
  async drop({ name, uid, etag }: Pick<StatusRecord, 'name' | 'uid' | 'etag'>): Promise<void> {
    await this.#client.dropRecord(this.#base, name, uid, etag)
  }

  /** Undefined also for a record that is not whole. */
  async get(name: string): Promise<StatusRecord | undefined> {
    const values = await unlessForeign(this.#client.hmgetBuffer(`${this.#base}record:${name}`, ...FIELDS))
    return readRecord(name, values)
  }

  async list({ statuses, page, limit }: ListQuery): Promise<ListPage> {
    const first = (page - 1) * limit
    const answer = await this.#client.listRecords(this.#base, first, first + limit - 1, ...new Set(statuses))
    const [total, ...cells] = answer as readonly [number, ...string[]]
    const items = cells.flatMap((name, index) => {
      const [status, lastUpdated = ''] = cells.slice(index + 1, index + 3)
      return index % 3 === 0 && isPhase(status) ? [{ name, status, lastUpdated }] : []
    })
    return { total, items }
  }

  /** The entity tag of each of these names, empty where there is none or a list would not show it. */
  async etagsOf(names: readonly string[]): Promise<readonly string[]> {
    return (await this.#client.tagRecords(this.#base, ...names)) as readonly string[]
  }

  /** Of every record, in order. */
  async names(): Promise<readonly string[]> {
    return await this.#client.zrange(`${this.#base}names`, '0', '-1')
  }

  /** How many names a list would show. */
  async count(): Promise<number> {
    return await this.#client.zcard(`${this.#base}names`)
  }

  async history(name: string): Promise<readonly StatusChange[]> {
    return readChanges(await unlessForeign(this.#client.lrange(`${this.#base}history:${name}`, 0, -1)))
  }

  /**
   * Says that the cluster confirmed all that is in Redis, at this time (ms since 1970).
   *
   * False when nobody said so before, as after a flush: whoever knows everything puts it, and says so with `first`.
   */
  async confirm(observedAtMs: number, { first }: { readonly first: boolean }): Promise<boolean> {
    const answer = await this.#client.confirmAll(this.#base, observedAtMs, first ? 'first' : 'again')
    return answer === 1
  }

  /** When the cluster last confirmed all that is in Redis, ms since 1970; undefined while it does not hold everything. */
  async observedAtMs(): Promise<number | undefined> {
    const text = await this.#client.get(`${this.#base}observed-at`)
    return text !== null && /^\d+$/u.test(text) ? Number(text) : undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.disconnect()
  }
}

/** Nothing, for what is no answer of ours but of another type altogether. */
async function unlessForeign<T>(answer: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('WRONGTYPE')) return []
    throw error
  }
}

/** Undefined unless every field is there. */
