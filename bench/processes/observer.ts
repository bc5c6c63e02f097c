/** The read flow alone, from the first call to the last verdict, against the API server at the first argument. */
import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { openKube } from '../../src/kube/client.ts'
import { openCredentials } from '../../src/kube/credentials.ts'
import { openCaches } from '../../src/observe/caches.ts'
import { Observer } from '../../src/observe/observer.ts'
import { MemoryStore } from '../../src/store/memory.ts'
import type { StatusRecord } from '../../src/store/store.ts'
import { openLogger } from '../../src/telemetry/logger.ts'
import { changeIn } from '../changes.ts'
import { tell } from '../child.ts'
import type { SyncResult } from '../sync.ts'

const server = process.argv[2] ?? ''
const stay = process.argv[3] === 'stay'
const log = openLogger({ level: 'warn', format: 'json', write: (line) => process.stderr.write(line) })
const now = Date.now
const random = Math.random
const kube = openKube({
  credentials: await openCredentials({ kind: 'direct', server }, { now: () => performance.now() }),
  userAgent: 'dataspace-provisioner-bench/0',
  random,
  log,
})
const seenAtNs: string[] = []
let seen = 0

/** Notes when the answer that shows a change was put where GET takes it from. */
class NotingStore extends MemoryStore {
  override async put(record: StatusRecord): Promise<void> {
    await super.put(record)
    const change = changeIn(record.body)
    if (change === undefined || seenAtNs[change] !== undefined) return
    seenAtNs[change] = String(process.hrtime.bigint())
    seen += 1
  }
}

const store = stay ? new NotingStore() : new MemoryStore()
const caches = openCaches({ kube, log, now, random })
const observer = new Observer({
  caches,
  store,
  log,
  now,
  digest: (bytes) => createHash('sha1').update(bytes).digest('base64url'),
  onDerived: () => undefined,
})

const before = settledMemory()
const cpu = process.cpuUsage()
const blocks = watchBlocks()
const started = performance.now()
caches.start()
await observer.start()
const syncMs = performance.now() - started
const longestBlockMs = blocks.stop()
const { user, system } = process.cpuUsage(cpu)
const after = settledMemory()
const { total } = await store.list({ statuses: ['READY'], page: 1, limit: 1 })
const { bytes: bytesServed } = (await (await fetch(`${server}/bench/served`)).json()) as { bytes: number }
if (total !== caches.participants.size || total === 0)
  throw new Error(`${total} of ${caches.participants.size} participants are READY; all should be`)

const result: SyncResult = {
  participants: caches.participants.size,
  deployments: caches.deployments.size,
  pods: caches.pods.size,
  syncMs,
  heapGrowthBytes: after.heapUsed - before.heapUsed,
  outsideHeapGrowthBytes: after.external - before.external,
  longestBlockMs,
  cpuMs: (user + system) / 1000,
  bytesServed,
}
tell(result)
if (!stay) process.disconnect()

/** Asked after so many changes: answers when each was seen, once all were or ten seconds are over. */
process.on('message', (question: string) => void answer(Number(question)))

async function answer(changes: number): Promise<void> {
  const until = performance.now() + 10_000
  while (seen < changes && performance.now() < until) await delay(20)
  tell({ seenAtNs: Array.from({ length: changes }, (_, index) => seenAtNs[index] ?? null) })
}

function settledMemory(): NodeJS.MemoryUsage {
  for (let round = 0; round < 3; round += 1) globalThis.gc?.()
  return process.memoryUsage()
}

/** The largest gap between two ticks of a 5 ms timer. */
function watchBlocks(): { stop: () => number } {
  let last = performance.now()
  let longest = 0
  const timer = setInterval(() => {
    const current = performance.now()
    longest = Math.max(longest, current - last - 5)
    last = current
  }, 5)
  return {
    stop: () => {
      clearInterval(timer)
      return longest
    },
  }
}
