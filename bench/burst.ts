/** A thousand participants asked for at once, on a real API server, and a restart with all of them. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Kube, Page } from '../src/kube/kube.ts'
import { type KubeObject, RESOURCES } from '../src/model/kubernetes.ts'
import { PARTICIPANT_LABEL } from '../src/model/names.ts'
import { PARALLEL_PASSES } from '../src/reconcile/reconciler.ts'
import { call, statusOf } from '../test/integration/participants.ts'
import { type ServiceProcess, startProcess } from '../test/integration/process.ts'
import { eventually } from '../test/support/eventually.ts'
import { type Benchmark, type Figure, figure, quantile } from './figure.ts'
import { type Posted, postAll } from './posts.ts'
import { pretendRunning } from './pretend-running.ts'
import { openQuietCluster, type QuietCluster } from './quiet-cluster.ts'
import { rawApplies } from './raw-applies.ts'
import { cpuSeconds, peakMemoryMb, scrape } from './scrape.ts'

/** `BURST=100 npm run bench -- burst-ratio` is enough to see that it works. */
const PARTICIPANTS = Number(process.env['BURST'] ?? 1_000)
const POSTS_AT_A_TIME = 20
/** Come first and are not counted: a process that runs for a while has compiled what it runs. */
const WARM_UP = 20

/** Part of the time until all is applied. */
const POLL_MS = 100
const LONGEST_MS = 20 * 60_000

interface Run {
  readonly raw: { readonly seconds: number; readonly objects: number }
  readonly posts: readonly Posted[]
  /** From the first POST until all objects were there. */
  readonly appliedSeconds: number
  readonly objects: number
  readonly readySeconds: number
  readonly cpuSecondsUntilApplied: number
  readonly peakMb: { readonly applied: number; readonly ready: number; readonly restarted: number }
  readonly restart: Restart
}

interface Restart {
  /** From the start of the process until each participant had its pass, and its answer was confirmed. */
  readonly seconds: number
  readonly syncedSeconds: number
  readonly cpuSeconds: number
  readonly writes: number
  readonly apiCalls: number
}

/** One run serves all four figures. */
let running: Promise<Run> | undefined

async function measure(): Promise<Run> {
  const names = namesOf('burst', PARTICIPANTS)
  const raw = await rawApplies(names, PARALLEL_PASSES)
  say(`${raw.objects} raw applies took ${raw.seconds.toFixed(1)} s`)
  await using cluster = await openQuietCluster()
  const burst = await measureBurst(cluster, names)
  const { restarted, ...restart } = await measureRestart(cluster, names)
  return { raw, ...burst, restart, peakMb: { ...burst.peakMb, restarted } }
}

function namesOf(kind: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${kind}-${String(index).padStart(4, '0')}`)
}

type Burst = Omit<Run, 'raw' | 'restart' | 'peakMb'> & { peakMb: Omit<Run['peakMb'], 'restarted'> }

async function measureBurst(cluster: QuietCluster, names: readonly string[]): Promise<Burst> {
  await using service = await startProcess(cluster)
  const early = await postAll(service, namesOf('early', WARM_UP), POSTS_AT_A_TIME)
  await untilAllApplied(service, namesOf('early', WARM_UP))
  const cpuBefore = await cpuSeconds(service)
  const startedAt = performance.now()
  const seconds = (): number => (performance.now() - startedAt) / 1000
  const posting = postAll(service, names, POSTS_AT_A_TIME)
  const [posts] = await Promise.all([posting, untilAllApplied(service, names)])
  const appliedSeconds = seconds()
  const cpuSecondsUntilApplied = (await cpuSeconds(service)) - cpuBefore
  const applied = await peakMemoryMb(service)
  say(`all objects were applied after ${appliedSeconds.toFixed(1)} s, ${applied.toFixed(0)} MB`)
  const objects = await assertAllThere(cluster, [...early, ...posts])
  await pretendRunning(cluster.kube)
  await untilAtRest(service)
  const readySeconds = seconds()
  const ready = await peakMemoryMb(service)
  say(`all were at rest after ${readySeconds.toFixed(1)} s, ${ready.toFixed(0)} MB`)
  return { posts, appliedSeconds, cpuSecondsUntilApplied, objects, readySeconds, peakMb: { applied, ready } }
}

/**
 * Asks for finished answers only, which cost the API server nothing. They come in about the order of the posts, so that
 * each participant is asked after until its objects are there, and the next one then.
 */
async function untilAllApplied(service: ServiceProcess, names: readonly string[]): Promise<void> {
  const until = performance.now() + LONGEST_MS
  for (const name of names)
    while (!(await hasObjects(service, name))) {
      if (performance.now() > until) throw new Error(`${name} has not all its objects`)
      await delay(POLL_MS)
    }
}

/** Every step before the wait for readiness is done. */
async function hasObjects(service: ServiceProcess, name: string): Promise<boolean> {
  const { steps = [] } = (await statusOf(service, name)) ?? {}
  const readiness = steps.findIndex((step) => step.name === 'readiness')
  return readiness > 0 && steps.slice(0, readiness).every(({ state }) => state === 'Done')
}

/** Counts behind the program's back what the answers to the posts promised. */
async function assertAllThere({ kube }: QuietCluster, posts: readonly Posted[]): Promise<number> {
  const promised = Map.groupBy(
    posts.flatMap(({ kinds }) => kinds),
    (kind) => kind,
  )
  for (const [kind, { length }] of promised) {
    const found = await countOf(kube, kind as keyof typeof RESOURCES)
    if (found !== length) throw new Error(`${length} of kind ${kind} were promised, ${found} are there`)
  }
  return posts.reduce((sum, { kinds }) => sum + kinds.length, 0)
}

/** Of the objects of participants, page by page. */
async function countOf(kube: Kube, kind: keyof typeof RESOURCES): Promise<number> {
  const labelSelector = PARTICIPANT_LABEL
  let page: Page<KubeObject> = await kube.page(RESOURCES[kind], { labelSelector })
  let count = page.items.length
  while (page.continue !== undefined) {
    page = await kube.page(RESOURCES[kind], { labelSelector, continue: page.continue })
    count += page.items.length
  }
  return count
}

async function untilAtRest(service: ServiceProcess): Promise<void> {
  await eventually(
    async () => {
      const ready = await scrape(service, 'participants', (labels) => labels.includes('READY'))
      const busy = await scrape(service, 'reconcile_queue', (labels) => !labels.includes('delayed'))
      await delay(500)
      return ready === PARTICIPANTS + WARM_UP && busy === 0
    },
    { what: 'all participants to be READY', withinMs: LONGEST_MS },
  )
}

async function measureRestart(
  cluster: QuietCluster,
  names: readonly string[],
): Promise<Restart & { readonly restarted: number }> {
  const startedAt = performance.now()
  const seconds = (): number => (performance.now() - startedAt) / 1000
  await using service = await startProcess(cluster)
  const syncedSeconds = seconds()
  await eventually(
    async () => {
      await delay(POLL_MS)
      return (await scrape(service, 'reconciles_total')) >= PARTICIPANTS + WARM_UP
    },
    { what: 'a pass over each participant', withinMs: LONGEST_MS },
  )
  const took = seconds()
  for (const name of names) {
    const { code, headers, body } = await call(service, `GET /api/v1/resources/${name}/status`)
    if (code !== 200 || headers.has('x-stale')) throw new Error(`${name}: ${code} ${JSON.stringify(body)}`)
  }
  const isWrite = (labels: string): boolean => /verb="(?:create|patch|update|delete)"/u.test(labels)
  return {
    seconds: took,
    syncedSeconds,
    cpuSeconds: await cpuSeconds(service),
    writes: await scrape(service, 'api_calls_total', isWrite),
    apiCalls: await scrape(service, 'api_calls_total'),
    restarted: await peakMemoryMb(service),
  }
}

function say(line: string): void {
  process.stderr.write(`burst of ${PARTICIPANTS}: ${line}\n`)
}

function fromRun(pick: (run: Run) => Omit<Figure, 'pass' | 'better'>): Benchmark {
  return async () => {
    running ??= measure()
    return figure({ ...pick(await running), better: 'lower' })
  }
}

export const burstRatio = fromRun(({ raw, posts, appliedSeconds, objects, ...run }) => ({
  value: appliedSeconds / raw.seconds,
  bound: 2,
  unit: 'of raw applies',
  detail: {
    participants: posts.length,
    objects,
    appliedSeconds,
    raw,
    readySeconds: run.readySeconds,
    cpuSecondsUntilApplied: run.cpuSecondsUntilApplied,
  },
}))

export const burstPostP99 = fromRun(({ posts }) => {
  const took = posts.map(({ ms }) => ms)
  const detail = { posts: posts.length, p50: quantile(took, 0.5), max: Math.max(...took), POSTS_AT_A_TIME }
  return { value: quantile(took, 0.99), bound: 300, unit: 'ms (p99)', detail }
})

export const burstMemory = fromRun(({ peakMb }) => ({
  value: Math.max(...Object.values(peakMb)),
  bound: 250,
  unit: 'MB at most',
  detail: peakMb,
}))

export const restartConfirmed = fromRun(({ restart }) => ({
  value: restart.seconds,
  bound: 10,
  unit: 's',
  detail: { ...restart },
}))
