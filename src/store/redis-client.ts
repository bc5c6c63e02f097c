/** The connection to Redis: commands fail soon instead of waiting, and nothing that Redis does gets out as an unhandled error. */
import type { Redis } from 'ioredis'
import type { RedisAddress } from '../model/store-choice.ts'
import { SCRIPTS } from './redis-scripts.ts'

type Argument = string | number | Buffer

/** The scripts, as methods of the client. */
type Scripted = {
  readonly [Name in keyof typeof SCRIPTS]: (base: string, ...args: readonly Argument[]) => Promise<unknown>
}

export type RedisClient = Redis & Scripted

export interface RedisClientOptions {
  readonly address: RedisAddress
  /** A command without an answer after this many ms has failed. */
  readonly timeoutMs: number
  readonly random: () => number
  /** Told, in Redis's own words and never with an argument of a command, why there is no connection, or was none for a moment. */
  readonly onTrouble: (why: string) => void
}

const LONGEST_WAIT_MS = 5_000

/** For people; without the password. */
export function describeAddress({ host, port, database, tls }: RedisAddress): string {
  return `${tls ? 'rediss' : 'redis'}://${host.includes(':') ? `[${host}]` : host}:${port}/${database}`
}

/** Not connected yet: see `connect`. ioredis is loaded only here, so that whoever needs no Redis does not wait for it. */
export async function openRedisClient(options: RedisClientOptions): Promise<RedisClient> {
  const { address, timeoutMs, random, onTrouble } = options
  const { Redis } = await import('ioredis')
  const client = new Redis({
    host: address.host,
    port: address.port,
    db: address.database,
    ...(address.username !== undefined && { username: address.username }),
    ...(address.password !== undefined && { password: address.password }),
    ...(address.tls && { tls: {} }),
    // Nothing here needs RESP3, and every server and proxy speaks RESP2.
    protocol: 2,
    lazyConnect: true,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    // What cannot be sent now is sent anew by whoever wants it, with what is true then.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 10), LONGEST_WAIT_MS) * (0.5 + random() / 2),
    disableClientInfo: true,
    scripts: SCRIPTS,
  })
  client.on('error', (error: Error) => {
    onTrouble(error.message)
    // ioredis would go on in database 0, among the keys of others.
    if (/DB index|SELECT/u.test(error.message)) client.disconnect(true)
  })
  client.on('close', () => onTrouble('the connection was closed'))
  return client as RedisClient
}
