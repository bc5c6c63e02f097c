/** How long nobody writes on a real API server when the process that writes is killed, and when it is stopped. */
import { create } from '../test/integration/participants.ts'
import {
  firstReconcilingWrite,
  type Replica,
  startReplica,
  untilLeads,
} from '../test/integration/replicas.ts'
import { openReal } from '../test/integration/test-cluster.ts'
import { type Benchmark, figure, quantile } from './figure.ts'

const ROUNDS = { kill: 2, stop: 5 } as const

/** From SIGKILL until another process has written something for a participant that was asked for in the meantime. */
export const failoverKill: Benchmark = () => failover('kill', 20)

/** The same from SIGTERM. */
export const failoverStop: Benchmark = () => failover('stop', 3)

async function failover(end: 'kill' | 'stop', bound: number): ReturnType<Benchmark> {
  await using cluster = await openReal()
  const seconds: number[] = []
  let leader = await startReplica(cluster)
  await untilLeads(leader)
  for (let round = 0; round < ROUNDS[end]; round += 1) {
    const heir = await startReplica(cluster)
    seconds.push(await handOver(leader, { heir, end, name: `${end}-${round}` }))
    await leader[Symbol.asyncDispose]()
    leader = heir
  }
  await leader[Symbol.asyncDispose]()
  const value = Math.max(...seconds)
  return figure({
    value,
    bound,
    better: 'lower',
    unit: `s (longest of ${seconds.length})`,
    detail: { seconds, median: quantile(seconds, 0.5) },
  })
}

interface HandOver {
  readonly heir: Replica
  readonly end: 'kill' | 'stop'
  readonly name: string
}

/** In seconds. */
async function handOver(leader: Replica, { heir, end, name }: HandOver): Promise<number> {
  const startedAtMs = performance.now()
  const ended = end === 'kill' ? leader.kill() : leader.stop()
  await create(heir, name)
  const wroteAtMs = await firstReconcilingWrite(heir)
  await ended
  await untilLeads(heir)
  return (wroteAtMs - startedAtMs) / 1000
}
