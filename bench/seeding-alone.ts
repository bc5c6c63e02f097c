/** How much of the time until a participant is seeded is ours, and not EDC's. */
import { setTimeout as delay } from 'node:timers/promises'
import { create, statusOf } from '../test/integration/participants.ts'
import type { ServiceProcess } from '../test/integration/process.ts'
import type { FrontCall } from './edc-front.ts'
import { type Figure, figure, median } from './figure.ts'
import { openSeedingGround } from './seeding-ground.ts'

const ROUNDS = 7
/** From the request for the credential until the hub has it: of the doubles, and of 0.15.1 about the same. */
const ISSUED_AFTER_MS = 900
const POLL_MS = 5
const LONGEST_MS = 60_000

/** Times by `performance.now`. */
interface Span {
  readonly beganMs: number
  readonly endedMs: number
}

export async function seedingAlone(): Promise<Figure> {
  await using ground = await openSeedingGround('living')
  await using service = await ground.startSeeding()
  const rounds: { readonly totalMs: number; readonly edcMs: number; readonly calls: number }[] = []
  for (let number = 0; number < ROUNDS; number += 1) {
    const before = ground.front.calls.length
    await create(service, `alone-${number}`)
    const span = await spanOf(service, `alone-${number}`)
    const calls = ground.front.calls.slice(before)
    const totalMs = span.endedMs - span.beganMs
    rounds.push({ totalMs, edcMs: coveredMs(waitsFor(calls), span), calls: calls.length })
  }
  const ours = rounds.map(({ totalMs, edcMs }) => (totalMs - edcMs) / 1000)
  return figure({
    value: median(ours),
    bound: 3,
    better: 'lower',
    unit: 's beside the time of EDC (median)',
    detail: { longest: Math.max(...ours), rounds },
  })
}

/** From when all its components are told as ready until it is told as READY. */
async function spanOf(service: ServiceProcess, name: string): Promise<Span> {
  const until = performance.now() + LONGEST_MS
  let beganMs = Infinity
  while (performance.now() < until) {
    const { status, components = {} } = (await statusOf(service, name)) ?? {}
    const all = Object.values(components)
    if (all.length > 0 && all.every(({ ready }) => ready)) beganMs = Math.min(beganMs, performance.now())
    if (status === 'READY') return { beganMs, endedMs: performance.now() }
    await delay(POLL_MS)
  }
  throw new Error(`${name} is not READY`)
}

/** What nobody but EDC and the issuer could make shorter. */
function waitsFor(calls: readonly FrontCall[]): readonly Span[] {
  const issuing = calls
    .filter(({ call }) => call.startsWith('POST ') && call.endsWith('/credentials/request'))
    .map(({ endedMs }) => ({ beganMs: endedMs, endedMs: endedMs + ISSUED_AFTER_MS }))
  return [...calls, ...issuing]
}

/** How much of the span these cover together. */
function coveredMs(spans: readonly Span[], { beganMs, endedMs }: Span): number {
  let covered = 0
  let upTo = beganMs
  for (const span of spans.toSorted((one, other) => one.beganMs - other.beganMs)) {
    const end = Math.min(span.endedMs, endedMs)
    covered += Math.max(0, end - Math.max(upTo, span.beganMs))
    upTo = Math.max(upTo, end)
  }
  return covered
}
