/** `GET …/status` with everything on, against a bare route that returns the same bytes, in turns within one run. */
import { startChild } from './child.ts'
import { type Figure, figure, median } from './figure.ts'
import { requestsPerSecond } from './load.ts'

const ROUNDS = 16
const SECONDS = 1
const CONNECTIONS = 32

export async function statusThroughput(): Promise<Figure> {
  await using bare = await startChild<{ url: string }>('bare-server')
  await using full = await startChild<{ url: string }>('full-server', ['1'])
  const load = (url: string, seconds: number): Promise<number> =>
    requestsPerSecond({ url, connections: CONNECTIONS, seconds })
  const status = `${full.said.url}/api/v1/resources/p00000/status`
  for (const url of [bare.said.url, status]) await load(url, 1)
  const rounds: { bare: number; full: number }[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    // Whoever goes first in a round meets the other's leftovers, so they take turns at that too.
    const first = round % 2 === 0 ? bare.said.url : status
    const one = await load(first, SECONDS)
    const other = await load(first === status ? bare.said.url : status, SECONDS)
    rounds.push(first === status ? { bare: other, full: one } : { bare: one, full: other })
  }
  return figure({
    value: median(rounds.map((round) => round.full / round.bare)),
    bound: 0.85,
    better: 'higher',
    unit: 'of a bare route',
    detail: { rounds, connections: CONNECTIONS, secondsEach: SECONDS },
  })
}
