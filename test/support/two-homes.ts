/** Memory in front of a real Redis, as `STORE=redis://…` opens it, with short times. */
import assert from 'node:assert/strict'
import { openStore } from '../../src/store/open-store.ts'
import type { Past, StatusRecord, StatusStore } from '../../src/store/store.ts'
import { eventually } from './eventually.ts'
import { RecordedLog } from './recorded-log.ts'
import type { RedisServer } from './redis-server.ts'

export const PREFIX = 'two:'
export const OBSERVED_AT_MS = 1_767_225_600_000

export interface TwoHomesSetup extends AsyncDisposable {
  readonly store: StatusStore
  readonly past: Past
  readonly log: RecordedLog
}

interface OpenOptions {
  readonly password?: string
  readonly database?: number
  readonly commandMs?: number
}

/** What `STORE=redis://…` opens, with short times. */
export async function openTwoHomes(
  { port }: Pick<RedisServer, 'port'>,
  options: OpenOptions = {},
): Promise<TwoHomesSetup> {
  const { database = 0, commandMs = 200, ...secret } = options
  const log = new RecordedLog()
  const address = { host: '127.0.0.1', port, database, tls: false, prefix: PREFIX, ...secret }
  const { store, past } = await openStore(
    { kind: 'redis', address },
    {
      log,
      random: () => 0.5,
      tuning: { beatMs: 20, recallMs: 1_000, sweepAfterMs: 50, farewellMs: 500, commandMs },
    },
  )
  assert.ok(past)
  return { store, past, log, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() }
}

/** TwoHomesSetup, and holding the whole truth: these records. */
export async function settled(
  server: Pick<RedisServer, 'port'>,
  ...records: readonly StatusRecord[]
): Promise<TwoHomesSetup> {
  const opened = await openTwoHomes(server)
  for (const record of records) await opened.store.put(record)
  opened.past.settle(() => OBSERVED_AT_MS)
  return opened
}

export const inRedis = async ({ client }: RedisServer, name: string): Promise<string | undefined> =>
  (await client.hget(`${PREFIX}v1:record:${name}`, 'status')) ?? undefined

export async function untilInRedis(server: RedisServer, name: string, status: string): Promise<void> {
  await eventually(async () => (await inRedis(server, name)) === status, {
    what: `${name} ${status} in Redis`,
  })
}

export const untilConfirmed = (server: RedisServer): Promise<number> =>
  eventually(async () => Number(await server.client.get(`${PREFIX}v1:observed-at`)) || undefined, {
    what: 'Redis to hold everything',
  })

export const untilRecalled = ({ past }: TwoHomesSetup): Promise<NonNullable<Past['recalled']>> =>
  eventually(() => past.recalled, { what: 'what was known before' })
