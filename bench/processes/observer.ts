/** The read flow alone, from the first call to the last verdict, against the API server at the first argument. */
import { createHash } from 'node:crypto'
import { openKube } from '../../src/kube/client.ts'
import { openCredentials } from '../../src/kube/credentials.ts'
import { openCaches } from '../../src/observe/caches.ts'
import { Observer } from '../../src/observe/observer.ts'
import { MemoryStore } from '../../src/store/memory.ts'
import { openLogger } from '../../src/telemetry/logger.ts'
import { tell } from '../child.ts'
import type { SyncResult } from '../sync.ts'

const server = process.argv[2] ?? ''
const log = openLogger({ level: 'warn', format: 'json', write: (line) => process.stderr.write(line) })
const now = Date.now
const random = Math.random
const kube = openKube({
  credentials: await openCredentials({ kind: 'direct', server }, { now: () => performance.now() }),
  userAgent: 'dataspace-provisioner-bench/0',
  random,
  log,
})
const store = new MemoryStore()
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
