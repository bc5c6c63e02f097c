import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { parse } from 'yaml'
import {
  aClaim,
  aDeployment,
  anEvent,
  aParticipant,
  aPod,
  aStatefulSet,
  BORN,
  BORN_MS,
} from '../../../test/support/builders.ts'
import type { KubeObject } from '../../model/kubernetes.ts'
import type { ObservedClaim, ObservedEvent, ObservedPod, ObservedWorkload } from '../../model/observed.ts'
import type { Step } from '../../model/participant.ts'
import type { ComponentVerdict } from '../component.ts'
import { projectEvent } from './project-event.ts'
import { projectReplicaSet } from './project-replica-set.ts'
import { relevantEvents } from './relevant.ts'
import { tellEvents, type Story } from './tell.ts'

function aComponent(differs: Partial<ComponentVerdict> = {}): ComponentVerdict {
  return {
    name: 'controlplane',
    kind: 'Deployment',
    status: 'Running',
    ready: true,
    failed: false,
    desired: 1,
    current: 1,
    readyReplicas: 1,
    reason: 'Running',
    message: '',
    since: BORN,
    restarts: 0,
    ...differs,
  }
}

/** What differs from healthy things, and the Events as the API server sends them. */
interface Scene {
  readonly now: string
  readonly steps?: readonly Step[]
  readonly components?: readonly Partial<ComponentVerdict>[]
  readonly workloads?: readonly Partial<ObservedWorkload>[]
  readonly pods?: readonly Partial<ObservedPod>[]
  readonly claims?: readonly Partial<ObservedClaim>[]
  readonly replicaSets?: readonly KubeObject[]
  readonly events: readonly KubeObject[]
}

function storyOf(scene: Scene): Story {
  const { steps = [], workloads = [], pods = [], claims = [], components = [], replicaSets } = scene
  const nowMs = Date.parse(scene.now)
  const relevant = relevantEvents({
    workloads: workloads.map((each) =>
      each.kind === 'StatefulSet' ? aStatefulSet(each) : aDeployment(each),
    ),
    pods: pods.map(aPod),
    claims: claims.map(aClaim),
    events: scene.events.map(projectEvent),
    nowMs,
    ...(replicaSets && { replicaSets: replicaSets.map(projectReplicaSet) }),
  })
  return tellEvents({
    participant: aParticipant({ status: { steps } }),
    components: components.map(aComponent),
    relevant,
    nowMs,
  })
}

const testdata = new URL('testdata/', import.meta.url)
const scenes = readdirSync(testdata)
  .filter((file) => file.endsWith('.input.yaml'))
  .map(
    (file) => [file, parse(readFileSync(new URL(file, testdata), 'utf8'), { merge: true }) as Scene] as const,
  )

describe('what is told of a scene', () => {
  for (const [file, scene] of scenes)
    it(file.replace('.input.yaml', '').replaceAll('-', ' '), (t) => {
      const golden = new URL(file.replace('.input.yaml', '.golden.json'), testdata).pathname
      t.assert.fileSnapshot(storyOf(scene), golden)
    })

  it('does not say of a component what an event says in other words around it', () => {
    const why = '0/3 nodes are available: 3 Insufficient cpu'
    const message = `pod controlplane-1-abcde has no node: ${why} (and 2 more pods)`
    const components = [aComponent({ ready: false, status: 'Pending', reason: 'Unschedulable', message })]
    const about = { kind: 'Pod', name: 'controlplane-1-abcde', uid: '', fieldPath: '' }
    const event = anEvent({ reason: 'FailedScheduling', message: `${why}. preemption: none`, about })
    const input = { participant: aParticipant(), components, nowMs: BORN_MS }
    assert.equal(tellEvents({ ...input, relevant: [event] }).total, 1)
    assert.equal(tellEvents({ ...input, relevant: [{ ...event, message: 'no such node' }] }).total, 2)
    const ofClaim = { ...event, about: { ...about, kind: 'PersistentVolumeClaim', name: 'data' } }
    assert.equal(tellEvents({ ...input, relevant: [ofClaim] }).total, 1)
  })

  it('is the same whatever the order of events and objects', () => {
    const shuffled = <T>(all: readonly T[] = []): fc.Arbitrary<readonly T[]> =>
      fc.shuffledSubarray([...all], { minLength: all.length })
    const other = fc.constantFrom(...scenes.map(([, scene]) => scene)).chain((scene) =>
      fc
        .record({
          events: shuffled(scene.events),
          pods: shuffled(scene.pods),
          workloads: shuffled(scene.workloads),
        })
        .map((parts) => [scene, { ...scene, ...parts }] as const),
    )
    fc.assert(fc.property(other, ([scene, mixed]) => assert.deepEqual(storyOf(mixed), storyOf(scene))))
  })
})

describe('the events of an answer', () => {
  const tell = (relevant: readonly ObservedEvent[], components: readonly ComponentVerdict[] = []): Story =>
    tellEvents({ participant: aParticipant(), components, relevant, nowMs: BORN_MS })

  it('are ten at most, with the number of all', () => {
    const relevant = Array.from({ length: 14 }, (_, index) => anEvent({ reason: `Reason${index}` }))
    const { events, total } = tell(relevant)
    assert.deepEqual([events.length, total], [10, 14])
  })

  it('are none when nothing happened', () => assert.deepEqual(tell([]), { events: [], total: 0 }))

  it('come newest first, and within a minute warnings first', () => {
    const times = ['10:00:59', '10:00:01', '10:01:00', '09:59:59']
    const relevant = times.map((time, index) =>
      anEvent({
        type: index === 0 ? 'Normal' : 'Warning',
        reason: `R${index}`,
        lastSeen: `2026-01-01T${time}Z`,
      }),
    )
    assert.deepEqual(
      tell(relevant).events.map(({ reason }) => reason),
      ['R2', 'R1', 'R0', 'R3'],
    )
  })

  it('tell once what happened to several pods, with three of their names', () => {
    const relevant = [1, 2, 3, 4, 5].map((index) => {
      const name = `controlplane-1-abcd${index}`
      return anEvent({
        name,
        count: index,
        message: `back-off ${index}m0s restarting pod ${name}`,
        lastSeen: `2026-01-01T00:0${index}:00Z`,
        about: { kind: 'Pod', name, uid: name, fieldPath: '' },
      })
    })
    const { events } = tell(relevant)
    assert.deepEqual(events, [
      {
        timestamp: '2026-01-01T00:05:00Z',
        type: 'Warning',
        message:
          'back-off 5m0s restarting pod controlplane-1-abcd5 (controlplane-1-abcd1, controlplane-1-abcd2, controlplane-1-abcd3 and 2 more)',
        reason: 'Failed',
        object: 'Pod/controlplane-1-abcd5',
        count: 15,
      },
    ])
  })

  it('are not one for two components, or for two kinds', () => {
    const relevant = [
      anEvent(),
      anEvent({ about: { kind: 'Pod', name: 'dataplane-7d9c4b8f6-abcde', uid: '', fieldPath: '' } }),
      anEvent({ about: { kind: 'Deployment', name: 'controlplane', uid: '', fieldPath: '' } }),
    ]
    assert.equal(tell(relevant).total, 3)
  })

  it('have the time of the participant when they have none of their own', () => {
    assert.equal(tell([anEvent({ lastSeen: '' })]).events[0]?.timestamp, BORN)
  })

  it('do not tell of a component what an event tells already', () => {
    const refusal = (pod: string): string =>
      `pods "controlplane-7d9c4b8f6-${pod}" is forbidden: exceeded quota: pods`
    const failing = aComponent({ ready: false, status: 'Failed', message: refusal('abcde') })
    const event = anEvent({
      reason: 'FailedCreate',
      message: `Error creating: ${refusal('fghij')}`,
      about: { kind: 'ReplicaSet', name: 'controlplane-7d9c4b8f6', uid: '', fieldPath: '' },
    })
    assert.equal(tell([event], [failing]).total, 1)
    assert.equal(
      tell([{ ...event, about: { ...event.about, name: 'dataplane-7d9c4b8f6' } }], [failing]).total,
      2,
    )
    assert.equal(tell([{ ...event, message: 'something else' }], [failing]).total, 2)
    assert.equal(tell([{ ...event, message: '' }], [failing]).total, 2)
  })

  it('tell that a component is ready, or what is wrong with it, but not that it starts', () => {
    const messages = (differs: Partial<ComponentVerdict>): readonly string[] =>
      tell([], [aComponent(differs)]).events.map(({ type, message }) => `${type} ${message}`)
    assert.deepEqual(messages({}), ['Info Deployment controlplane ready'])
    assert.deepEqual(messages({ name: 'web (Deployment)' }), ['Info Deployment web ready'])
    assert.deepEqual(messages({ ready: false, status: 'Starting', reason: 'PodsNotReady', message: 'x' }), [])
    assert.deepEqual(messages({ ready: false, status: 'Failed', reason: 'NotReady', message: 'why' }), [
      'Warning Deployment controlplane: why',
    ])
    const cause = { code: 'ProbeFailing', who: 'operator' } as const
    assert.equal(
      messages({ ready: false, status: 'Starting', reason: 'NotReady', message: 'why', cause }).length,
      1,
    )
    assert.deepEqual(messages({ kind: undefined, status: 'Missing', ready: false }), [])
  })
})
