/** From a change of a Deployment on a real API server until `GET …/status` shows it, with 100 participants running. */
import { setTimeout as delay } from 'node:timers/promises'
import { RESOURCES } from '../src/model/kubernetes.ts'
import type { Answer } from '../src/status/answer.ts'
import { call, create, type Reply, untilReady } from '../test/integration/participants.ts'
import { startProcess } from '../test/integration/process.ts'
import { openReal, type TestCluster } from '../test/integration/test-cluster.ts'
import { type Figure, figure, quantile } from './figure.ts'

const PARTICIPANTS = 100
const CHANGES = 300
const LONGEST_MS = 10_000
/** Part of every figure measured. */
const POLL_MS = 3

export async function changeLatency(): Promise<Figure> {
  await using cluster = await openReal()
  await using service = await startProcess(cluster)
  const names = Array.from({ length: PARTICIPANTS }, (_, index) => `bench-${index}`)
  const startedCreating = performance.now()
  for (const name of names) await create(service, name)
  for (const name of names) await untilReady(service, name)
  const allReadyMs = performance.now() - startedCreating
  await delay(2000)
  const committed: number[] = []
  const sent: number[] = []
  for (let change = 0; change < CHANGES; change += 1) {
    const name = names[(change * 7) % PARTICIPANTS] ?? ''
    const measured = await measureChange(cluster, service, name)
    committed.push(measured.sinceCommittedMs)
    sent.push(measured.sinceSentMs)
  }
  return figure({
    value: quantile(committed, 0.99),
    bound: 100,
    better: 'lower',
    unit: 'ms (p99)',
    detail: {
      participants: PARTICIPANTS,
      changes: CHANGES,
      p50: quantile(committed, 0.5),
      max: Math.max(...committed),
      sinceRequestSent: { p50: quantile(sent, 0.5), p99: quantile(sent, 0.99) },
      allReadyMs,
    },
  })
}

interface Measured {
  readonly sinceCommittedMs: number
  readonly sinceSentMs: number
}

/**
 * Pausing a Deployment, or letting it go on, is a change that nobody reverts. The answer shows it at once: first that the
 * new specification was not looked at yet, and once the Deployment controller has, the component's state.
 */
async function measureChange(
  cluster: TestCluster,
  service: { url: string },
  name: string,
): Promise<Measured> {
  const ask = async (): Promise<Reply> => call(service, `GET /api/v1/resources/${name}/status`)
  const before = await ask()
  const paused = statusOf(before) !== 'Paused'
  const sentAt = performance.now()
  await cluster.kube.patch(
    RESOURCES.Deployment,
    { namespace: name, name: 'dataplane' },
    { type: 'merge', manager: 'bench', body: { spec: { paused } } },
  )
  const committedAt = performance.now()
  let now = await ask()
  while (now.headers.get('etag') === before.headers.get('etag')) {
    // Without a rest the asking itself would take the processor from what is measured; 2 cores run the whole cluster.
    await delay(POLL_MS)
    if (performance.now() - committedAt > LONGEST_MS)
      throw new Error(`${name}: the change was not seen in ${LONGEST_MS} ms`)
    now = await ask()
  }
  const seenAt = performance.now()
  if (statusOf(now) === statusOf(before)) throw new Error(`${name}: something else changed`)
  return { sinceCommittedMs: seenAt - committedAt, sinceSentMs: seenAt - sentAt }
}

function statusOf({ body }: Reply): string | undefined {
  return (body as Answer).components['dataplane']?.status
}
