/** What holds for every pod, not only for those that somebody thought of. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { aClaim, aDeployment, anEvent, aPod, aStatefulSet } from '../../../test/support/builders.ts'
import type {
  ObservedClaim,
  ObservedContainer,
  ObservedEvent,
  ObservedPod,
  ObservedTermination,
  ObservedWorkload,
} from '../../model/observed.ts'
import { type ComponentSubject, diagnose } from './diagnose.ts'
import { aNewContainer, at, atMs } from './for-tests.ts'

/** The past, in seconds; what is asked about comes after it. */
const PAST_S = 1000
const AHEAD_S = 2000

const time = fc.integer({ min: 0, max: PAST_S }).map(at)
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined })

/** Without the members that are undefined, as the projections make them. */
function present<T extends object>(value: object): T {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as T
}

const termination: fc.Arbitrary<ObservedTermination> = fc.record({
  reason: fc.constantFrom('Error', 'OOMKilled', 'Completed', 'StartError', ''),
  exitCode: fc.constantFrom(0, 1, 128, 137),
  signal: fc.constantFrom(0, 9),
  message: fc.constantFrom('', 'no database\n\tat Main.main(Main.java)'),
  startedAt: time,
  finishedAt: time,
})
const waiting = fc.record({
  reason: fc.constantFrom(
    'CrashLoopBackOff',
    'ImagePullBackOff',
    'ErrImagePull',
    'InvalidImageName',
    'CreateContainerConfigError',
    'RunContainerError',
    'ContainerCreating',
    'SomethingNew',
    '',
  ),
  message: fc.constantFrom(
    '',
    'not found',
    'secret "x" not found',
    'failed to sync secret cache',
    'i/o timeout',
  ),
})
const container: fc.Arbitrary<ObservedContainer> = fc
  .record({
    name: fc.constantFrom('main', 'other'),
    kind: fc.constantFrom('init', 'sidecar', 'main'),
    ready: fc.boolean(),
    restarts: fc.integer({ min: 0, max: 3 }),
    state: fc.oneof(
      fc.record({ waiting }),
      fc.record({ runningSince: time }),
      fc.record({ terminated: termination }),
      fc.constant({}),
    ),
    lastTerminated: maybe(termination),
    probes: maybe(fc.constant([{ kind: 'readiness', asks: 'tcp :1', budgetMs: 20_000 } as const])),
  })
  .map(({ state, ...differs }) => aNewContainer(present({ ...differs, ...state })))

const pod: fc.Arbitrary<ObservedPod> = fc
  .record({
    name: fc.constantFrom('controlplane-1-abcde', 'postgres-0', 'postgres-1', 'postgres-10'),
    uid: fc.constantFrom('', 'uid-pod'),
    revision: fc.constantFrom('1', '2'),
    creationTimestamp: time,
    phase: fc.constantFrom('Pending', 'Running', 'Failed', 'Succeeded', 'Unknown'),
    reason: fc.constantFrom('', 'Evicted', 'NodeLost', 'DeadlineExceeded', 'ReadinessGatesNotReady'),
    ready: fc.boolean(),
    readyTurnedAt: time,
    node: fc.constantFrom('', 'node-1'),
    claims: fc.subarray(['data-postgres-0']),
    unscheduled: maybe(
      fc.record({
        reason: fc.constantFrom('Unschedulable', 'SchedulingGated'),
        message: fc.constantFrom(
          '0/1 nodes are available: 1 Insufficient cpu.',
          "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
          'pod has unbound immediate PersistentVolumeClaims',
        ),
        since: time,
      }),
    ),
    deletion: fc.oneof(
      fc.constant({ terminating: false }),
      fc.record({ terminating: fc.constant(true), deletionTimestamp: time }),
    ),
    disruption: maybe(fc.constant({ reason: 'EvictionByEvictionAPI', message: '' })),
    containers: fc.uniqueArray(container, { maxLength: 2, selector: ({ name }) => name }),
  })
  .map(({ deletion, ...differs }) => aPod(present({ ...differs, ...deletion })))

const event: fc.Arbitrary<ObservedEvent> = fc
  .record({
    uid: fc.uuid(),
    reason: fc.constantFrom(
      'Failed',
      'Unhealthy',
      'FailedCreate',
      'FailedMount',
      'FailedCreatePodSandBox',
      'NodeNotReady',
      'TriggeredScaleUp',
    ),
    message: fc.constantFrom(
      'Failed to pull image "controlplane:1": not found',
      'exceeded quota: q',
      'Readiness probe failed: 503',
      'Liveness probe failed: 503',
      'secret "x" not found',
    ),
    count: fc.integer({ min: 1, max: 4 }),
    seen: fc.tuple(time, time).map((both) => both.toSorted()),
    about: fc.constantFrom(
      { kind: 'Pod', name: 'controlplane-1-abcde', uid: 'uid-pod', fieldPath: '' },
      { kind: 'StatefulSet', name: 'postgres', uid: '', fieldPath: '' },
      { kind: 'Deployment', name: 'controlplane', uid: '', fieldPath: '' },
    ),
  })
  .map(({ seen: [firstSeen = '', lastSeen = ''], ...differs }) =>
    anEvent({ ...differs, firstSeen, lastSeen }),
  )

const claim: fc.Arbitrary<ObservedClaim> = fc
  .record({ phase: fc.constantFrom('Pending', 'Bound', 'Lost'), creationTimestamp: time })
  .map((differs) => aClaim(differs))

const workload: fc.Arbitrary<ObservedWorkload> = fc
  .record({
    desired: fc.integer({ min: 0, max: 3 }),
    set: fc.boolean(),
    recreate: fc.boolean(),
    onDelete: fc.boolean(),
    refusedAt: maybe(time),
  })
  .map(({ set, refusedAt, ...differs }) => {
    const type = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'no' } as const
    const conditions = refusedAt === undefined ? [] : [{ ...type, lastTransitionTime: refusedAt }]
    return set ? aStatefulSet(differs) : aDeployment({ ...differs, conditions })
  })

const subject: fc.Arbitrary<ComponentSubject> = fc.record({
  workload,
  pods: fc.uniqueArray(pod, { maxLength: 4, selector: ({ name }) => name }),
  claims: fc.array(claim, { maxLength: 1 }),
  events: fc.array(event, { maxLength: 4 }),
  nowMs: fc.integer({ min: PAST_S, max: PAST_S + AHEAD_S }).map(atMs),
})

describe('every diagnosis', () => {
  it('is the same until the time at which it is to be looked at again', () => {
    fc.assert(
      fc.property(subject, fc.integer({ min: 1, max: AHEAD_S * 1000 }), (given, laterMs) => {
        const now = diagnose(given)
        const untilMs = now.recheckAtMs ?? Infinity
        const nowMs = Math.min(given.nowMs + laterMs, untilMs - 1)
        assert.deepEqual(diagnose({ ...given, nowMs }), now)
      }),
      { numRuns: 5000 },
    )
  })

  it('does not depend on the order of anything', () => {
    const shuffled = <T>(items: readonly T[]): fc.Arbitrary<readonly T[]> =>
      fc.shuffledSubarray([...items], { minLength: items.length })
    const twice = subject.chain((given) =>
      fc
        .record({
          pods: shuffled(given.pods),
          claims: shuffled(given.claims),
          events: shuffled(given.events),
        })
        .map((other) => [given, { ...given, ...other }] as const),
    )
    fc.assert(
      fc.property(twice, ([one, other]) => assert.deepEqual(diagnose(one), diagnose(other))),
      { numRuns: 2000 },
    )
  })

  it('says that nobody acts while a verdict is awaited, and always has words', () => {
    fc.assert(
      fc.property(subject, (given) => {
        const { worst } = diagnose(given)
        if (worst === undefined) return
        const awaited = worst.verdictAtMs !== undefined && worst.verdictAtMs > given.nowMs
        if (awaited) assert.equal(worst.who, 'nobody yet')
        assert.notEqual(worst.message, '')
        assert.notEqual(worst.reason, '')
      }),
      { numRuns: 2000 },
    )
  })
})
