/** Opens the home of the answers that the settings ask for. */
import type { Log } from '../model/log.ts'
import type { StoreChoice } from '../model/store-choice.ts'
import { MemoryStore } from './memory.ts'
import { Outages } from './outages.ts'
import { describeAddress, openRedisClient, type RedisClient } from './redis-client.ts'
import { RedisHome } from './redis-home.ts'
import type { Past, StatusStore } from './store.ts'
import { TwoHomes, type TwoHomesTuning } from './two-homes.ts'

export interface OpenStoreOptions {
  readonly log: Log
  readonly random: () => number
  readonly tuning?: Partial<TwoHomesTuning> & { readonly commandMs?: number }
}

export interface OpenedStore {
  readonly store: StatusStore
  readonly past?: Past
}

/** A command to Redis without an answer after this many ms has failed. */
const COMMAND_MS = 1_000

/** Returns without waiting for Redis. */
export async function openStore(choice: StoreChoice, options: OpenStoreOptions): Promise<OpenedStore> {
  if (choice.kind === 'memory') return { store: new MemoryStore() }
  const { log, random, tuning = {} } = options
  const { address } = choice
  const outages = new Outages({ log, redis: describeAddress(address) })
  const timeoutMs = tuning.commandMs ?? COMMAND_MS
  const onTrouble = (why: string): void => store.lost(why)
  const client = await openRedisClient({ address, timeoutMs, random, onTrouble })
  const store = new TwoHomes({
    home: new RedisHome(client, address.prefix),
    outages,
    whenConnected: (signal) => whenReady(client, signal),
    reconnect: () => {
      if (client.status === 'ready') client.disconnect(true)
    },
    log,
    tuning,
  })
  // A first failure is told as any other; it is tried again and again.
  client.connect().catch(() => undefined)
  return { store, past: store }
}

async function whenReady(client: RedisClient, signal: AbortSignal): Promise<void> {
  if (client.status === 'ready') return
  await new Promise<void>((resolve, reject) => {
    const abort = (): void => {
      client.off('ready', ready)
      reject(new Error('not connected in time', { cause: signal.reason }))
    }
    const ready = (): void => {
      signal.removeEventListener('abort', abort)
      resolve()
    }
    signal.addEventListener('abort', abort, { once: true })
    client.once('ready', ready)
  })
}
