/** A thousand changes a second among 10,000 participants: from the socket of the API server to the answer that GET gives. */
import type { ChangeWish } from './changes.ts'
import { startChild } from './child.ts'
import { type Figure, figure, quantile } from './figure.ts'

const PARTICIPANTS = 10_000
const WISH: ChangeWish = { perSecond: 1_000, seconds: 10 }
/** Changes of the first second meet code that is not compiled yet; they are told apart, not left out of the detail. */
const WARM_UP = 1_000

export async function changeRate(): Promise<Figure> {
  await using api = await startChild<{ url: string }>('api-server', [String(PARTICIPANTS)])
  await using observer = await startChild<unknown>('observer', [api.said.url, 'stay'])
  const { sentAtNs } = await api.ask<{ sentAtNs: readonly string[] }>(JSON.stringify(WISH))
  const { seenAtNs } = await observer.ask<{ seenAtNs: readonly (string | null)[] }>(
    String(WISH.perSecond * WISH.seconds),
  )
  const latencies = sentAtNs.map((sent, index) => {
    const seen = seenAtNs[index]
    if (seen === null || seen === undefined) throw new Error(`change ${index} was never seen`)
    return Number(BigInt(seen) - BigInt(sent)) / 1e6
  })
  const settled = latencies.slice(WARM_UP)
  return figure({
    value: quantile(settled, 0.99),
    bound: 50,
    better: 'lower',
    unit: 'ms (p99)',
    detail: {
      ...WISH,
      participants: PARTICIPANTS,
      p50: quantile(settled, 0.5),
      max: Math.max(...settled),
      p99WithWarmUp: quantile(latencies, 0.99),
    },
  })
}
