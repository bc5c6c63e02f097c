/** The status engine on the built-in cluster: what it takes notice of, and what it can do without. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../../test/support/eventually.ts'
import { createParticipant } from '../../test/support/provisioning.ts'
import { openTestCluster } from '../../test/support/test-cluster.ts'
import { KubeApiError } from '../kube/errors.ts'
import type { Kube, WatchEvent } from '../kube/kube.ts'
import { type KubeObject, type Resource, RESOURCES } from '../model/kubernetes.ts'
import type { Participant } from '../model/participant.ts'
import type { Answer } from '../status/answer.ts'
import { makeObserved, openLive } from './for-tests.ts'

async function warn(kube: Kube, namespace: string, message: string): Promise<void> {
  const now = new Date().toISOString().replace(/\.\d+Z$/u, 'Z')
  const deployment = await kube.get(RESOURCES.Deployment, { namespace, name: 'dataplane' })
  await kube.create({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `dataplane.${message.length}`, namespace },
    involvedObject: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      namespace,
      name: 'dataplane',
      uid: deployment?.metadata.uid,
    },
    type: 'Warning',
    reason: 'SomethingOdd',
    message,
    count: 1,
    firstTimestamp: now,
    lastTimestamp: now,
  } as KubeObject)
}

const tells = (answer: Answer | undefined, message: string): boolean =>
  answer?.events.some((event) => event.message.includes(message)) === true

describe('events', () => {
  it('are told in the answer as soon as they come, and survive their hour in the cluster', async () => {
    await using cluster = await openTestCluster()
    await using live = await openLive(cluster.kube)
    await createParticipant(cluster.kube, 'acme', { mode: 'Observed' })
    await makeObserved(cluster.kube, 'acme')
    await eventually(() => live.answerOf('acme'), { what: 'an answer' })
    const message = 'the moon is in the way'
    await warn(cluster.kube, 'acme', message)
    await eventually(async () => tells(await live.answerOf('acme'), message), { what: 'the event' })
    await cluster.kube.delete(RESOURCES.Event, { namespace: 'acme', name: `dataplane.${message.length}` })
    // A change after the deletion, so that an answer that forgot the event would be seen.
    await warn(cluster.kube, 'acme', 'and now the sun as well')
    await eventually(async () => tells(await live.answerOf('acme'), 'the sun'), { what: 'the next event' })
    assert.ok(tells(await live.answerOf('acme'), message))
  })

  it('that came before the namespace became a participant are told as well', async () => {
    await using cluster = await openTestCluster()
    await using live = await openLive(cluster.kube)
    await makeObserved(cluster.kube, 'acme')
    await warn(cluster.kube, 'acme', 'too early')
    await createParticipant(cluster.kube, 'acme', { mode: 'Observed' })
    await eventually(async () => tells(await live.answerOf('acme'), 'too early'), { what: 'the event' })
  })

  it('that were there before the start are told in the first answer', async () => {
    await using cluster = await openTestCluster()
    await makeObserved(cluster.kube, 'acme')
    await warn(cluster.kube, 'acme', 'long ago')
    await createParticipant(cluster.kube, 'acme', { mode: 'Observed' })
    await using live = await openLive(cluster.kube)
    assert.ok(tells(await live.answerOf('acme'), 'long ago'))
  })
})

/** A cluster in which this account may not list or watch these kinds, until it may. */
function forbidding(kube: Kube, kinds: ReadonlySet<string>): Kube {
  const refuse = ({ plural }: Resource): void => {
    if (!kinds.has(plural)) return
    const message = `${plural} is forbidden: User "system:anonymous" cannot list resource "${plural}"`
    throw new KubeApiError({ code: 403, reason: 'Forbidden', message, causes: [], request: `GET /${plural}` })
  }
  return {
    ...methodsOf(kube),
    page: async (resource, options) => {
      refuse(resource)
      return kube.page(resource, options)
    },
    watch: async function* (resource, options): AsyncGenerator<WatchEvent> {
      refuse(resource)
      yield* kube.watch(resource, options)
    },
  }
}

function methodsOf(kube: Kube): Kube {
  return {
    get: (...args) => kube.get(...args),
    list: (...args) => kube.list(...args),
    page: (...args) => kube.page(...args),
    create: (...args) => kube.create(...args),
    apply: (...args) => kube.apply(...args),
    patch: (...args) => kube.patch(...args),
    delete: (...args) => kube.delete(...args),
    watch: (...args) => kube.watch(...args),
    version: (...args) => kube.version(...args),
  }
}

describe('without the right to see events and claims', () => {
  it('verdicts are given all the same, each missing right is named once, and used when it is granted', async () => {
    await using cluster = await openTestCluster()
    const forbidden = new Set(['events', 'persistentvolumeclaims'])
    await using live = await openLive(forbidding(cluster.kube, forbidden))
    await createParticipant(cluster.kube, 'acme', { mode: 'Observed' })
    await makeObserved(cluster.kube, 'acme')
    await eventually(() => live.answerOf('acme'), { what: 'an answer' })
    const attempts = (): number =>
      live.log.lines.filter(({ level, text }) => level === 'debug' && text.startsWith('a watch failed'))
        .length
    await eventually(() => attempts() > 6, { what: 'further attempts' })
    const warnings = live.log.lines.filter(({ level }) => level === 'warn')
    assert.deepEqual(warnings.map(({ fields }) => String(fields['missing'])).toSorted(), [
      'list and watch events in all namespaces',
      'list and watch persistentvolumeclaims in all namespaces',
    ])
    forbidden.clear()
    await warn(cluster.kube, 'acme', 'seen at last')
    await eventually(async () => tells(await live.answerOf('acme'), 'seen at last'), { what: 'the event' })
  })
})

describe('the observer', () => {
  it('keeps judging others, and says so, when one participant cannot be judged', async () => {
    await using cluster = await openTestCluster()
    const onDerived = ({ metadata }: Participant): void => {
      if (metadata.name === 'broken') throw new Error('a bug')
    }
    await using live = await openLive(cluster.kube, { onDerived })
    await createParticipant(cluster.kube, 'broken')
    await createParticipant(cluster.kube, 'acme')
    await eventually(() => live.answerOf('acme'), { what: 'an answer' })
    const errors = live.log.lines.filter(({ level }) => level === 'error')
    assert.ok(errors.length > 0 && errors.every(({ fields }) => fields['participant'] === 'broken'))
  })

  it('tells how long a look and an answer take, the first look at everything left out', async () => {
    await using cluster = await openTestCluster()
    await createParticipant(cluster.kube, 'early')
    const looks: number[] = []
    const answers: number[] = []
    const stopwatch = {
      recomputed: (ms: number) => looks.push(ms),
      answered: (ms: number) => answers.push(ms),
    }
    await using live = await openLive(cluster.kube, { stopwatch })
    assert.deepEqual([looks.length, answers.length], [1, 0])
    await createParticipant(cluster.kube, 'late')
    await eventually(() => answers.length === 1, { what: 'an answer' })
    assert.ok([...looks, ...answers].every((ms) => ms > 0 && ms < 5_000))
    assert.equal(live.observer.waiting, 0)
  })
})
