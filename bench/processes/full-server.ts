/** The HTTP door as the product runs it, log included, over a store of so many participants (first argument). */
import { createApp } from '../../src/http/app.ts'
import { MemoryStore } from '../../src/store/memory.ts'
import { openLogger } from '../../src/telemetry/logger.ts'
import { openMetrics } from '../../src/telemetry/metrics.ts'
import { tell } from '../child.ts'
import { nameOf, recordOf } from '../records.ts'

const store = new MemoryStore()
for (let index = 0; index < Number(process.argv[2]); index += 1) await store.put(recordOf(nameOf(index)))

/** A watch at rest hears a bookmark about once a minute. */
const observedAtMs = Date.now()
const refuse = async (): Promise<never> => {
  throw new Error('the benchmark only reads')
}
const app = createApp({
  reader: store,
  writer: { create: refuse, preview: refuse, delete: refuse, retry: refuse, suspend: refuse, resume: refuse },
  freshness: () => ({ synced: true, observedAtMs, stale: false }),
  auth: { kind: 'none' },
  log: openLogger({ level: 'info', format: 'json', write: (line) => process.stderr.write(line) }),
  now: Date.now,
  onAnswer: openMetrics().onAnswer,
})
tell({ url: await app.listen({ host: '127.0.0.1', port: 0 }) })
