/** Whether participants are seeded more slowly when the issuer of others is dead. */
import { setTimeout as delay } from 'node:timers/promises'
import { type Figure, figure, quantile } from './figure.ts'
import { cpuSeconds, scrape } from './scrape.ts'
import { makeReady, openSeedingGround, type OtherIssuer, type SeedingGround } from './seeding-ground.ts'

/** Of each of the two issuers. */
const PARTICIPANTS = 25
const ROUNDS = 3
const POLL_MS = 50
const LONGEST_MS = 120_000

interface Round {
  /** From the first call to the EDC of anybody until the participant is seeded, of those whose issuer lives. */
  readonly p50: number
  readonly max: number
  /** Of the process that seeds, until then. */
  readonly passes: number
  readonly cpuSeconds: number
}

const KINDS = ['living', 'silent', 'refusing'] as const

export async function seedingBesideDeadIssuer(): Promise<Figure> {
  const rounds: Record<OtherIssuer, Round[]> = { living: [], silent: [], refusing: [] }
  for (let number = 0; number < ROUNDS; number += 1) {
    // Another first each time, so that what else the machine does meets all of them.
    for (const other of [...KINDS.slice(number % 3), ...KINDS.slice(0, number % 3)]) {
      const round = await measure(other)
      rounds[other].push(round)
      process.stderr.write(`the other issuer ${other}: ${JSON.stringify(round)}\n`)
    }
  }
  const ratios = (['silent', 'refusing'] as const).flatMap((other) =>
    (['p50', 'max'] as const).map((what): readonly [string, number] => [
      `${other} ${what}`,
      quickest(rounds[other], what) / quickest(rounds.living, what),
    ]),
  )
  return figure({
    value: Math.max(...ratios.map(([, ratio]) => ratio)),
    bound: 1.1,
    better: 'lower',
    unit: 'of the time with both living',
    detail: { participants: 2 * PARTICIPANTS, ratios: Object.fromEntries(ratios), rounds },
  })
}

/** What else the machine does can only add to it. */
function quickest(rounds: readonly Round[], what: 'p50' | 'max'): number {
  return Math.min(...rounds.map((round) => round[what]))
}

async function measure(other: OtherIssuer): Promise<Round> {
  await using ground = await openSeedingGround(other)
  const [mine, others] = ['mine', 'others'].map((kind) =>
    Array.from({ length: PARTICIPANTS }, (_, index) => `${kind}-${index}`),
  )
  if (mine === undefined || others === undefined) throw new Error('no names')
  // The dead one's first, so that they are in the way.
  await makeReady(ground, { other: others, default: mine })
  await using service = await ground.startSeeding()
  const ends = await endsOf(ground, mine)
  const beganMs = Math.min(...ground.front.calls.map((call) => call.beganMs))
  const took = ends.map((endMs) => endMs - beganMs)
  const passes = await scrape(service, 'reconciles_total')
  return { p50: quantile(took, 0.5), max: Math.max(...took), passes, cpuSeconds: await cpuSeconds(service) }
}

/** By `performance.now`. */
async function endsOf(ground: SeedingGround, names: readonly string[]): Promise<readonly number[]> {
  const until = performance.now() + LONGEST_MS
  const ends = new Map<string, number>()
  while (ends.size < names.length) {
    const seeded = await ground.seeded()
    const now = performance.now()
    for (const name of names) if (seeded.get(name) === true && !ends.has(name)) ends.set(name, now)
    if (now > until) throw new Error(`only ${ends.size} of ${names.length} were seeded`)
    await delay(POLL_MS)
  }
  return [...ends.values()]
}
