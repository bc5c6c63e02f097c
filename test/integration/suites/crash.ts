/**
 * A process is killed at a write: right before, so that it never reached the cluster, or right after, so that nobody
 * learned that it did. The next one has to finish as if nothing had happened.
 *
 * The moments come from a life without a death, so a write that is new in the product is among them by itself. Where a
 * cluster is slow, of each verb on each kind by each field manager the first is enough; the built-in one takes them all with `DEATHS=all`.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { type KubeObject, RESOURCES } from '../../../src/model/kubernetes.ts'
import type { Participant } from '../../../src/model/participant.ts'
import { eventually } from '../../support/eventually.ts'
import { call } from '../participants.ts'
import { keepsakesOf, type Picture, pictureOf } from '../picture.ts'
import {
  type Death,
  deathsAmong,
  firstOfEachKind,
  mayNotCome,
  type Stage,
  type StageEnd,
  Succession,
} from '../succession.ts'
import type { OpenTestCluster } from '../test-cluster.ts'

export interface CrashOptions {
  /** Clusters beside each other, each with a share of the deaths. */
  readonly clusters: number
  readonly deaths: 'all' | 'of each kind'
}

export function deathsAreHarmless(
  clusterName: string,
  open: OpenTestCluster,
  { clusters, deaths }: CrashOptions,
): void {
  describe(`a process that is killed before or after any of its writes on ${clusterName}`, () => {
    let successions: readonly Succession[] = []
    /** Of each cluster, as each has its own certificates. */
    let lessons: readonly (readonly Lesson[])[] = []
    before(async () => {
      const opened = Array.from({ length: clusters }, () => Succession.open(open, CONFIGURATION))
      successions = await Promise.all(opened)
    })
    after(async () => {
      await Promise.all(successions.map((each) => each[Symbol.asyncDispose]()))
    })

    it('is measured by one that lives, which makes many', async () => {
      lessons = await Promise.all(successions.map((each) => learnFrom(each)))
      for (const { stage, writes } of lessons.flat()) {
        const least = LEAST_WRITES[stage.name] ?? 0
        assert.ok(writes.length > least, `${stage.name} made ${writes.length} writes`)
      }
    })

    it('leaves what the next one finishes, and nothing else: the same objects, and no secret lost', async () => {
      const deathsOf = deaths === 'all' ? deathsAmong : firstOfEachKind
      const [model] = lessons
      assert.ok(model, 'there is no life to compare with')
      const queues = model.map(({ writes }) => [...deathsOf(writes)])
      const misses: string[] = []
      const lives = successions.map(async (each, index) => {
        const trials = lessons[index]?.map((lesson, at) => ({ ...lesson, deaths: queues[at] ?? [] }))
        await liveOften(each, trials ?? [], misses)
      })
      const ends = await Promise.allSettled(lives)
      for (const end of ends) if (end.status === 'rejected') throw end.reason
      assert.deepEqual(misses, [], 'deaths that never came')
    })
  })
}

const NAME = 'acme'
const CONFIGURATION = `
profiles:
  next:
    components:
      postgres: { image: "registry.invalid/postgres:next" }
      controlplane: { image: "registry.invalid/controlplane:next" }
`

const creation: Stage = {
  name: 'creation',
  ask: ({ service }) =>
    answered(service, 'POST /api/v1/resources', { participantName: NAME, did: 'did:web:acme.example' }),
  isOver: isReadyAndDone,
}
const change: Stage = {
  name: 'change',
  ask: ({ cluster }) =>
    cluster.kube.patch(
      RESOURCES.Participant,
      { name: NAME },
      {
        type: 'merge',
        body: { spec: { host: 'dataspace.example', profile: 'next' } },
        manager: 'somebody-with-kubectl',
      },
    ),
  isOver: isReadyAndDone,
}
const removal: Stage = {
  name: 'removal',
  ask: ({ service }) => answered(service, `DELETE /api/v1/resources/${NAME}`),
  isOver: async ({ cluster: { kube } }) =>
    (await kube.get(RESOURCES.Participant, { name: NAME })) === undefined &&
    (await kube.get(RESOURCES.Namespace, { name: NAME })) === undefined,
}
const STAGES = [creation, change, removal] as const

const LEAST_WRITES: Readonly<Record<string, number>> = { creation: 25, change: 5, removal: 4 }

async function answered(
  service: Succession['service'],
  request: Parameters<typeof call>[1],
  body?: object,
): Promise<void> {
  const { code } = await call(service, request, body)
  // Whoever deletes again may come too late.
  assert.ok(code === 200 || (code === 404 && request.startsWith('DELETE')), `${request} answered ${code}`)
}

/** What it told and did is up to date, and all that it wanted runs. */
async function isReadyAndDone({ cluster: { kube } }: Succession): Promise<boolean> {
  const participant = await kube.get<Participant>(RESOURCES.Participant, { name: NAME })
  const { phase, observedGeneration, steps = [] } = participant?.status ?? {}
  if (phase !== 'READY' || observedGeneration !== participant?.metadata.generation) return false
  if (!steps.every(({ state }) => state === 'Done')) return false
  const kinds = [RESOURCES.Deployment, RESOURCES.StatefulSet]
  const lists = await Promise.all(kinds.map((kind) => kube.list<Workload>(kind, { namespace: NAME })))
  return lists.flatMap(({ items }) => items).every(isRolledOut)
}

interface Workload extends KubeObject {
  readonly spec: { readonly replicas: number }
  readonly status?: {
    readonly observedGeneration?: number
    readonly replicas?: number
    readonly updatedReplicas?: number
    readonly readyReplicas?: number
  }
}

function isRolledOut({ metadata, spec: { replicas }, status = {} }: Workload): boolean {
  const counts = [status.replicas, status.updatedReplicas, status.readyReplicas]
  return status.observedGeneration === metadata.generation && counts.every((count) => count === replicas)
}

/** What one life without a death taught of one stage. */
interface Lesson {
  readonly stage: Stage
  readonly writes: StageEnd['writes']
  /** How the cluster looks at its end. */
  readonly picture: Picture
}

async function learnFrom(model: Succession): Promise<readonly Lesson[]> {
  const lessons: Lesson[] = []
  for (const stage of STAGES) {
    const from = model.door.writes.length
    await model.live(stage)
    await model.rest()
    const writes = model.door.writes.slice(from)
    const picture = await pictureOf(model.cluster.kube, NAME)
    lessons.push({ stage, writes, picture })
  }
  return lessons
}

interface Trial extends Lesson {
  /** Those that nobody has died yet. */
  readonly deaths: Death[]
}

/** Life after life, as long as there are deaths that nobody has died. */
async function liveOften(on: Succession, trials: readonly Trial[], misses: string[]): Promise<void> {
  try {
    while (trials.some(({ deaths }) => deaths.length > 0)) await live(on, trials, misses)
  } catch (error) {
    // One fault is enough: nobody begins another life.
    for (const { deaths } of trials) deaths.length = 0
    throw error
  }
}

/** With a death in each stage that has one left; a change without one teaches nothing. */
async function live(on: Succession, trials: readonly Trial[], misses: string[]): Promise<void> {
  for (const trial of trials) {
    const death = trial.deaths.shift()
    if (death === undefined && trial.stage === change) continue
    const { keepsakes } = await liveThrough(on, trial, death)
    if (death && !keepsakes && !mayNotCome(death)) misses.push(`${trial.stage.name}: ${textOf(death)}`)
  }
}

async function liveThrough(
  succession: Succession,
  { stage, picture }: Lesson,
  death: Death | undefined,
): Promise<StageEnd> {
  const when = `at the end of the ${stage.name}, with a death ${textOf(death)}`
  try {
    const end = await succession.live(stage, death)
    await assertSame(succession, picture)
    if (stage !== removal) await assertKept(succession, end.keepsakes)
    return end
  } catch (cause) {
    throw new Error(when, { cause })
  }
}

/** What is told follows what is so, a moment later. */
async function assertSame({ cluster: { kube } }: Succession, expected: Picture): Promise<void> {
  try {
    const same = async (): Promise<boolean> => isDeepStrictEqual(await pictureOf(kube, NAME), expected)
    await eventually(same, { what: 'the same picture', withinMs: 5_000 })
  } catch {
    const now = await pictureOf(kube, NAME)
    const labels = new Set([...Object.keys(expected), ...Object.keys(now)])
    for (const label of labels) assert.deepEqual(now[label], expected[label], `${label} is not the same`)
  }
}

async function assertKept({ cluster: { kube } }: Succession, keepsakes: Picture = {}): Promise<void> {
  const now = await keepsakesOf(kube)
  for (const [label, value] of Object.entries(keepsakes))
    assert.deepEqual(now[label], value, `${label} was not kept`)
}

function textOf(death: Death | undefined): string {
  return death === undefined ? 'nowhere' : `${death.when} "${death.write}" (${death.time})`
}
