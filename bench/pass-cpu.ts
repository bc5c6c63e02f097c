/** What a pass over an unchanged participant costs this process, with what it knows already and when it reads everything. */
import { openKube } from '../src/kube/client.ts'
import { openCredentials } from '../src/kube/credentials.ts'
import { DEFAULT_PROFILE } from '../src/manifests/default-profile.ts'
import { RESOURCES } from '../src/model/kubernetes.ts'
import type { Participant } from '../src/model/participant.ts'
import { openReconciler, type Reconciler } from '../src/reconcile/reconciler.ts'
import { openLogger } from '../src/telemetry/logger.ts'
import { create, untilTold } from '../test/integration/participants.ts'
import { startProcess } from '../test/integration/process.ts'
import { openReal, type TestCluster } from '../test/integration/test-cluster.ts'
import { eventually } from '../test/support/eventually.ts'
import { type Figure, figure, median } from './figure.ts'

const PARTICIPANTS = 20
const ROUNDS = 100
/** Rounds in which everything is read; the first of them meet code that is not compiled yet. */
const READING_ROUNDS = 15

export async function passCpu(): Promise<Figure> {
  await using cluster = await openReal()
  await makeParticipants(cluster)
  const calls: string[] = []
  await using stack = new AsyncDisposableStack()
  const passes = stack.use(await openPasses(cluster, (method) => void calls.push(method)))
  const reading = await costOf(passes, READING_ROUNDS, (name) => passes.reconciler.disturb(name))
  const reads = calls.length / (READING_ROUNDS * PARTICIPANTS)
  const knowing = await costOf(passes, ROUNDS, (name) => passes.reconciler.enqueue(name))
  const writes = calls.filter((method) => method !== 'GET').length
  if (writes > 0) throw new Error(`${writes} writes for participants that nothing had happened to`)
  return figure({
    value: median(knowing),
    bound: 1,
    better: 'lower',
    unit: 'ms of CPU (median round)',
    detail: {
      participants: PARTICIPANTS,
      writes,
      whenReadAnew: { cpuMs: median(reading.slice(READING_ROUNDS / 3)), callsPerPass: reads },
      callsOtherwise: calls.length / (READING_ROUNDS * PARTICIPANTS) - reads,
      longestRound: Math.max(...knowing),
    },
  })
}

/** So that they are at rest; their process is over then. */
async function makeParticipants(cluster: TestCluster): Promise<void> {
  await using service = await startProcess(cluster)
  const names = Array.from({ length: PARTICIPANTS }, (_, index) => `pass-${index}`)
  for (const name of names) await create(service, name)
  for (const name of names)
    await untilTold(service, name, {
      what: 'at rest',
      holds: ({ status, steps }) =>
        status === 'READY' && steps.length > 0 && steps.every(({ state }) => state === 'Done'),
    })
}

interface Passes extends AsyncDisposable {
  readonly reconciler: Reconciler
  readonly names: readonly string[]
  readonly count: () => number
}

/** A reconciler in this process, with the participants as they are now. */
async function openPasses({ kubeconfig }: TestCluster, onCall: (method: string) => void): Promise<Passes> {
  await using stack = new AsyncDisposableStack()
  const credentials = await openCredentials(
    { kind: 'kubeconfig', paths: kubeconfig },
    { now: () => performance.now() },
  )
  const log = openLogger({ level: 'warn', format: 'json', write: (line) => process.stderr.write(line) })
  const shared = { random: Math.random, log }
  const userAgent = 'dataspace-provisioner-bench/0'
  const kube = stack.use(
    openKube({ ...shared, credentials, userAgent, onCall: ({ method }) => onCall(method) }),
  )
  const { items } = await kube.list<Participant>(RESOURCES.Participant)
  const byName = new Map(items.map((participant) => [participant.metadata.name, participant]))
  const byDid = new Map(items.map((participant) => [participant.spec.did, participant]))
  let passes = 0
  const reconciler = stack.use(
    openReconciler({
      ...shared,
      kube,
      participants: {
        get: (name) => byName.get(name),
        holderOf: (did) => byDid.get(did),
        note: () => undefined,
      },
      profiles: new Map([['default', DEFAULT_PROFILE]]),
      reserved: [],
      newSecret: () => 'x'.repeat(43),
      now: Date.now,
      onPass: () => (passes += 1),
    }),
  )
  const owned = stack.move()
  return {
    reconciler,
    names: [...byName.keys()],
    count: () => passes,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Of each round, ms of processor time per pass. */
async function costOf(
  { names, count }: Passes,
  rounds: number,
  look: (name: string) => void,
): Promise<readonly number[]> {
  const costs: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const until = count() + names.length
    const before = process.cpuUsage()
    names.forEach(look)
    await eventually(() => count() >= until, { what: 'a pass over each' })
    const { user, system } = process.cpuUsage(before)
    costs.push((user + system) / 1000 / names.length)
  }
  return costs
}
