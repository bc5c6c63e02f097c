/**
 * `npm run bench [-- --json] [NAME…]`: measures what the product promises about speed and memory.
 *
 * Every figure is taken in this run, on loopback, for a bounded time. Machines differ: ratios travel, milliseconds less.
 */
import { burstMemory, burstPostP99, burstRatio, restartConfirmed } from './burst.ts'
import { changeLatency } from './change-latency.ts'
import { changeRate } from './change-rate.ts'
import { failoverKill, failoverStop } from './failover.ts'
import type { Benchmark, Figure } from './figure.ts'
import { judgeCost, recomputeTime } from './judge-cost.ts'
import { listLatency } from './list-latency.ts'
import { passCpu } from './pass-cpu.ts'
import { seedingAlone } from './seeding-alone.ts'
import { seedingBesideDeadIssuer } from './seeding-beside-dead-issuer.ts'
import { statusThroughput } from './status-throughput.ts'
import { syncBlock, syncMemory, syncTime } from './sync.ts'

const benchmarks: Readonly<Record<string, Benchmark>> = {
  'status-throughput': statusThroughput,
  'judge-cost': judgeCost,
  'recompute-time': recomputeTime,
  'change-rate': changeRate,
  'sync-time': syncTime,
  'sync-memory': syncMemory,
  'sync-block': syncBlock,
  'list-latency': listLatency,
  'change-latency': changeLatency,
  'burst-ratio': burstRatio,
  'burst-post-p99': burstPostP99,
  'burst-memory': burstMemory,
  'restart-confirmed': restartConfirmed,
  'pass-cpu': passCpu,
  'seeding-alone': seedingAlone,
  'seeding-beside-dead-issuer': seedingBesideDeadIssuer,
  'failover-kill': failoverKill,
  'failover-stop': failoverStop,
}

const args = process.argv.slice(2)
const json = args.includes('--json')
const named = args.filter((arg) => !arg.startsWith('--'))
const unknown = named.filter((name) => benchmarks[name] === undefined)

if (unknown.length > 0) {
  console.error(
    `There is no benchmark ${unknown.join(', ')}; there are ${Object.keys(benchmarks).join(', ')}.`,
  )
  process.exitCode = 2
} else {
  const figures: Record<string, Figure> = {}
  for (const [name, run] of Object.entries(benchmarks)) {
    if (named.length > 0 && !named.includes(name)) continue
    process.stderr.write(`measuring ${name} …\n`)
    const figure = await run()
    figures[name] = figure
    if (!json) console.log(describe(name, figure))
  }
  if (json) console.log(JSON.stringify(figures, undefined, 2))
  process.exitCode = Object.values(figures).every(({ pass }) => pass) ? 0 : 1
}

function describe(name: string, { value, bound, better, unit, pass }: Figure): string {
  const sign = better === 'higher' ? '≥' : '≤'
  return `${pass ? 'ok  ' : 'MISS'}  ${name.padEnd(26)} ${round(value)} ${unit}  (bound ${sign} ${bound})`
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(2)
}
