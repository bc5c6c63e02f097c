/** A page of 100 out of 10,000 participants, one request after the other, pages at random. */
import { Agent, request } from 'undici'
import { startChild } from './child.ts'
import { type Figure, figure, quantile } from './figure.ts'

const REQUESTS = 3000
const PARTICIPANTS = 10_000

export async function listLatency(): Promise<Figure> {
  await using server = await startChild<{ url: string }>('full-server', [String(PARTICIPANTS)])
  await using stack = new AsyncDisposableStack()
  const agent = stack.adopt(new Agent({ connections: 1 }), (opened) => opened.close())
  const once = async (index: number): Promise<number> => {
    const page = 1 + ((index * 37) % (PARTICIPANTS / 100))
    const started = performance.now()
    const { statusCode, headers, body } = await request(
      `${server.said.url}/api/v1/resources?limit=100&page=${page}`,
      {
        dispatcher: agent,
      },
    )
    const items = (await body.json()) as unknown[]
    const took = performance.now() - started
    if (statusCode !== 200 || items.length !== 100 || headers['x-total'] !== String(PARTICIPANTS))
      throw new Error(`page ${page}: ${statusCode}, ${items.length} items of ${String(headers['x-total'])}`)
    return took
  }
  for (let index = 0; index < 200; index += 1) await once(index)
  const took: number[] = []
  for (let index = 0; index < REQUESTS; index += 1) took.push(await once(index))
  return figure({
    value: quantile(took, 0.99),
    bound: 5,
    better: 'lower',
    unit: 'ms (p99)',
    detail: { requests: REQUESTS, p50: quantile(took, 0.5), max: Math.max(...took) },
  })
}
