/** What holds for every state of a cluster, not only for those that somebody thought of. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  aContainer,
  aDeployment,
  aHealthySnapshot,
  anEvent,
  aPod,
  aStatefulSet,
  BORN,
  BORN_MS,
} from '../../test/support/builders.ts'
import type {
  ObservedCondition,
  ObservedContainer,
  ObservedEvent,
  ObservedPod,
  ObservedWorkload,
} from '../model/observed.ts'
import { COMPONENTS, type Phase } from '../model/participant.ts'
import { judge, type Snapshot, type Verdict } from './participant.ts'

const counts = fc.integer({ min: 0, max: 3 })
const time = fc
  .integer({ min: 0, max: 1200 })
  .map((second) => new Date(BORN_MS + second * 1000).toISOString())

const conditions: fc.Arbitrary<readonly ObservedCondition[]> = fc.array(
  fc.record({
    type: fc.constantFrom('Available', 'Progressing', 'ReplicaFailure'),
    status: fc.constantFrom('True', 'False', 'Unknown'),
    reason: fc.constantFrom('NewReplicaSetAvailable', 'ProgressDeadlineExceeded', 'FailedCreate', 'Other'),
    message: fc.constantFrom('', 'exceeded quota: q', 'something'),
    lastTransitionTime: time,
  }),
  { maxLength: 3 },
)

const workload = (name: string): fc.Arbitrary<ObservedWorkload> =>
  fc
    .record({
      desired: counts,
      current: counts,
      updated: counts,
      ready: counts,
      available: counts,
      ofCurrentRevision: counts,
      generation: fc.integer({ min: 1, max: 2 }),
      observedGeneration: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined }),
      paused: fc.boolean(),
      conditions,
    })
    .map((differs) =>
      name === 'postgres' ? aStatefulSet({ name, ...differs }) : aDeployment({ name, ...differs }),
    )

const termination = fc.record({
  reason: fc.constantFrom('Error', 'OOMKilled', 'Completed', 'StartError', ''),
  exitCode: fc.constantFrom(0, 1, 128, 137),
  signal: fc.constantFrom(0, 9),
  message: fc.constantFrom('', 'no database'),
  startedAt: time,
  finishedAt: time,
})
const waiting = fc.record({
  reason: fc.constantFrom(
    'CrashLoopBackOff',
    'ImagePullBackOff',
    'ErrImagePull',
    'CreateContainerConfigError',
    'RunContainerError',
    'ContainerCreating',
    'SomethingNew',
    '',
  ),
  message: fc.constantFrom('', 'not found', 'Back-off pulling image "x"', 'i/o timeout'),
})
const container: fc.Arbitrary<ObservedContainer> = fc
  .record(
    {
      kind: fc.constantFrom('init', 'sidecar', 'main'),
      ready: fc.boolean(),
      restarts: counts,
      waiting,
      runningSince: time,
      terminated: termination,
      lastTerminated: termination,
    },
    { requiredKeys: ['kind', 'ready', 'restarts'] },
  )
  .map((differs) => aContainer(differs as Partial<ObservedContainer>))

const pod: fc.Arbitrary<ObservedPod> = fc
  .record({
    name: fc.stringMatching(/^pod-[a-z0-9]{5}$/u),
    component: fc.constantFrom(...COMPONENTS),
    revision: fc.constantFrom('1', '2'),
    creationTimestamp: time,
    terminating: fc.boolean(),
    phase: fc.constantFrom('Pending', 'Running', 'Failed', 'Succeeded'),
    reason: fc.constantFrom('', 'Evicted', 'NodeLost'),
    ready: fc.boolean(),
    readyTurnedAt: time,
    node: fc.constantFrom('', 'node-1'),
    containers: fc.array(container, { maxLength: 3 }),
  })
  .map((differs) => aPod({ uid: differs.name, componentKind: undefined, ...differs }))

const event: fc.Arbitrary<ObservedEvent> = fc
  .record({
    reason: fc.constantFrom(
      'Failed',
      'BackOff',
      'FailedScheduling',
      'Unhealthy',
      'FailedCreate',
      'FailedMount',
    ),
    message: fc.constantFrom('not found', 'exceeded quota: q', 'Readiness probe failed: 503'),
    lastSeen: time,
    uid: fc.stringMatching(/^[a-f0-9]{8}$/u),
  })
  .map((differs) => anEvent(differs))

const snapshot: fc.Arbitrary<Snapshot> = fc
  .record({
    workloads: fc.tuple(...COMPONENTS.map(workload)).chain((all) => fc.subarray([...all])),
    pods: fc.uniqueArray(pod, { maxLength: 6, selector: ({ name }) => name }),
    events: fc.uniqueArray(event, { maxLength: 5, selector: ({ uid }) => uid }),
    everReady: fc.boolean(),
    nowMs: fc.integer({ min: 0, max: 1500 }).map((second) => BORN_MS + second * 1000),
  })
  .map((differs) => aHealthySnapshot(differs))

/** Lower is better. */
const RANK: Readonly<Record<Phase, number>> = {
  READY: 0,
  PROVISIONING: 1,
  DEGRADED: 2,
  FAILED: 3,
  DELETING: 4,
  NOT_FOUND: 5,
}

const shuffled = <T>(items: readonly T[]): fc.Arbitrary<readonly T[]> =>
  fc.shuffledSubarray([...items], { minLength: items.length })

describe('every verdict', () => {
  it('is READY only when every expected component is ready', () =>
    fc.assert(
      fc.property(snapshot, (given) => {
        const { phase, components } = judge(given)
        if (phase === 'READY') assert.ok(components.every(({ ready }) => ready))
        assert.deepEqual(
          components.map(({ name }) => name),
          [...COMPONENTS],
        )
      }),
    ))

  it('does not depend on the order in which objects arrived', () =>
    fc.assert(
      fc.property(
        snapshot.chain((given) =>
          fc.record({
            given: fc.constant(given),
            workloads: shuffled(given.workloads),
            pods: shuffled(given.pods),
            events: shuffled(given.events),
          }),
        ),
        ({ given, ...other }) => assert.deepEqual(judge({ ...given, ...other }), judge(given)),
      ),
    ))

  it('is not worse for a healthy pod more', () =>
    fc.assert(
      fc.property(snapshot, fc.constantFrom(...COMPONENTS), (given, component) => {
        const revision = given.pods.find((each) => each.component === component)?.revision ?? '1'
        const more = aPod({
          name: 'pod-healthy',
          uid: 'uid-healthy',
          component,
          revision,
          creationTimestamp: BORN,
        })
        const before = judge(given)
        const after = judge({ ...given, pods: [...given.pods, more] })
        assert.ok(RANK[after.phase] <= RANK[before.phase], `${before.phase} became ${after.phase}`)
      }),
    ))

  it('says why, and since when it holds, of everything that is not ready', () =>
    fc.assert(
      fc.property(snapshot, (given) => {
        const verdict: Verdict = judge(given)
        assert.notEqual(verdict.message, '')
        assert.match(verdict.reason, /^[A-Z][A-Za-z0-9]*$/u)
        for (const { ready, message, reason, since } of verdict.components) {
          assert.notEqual(reason, '')
          assert.notEqual(since, '')
          if (!ready) assert.notEqual(message, '')
        }
      }),
    ))

  it('is the same again a moment before it announces to change', () =>
    fc.assert(
      fc.property(snapshot, (given) => {
        const verdict = judge(given)
        if (verdict.recheckAtMs === undefined || verdict.recheckAtMs <= given.nowMs + 1) return
        const later = judge({ ...given, nowMs: verdict.recheckAtMs - 1 })
        assert.equal(later.phase, verdict.phase)
      }),
    ))

  it('looks at itself again only in the future', () =>
    fc.assert(
      fc.property(snapshot, (given) => {
        const { recheckAtMs } = judge(given)
        if (recheckAtMs !== undefined) assert.ok(recheckAtMs > given.nowMs)
      }),
    ))
})
