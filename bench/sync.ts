/** From nothing to a complete, judged state of 10,000 participants: time, memory, and the longest block. */
import { startChild } from './child.ts'
import { type Benchmark, type Figure, figure } from './figure.ts'

export interface SyncResult {
  readonly participants: number
  readonly deployments: number
  readonly pods: number
  readonly syncMs: number
  readonly heapGrowthBytes: number
  readonly outsideHeapGrowthBytes: number
  readonly longestBlockMs: number
  readonly cpuMs: number
  readonly bytesServed: number
}

const PARTICIPANTS = 10_000

/** One run serves all three figures. */
let running: Promise<SyncResult> | undefined

async function measure(): Promise<SyncResult> {
  await using api = await startChild<{ url: string }>('api-server', [String(PARTICIPANTS)])
  await using observer = await startChild<SyncResult>('observer', [api.said.url])
  return observer.said
}

function fromRun(pick: (result: SyncResult) => Omit<Figure, 'pass' | 'detail' | 'better'>): Benchmark {
  return async () => {
    running ??= measure()
    const result = await running
    return figure({ ...pick(result), better: 'lower', detail: { ...result } })
  }
}

export const syncTime = fromRun(({ syncMs }) => ({ value: syncMs / 1000, bound: 15, unit: 's' }))
export const syncMemory = fromRun(({ heapGrowthBytes, outsideHeapGrowthBytes, participants }) => ({
  value: (heapGrowthBytes + outsideHeapGrowthBytes) / participants / 1000,
  bound: 20,
  unit: 'kB per participant',
}))
export const syncBlock = fromRun(({ longestBlockMs }) => ({ value: longestBlockMs, bound: 50, unit: 'ms' }))
