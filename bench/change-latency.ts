/** From a change of a Deployment on a real API server until `GET …/status` shows it, with 100 participants running. */
import { setTimeout as delay } from 'node:timers/promises'
import { RESOURCES } from '../src/model/kubernetes.ts'
import type { Answer } from '../src/status/answer.ts'
import { call, create, untilReady } from '../test/integration/participants.ts'
import { startProcess } from '../test/integration/process.ts'
import { openReal, type TestCluster } from '../test/integration/test-cluster.ts'
import { type Figure, figure, quantile } from './figure.ts'

const PARTICIPANTS = 100
const CHANGES = 300
const LONGEST_MS = 10_000

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

/** Pausing a Deployment is a change that nobody reverts; it is shown as the component's state. */
async function measureChange(
  cluster: TestCluster,
  service: { url: string },
  name: string,
): Promise<Measured> {
  const shown = async (): Promise<string | undefined> => {
    const { body } = await call(service, `GET /api/v1/resources/${name}/status`)
    return (body as Answer).components['dataplane']?.status
  }
  const paused = (await shown()) !== 'Paused'
  const sentAt = performance.now()
  await cluster.kube.patch(
    RESOURCES.Deployment,
    { namespace: name, name: 'dataplane' },
    {
      type: 'merge',
      manager: 'bench',
      body: { spec: { paused } },
    },
  )
  const committedAt = performance.now()
  while (((await shown()) === 'Paused') !== paused)
    if (performance.now() - committedAt > LONGEST_MS)
      throw new Error(`${name}: the change was not seen in ${LONGEST_MS} ms`)
  const seenAt = performance.now()
  return { sinceCommittedMs: seenAt - committedAt, sinceSentMs: seenAt - sentAt }
}
