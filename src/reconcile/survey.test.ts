/** Tests in which order participants are looked at when a term begins, and with whom they share their lists. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aParticipant, BORN } from '../../test/support/builders.ts'
import { countingKube } from '../../test/support/counting-kube.ts'
import { settle } from '../../test/support/fake-time.ts'
import type { Kube } from '../kube/kube.ts'
import { RESOURCES } from '../model/kubernetes.ts'
import type { Participant, Step } from '../model/participant.ts'
import { survey, type SurveyOptions } from './survey.ts'

/** Everything was made for it, and nothing is asked of it; unless told otherwise. */
function settled(
  name: string,
  differs: Parameters<typeof aParticipant>[0] & { readonly state?: Step['state'] } = {},
): Participant {
  const { state = 'Done', ...rest } = differs
  return aParticipant({
    ...rest,
    metadata: { name, ...rest.metadata },
    status: {
      observedGeneration: 1,
      operations: [
        { id: `${name}.create.uid`, type: 'create', state: 'succeeded', generation: 1, steps: [] },
      ],
      steps: ['namespace', 'workloads'].map((step) => ({
        name: step,
        state,
        attempts: 1,
        lastTransitionTime: BORN,
      })),
    },
  })
}

interface Bench {
  readonly options: SurveyOptions
  /** `look NAME` and `done NAME`, in order. */
  readonly told: string[]
  readonly calls: readonly string[]
  readonly stop: AbortController
}

function open(participants: readonly Participant[], differs: Partial<SurveyOptions> = {}): Bench {
  const { kube, calls } = countingKube()
  const byName = new Map(participants.map((participant) => [participant.metadata.name, participant]))
  const told: string[] = []
  const stop = new AbortController()
  const options: SurveyOptions = {
    kube,
    participants: { get: (name) => byName.get(name) },
    together: 2,
    parallel: 1,
    look: async (name, shared) => {
      told.push(`look ${name}`)
      await shared.list(RESOURCES.Service, { namespace: name })
    },
    done: (name) => told.push(`done ${name}`),
    signal: stop.signal,
    ...differs,
  }
  return { options, told, calls, stop }
}

const FOUR = ['a', 'b', 'c', 'd']

describe('a survey', () => {
  it('reads the objects of a group by one list of a kind, and tells of each when it was looked at', async () => {
    const { options, told, calls } = open(FOUR.map((name) => settled(name)))
    await survey(FOUR, options)
    assert.deepEqual(calls, ['list Service everywhere', 'list Service everywhere'])
    for (const name of FOUR)
      assert.ok(told.indexOf(`look ${name}`) < told.indexOf(`done ${name}`), told.join())
    assert.equal(told.length, 2 * FOUR.length)
  })

  it('tells at once, and without a look, of those for which something is to be done', async () => {
    const hurried = [
      settled('suspended', { spec: { suspended: true } }),
      settled('deleted', { metadata: { deletionTimestamp: BORN } }),
      settled('changed', { metadata: { generation: 2 } }),
      settled('unfinished', { state: 'Waiting' }),
      aParticipant({ metadata: { name: 'new' } }),
    ]
    const names = [...hurried.map(({ metadata }) => metadata.name), 'gone']
    const { options, told } = open([...hurried, settled('calm')])
    await survey(['calm', ...names], options)
    assert.deepEqual(told, [...names.map((name) => `done ${name}`), 'look calm', 'done calm'])
  })

  it('tells also of one whose look failed, and goes on with the others', async () => {
    const { options, told } = open(
      FOUR.map((name) => settled(name)),
      {
        look: async (name) => {
          if (name === 'a') throw new Error('too busy')
        },
      },
    )
    await survey(FOUR, options)
    assert.deepEqual(
      told.toSorted(),
      FOUR.map((name) => `done ${name}`),
    )
  })

  it('holds the lists of two groups at a time', async () => {
    const names = ['a', 'b', 'c']
    const looked: { readonly name: string; readonly end: () => void }[] = []
    const { options } = open(
      names.map((name) => settled(name)),
      {
        together: 1,
        look: async (name: string, _shared: Kube) => {
          const { promise, resolve } = Promise.withResolvers<void>()
          looked.push({ name, end: resolve })
          await promise
        },
      },
    )
    const surveying = survey(names, options)
    await settle()
    assert.deepEqual(
      looked.map(({ name }) => name),
      ['a', 'b'],
    )
    looked[0]?.end()
    await settle()
    assert.equal(looked[2]?.name, 'c')
    for (const { end } of looked) end()
    await surveying
  })

  it('begins with no further group once its term is over', async () => {
    const bench = open(FOUR.map((name) => settled(name)))
    const { options, told, stop } = bench
    const stopping = { ...options, together: 1, done: () => stop.abort() }
    await survey(FOUR, stopping)
    assert.deepEqual(told, ['look a', 'look b'])
  })
})
