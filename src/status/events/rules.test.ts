import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  aClaim,
  aContainer,
  aDeployment,
  anEvent,
  aPod,
  aStatefulSet,
  BORN_MS,
} from '../../../test/support/builders.ts'
import type { ObservedContainer, ObservedEvent, ObservedPod, ObservedWorkload } from '../../model/observed.ts'
import type { EventRule } from './event-rule.ts'
import { EVENT_RULES } from './rules.ts'
import type { CurrentSubject } from './subjects.ts'

interface Case {
  readonly event: Partial<ObservedEvent>
  readonly subject: CurrentSubject
  /** Seconds after the birth of everything. */
  readonly now?: number
}

const at = (seconds: number): string => `${new Date(BORN_MS + seconds * 1000).toISOString().slice(0, 19)}Z`
const pod = (differs: Partial<ObservedPod> = {}): CurrentSubject => ({
  kind: 'pod',
  pod: aPod(differs),
})
const unready = (container: Partial<ObservedContainer>): CurrentSubject =>
  pod({ ready: false, containers: [aContainer({ ready: false, ...container })] })
const workload = (differs: ObservedWorkload): CurrentSubject => ({
  kind: 'workload',
  workload: differs,
})
const claim = (phase: string): CurrentSubject => ({
  kind: 'claim',
  claim: aClaim({ phase }),
})

const waitsForImage = { waiting: { reason: 'ImagePullBackOff', message: '' } }
const pulling = 'Pulling image "controlplane:1"'
const cannotPull = { reason: 'Failed', message: 'Failed to pull image "controlplane:1": not found' }
const crashed = { reason: 'Error', exitCode: 1, signal: 0, message: '', startedAt: at(0), finishedAt: at(90) }
const shaky = pod({
  readyTurnedAt: at(100),
  containers: [aContainer({ restarts: 4, runningSince: at(95), lastTerminated: crashed })],
})
const probes = [
  { kind: 'startup', asks: 'GET :8080/', budgetMs: 60_000 },
  { kind: 'readiness', asks: 'GET :8080/', budgetMs: 30_000 },
] as const
const starting = unready({ runningSince: at(100), probes })
const unhealthy = (kind: string, seconds: number): Partial<ObservedEvent> => ({
  reason: 'Unhealthy',
  message: `${kind} probe failed: HTTP probe failed with statuscode: 503`,
  lastSeen: at(seconds),
})

const cases: Readonly<Record<string, { readonly dropped: readonly Case[]; readonly kept: readonly Case[] }>> =
  {
    'what every start passes through is not told': {
      dropped: ['Started', 'Created', 'Scheduled', 'Pulled', 'SuccessfulCreate', 'SomethingNew'].map(
        (reason) => ({
          event: { type: 'Normal', reason },
          subject: pod(),
        }),
      ),
      kept: [
        ...[
          'Killing',
          'ScalingReplicaSet',
          'TriggeredScaleUp',
          'NodeNotReady',
          'Preempted',
          'SyncFailed',
        ].map((reason) => ({
          event: { type: 'Normal' as const, reason },
          subject: pod(),
        })),
        { event: { type: 'Warning', reason: 'SomethingNew' }, subject: pod() },
      ],
    },
    'the deletion of a pod is told only during a roll-out': {
      dropped: [{ event: { reason: 'SuccessfulDelete' }, subject: workload(aDeployment()) }],
      kept: [
        { event: { reason: 'SuccessfulDelete' }, subject: workload(aDeployment({ updated: 0 })) },
        { event: { reason: 'SuccessfulDelete' }, subject: workload(aStatefulSet({ current: 2 })) },
      ],
    },
    'what is said about an image is over once the container does not wait for it': {
      dropped: [
        { event: cannotPull, subject: unready({ runningSince: at(9) }) },
        { event: cannotPull, subject: unready({ waiting: { reason: 'CrashLoopBackOff', message: '' } }) },
        { event: { type: 'Normal', reason: 'Pulling', message: pulling }, subject: pod() },
      ],
      kept: [
        { event: cannotPull, subject: unready(waitsForImage) },
        {
          event: { type: 'Normal', reason: 'Pulling', message: pulling },
          subject: unready({ waiting: { reason: 'ContainerCreating', message: '' } }),
        },
        {
          event: { reason: 'BackOff', message: 'Back-off restarting failed container' },
          subject: unready({}),
        },
        {
          event: { ...cannotPull, about: { ...anEvent().about, fieldPath: 'spec.initContainers{prepare}' } },
          subject: pod({
            ready: false,
            containers: [aContainer({ name: 'prepare', kind: 'init', ...waitsForImage }), aContainer()],
          }),
        },
      ],
    },
    'trouble with scheduling is over once the pod has a node': {
      dropped: [{ event: { reason: 'FailedScheduling' }, subject: unready({}) }],
      kept: [
        { event: { reason: 'FailedScheduling' }, subject: pod({ node: '', ready: false }) },
        { event: { reason: 'TriggeredScaleUp', type: 'Normal' }, subject: pod({ node: '', ready: false }) },
      ],
    },
    'what came before a pod became ready is over': {
      dropped: [
        ...[
          'Unhealthy',
          'BackOff',
          'FailedScheduling',
          'FailedMount',
          'Failed',
          'Killing',
          'NodeNotReady',
        ].map((reason) => ({
          event: { reason, lastSeen: at(99) },
          subject: pod({ readyTurnedAt: at(100) }),
        })),
        { event: { reason: 'Unhealthy', lastSeen: at(100) }, subject: pod({ readyTurnedAt: at(100) }) },
        { event: { reason: 'BackOff', lastSeen: at(99) }, subject: shaky, now: 155 },
      ],
      kept: [
        { event: { reason: 'Unhealthy', lastSeen: at(101) }, subject: pod({ readyTurnedAt: at(100) }) },
        {
          event: { reason: 'Unhealthy', lastSeen: at(99) },
          subject: pod({ ready: false, readyTurnedAt: at(100) }),
        },
        { event: { reason: 'PolicyViolation', lastSeen: at(99) }, subject: pod({ readyTurnedAt: at(100) }) },
        { event: { reason: 'Unhealthy', lastSeen: at(99) }, subject: pod({ readyTurnedAt: '' }) },
        { event: { reason: 'BackOff', lastSeen: at(99) }, subject: shaky, now: 154 },
      ],
    },
    'the refusal of pods is over once all of them are there': {
      dropped: [
        { event: { reason: 'FailedCreate' }, subject: workload(aDeployment()) },
        { event: { reason: 'FailedCreate' }, subject: workload(aStatefulSet({ updated: 0 })) },
      ],
      kept: [
        { event: { reason: 'FailedCreate' }, subject: workload(aDeployment({ current: 0, updated: 0 })) },
        { event: { reason: 'FailedCreate' }, subject: workload(aDeployment({ updated: 0 })) },
        { event: { reason: 'FailedCreate' }, subject: workload(aStatefulSet({ current: 0 })) },
      ],
    },
    'trouble with a claim is over once it is bound': {
      dropped: [{ event: { reason: 'ProvisioningFailed' }, subject: claim('Bound') }],
      kept: [
        { event: { reason: 'ProvisioningFailed' }, subject: claim('Pending') },
        { event: { reason: 'VolumeResizeFailed' }, subject: claim('Bound') },
      ],
    },
    'a probe that fails while its container is still starting is part of the start': {
      dropped: [
        { event: unhealthy('Startup', 159), subject: starting, now: 159 },
        { event: unhealthy('Startup', 159), subject: starting, now: 900 },
        { event: unhealthy('Readiness', 150), subject: starting, now: 190 },
      ],
      kept: [
        { event: unhealthy('Startup', 161), subject: starting, now: 161 },
        { event: unhealthy('Readiness', 150), subject: starting, now: 191 },
        { event: unhealthy('Liveness', 99), subject: starting, now: 101 },
        {
          event: unhealthy('Readiness', 150),
          subject: unready({ waiting: { reason: 'CrashLoopBackOff', message: '' }, probes }),
          now: 151,
        },
        {
          event: { reason: 'Unhealthy', message: 'something else', lastSeen: at(101) },
          subject: starting,
          now: 102,
        },
      ],
    },
    'after an hour only what explains a condition that still holds is told': {
      dropped: [
        { event: { reason: 'PolicyViolation' }, subject: pod(), now: 3601 },
        { event: {}, subject: pod({ ready: false, phase: 'Failed', reason: 'Evicted' }), now: 3601 },
        { event: {}, subject: workload(aDeployment()), now: 3601 },
        { event: {}, subject: claim('Bound'), now: 3601 },
        { event: {}, subject: { kind: 'namespace' }, now: 3601 },
      ],
      kept: [
        { event: { reason: 'PolicyViolation' }, subject: pod(), now: 3600 },
        { event: { lastSeen: '' }, subject: pod(), now: 99_999 },
        { event: {}, subject: unready({}), now: 99_999 },
        { event: { lastSeen: at(-4000) }, subject: shaky, now: 99 },
        { event: {}, subject: workload(aDeployment({ available: 0, ready: 0 })), now: 99_999 },
        { event: {}, subject: claim('Pending'), now: 99_999 },
      ],
    },
  }

function drops(rule: EventRule, { event, subject, now = 120 }: Case): boolean {
  return rule.drops({ event: anEvent(event), subject, nowMs: BORN_MS + now * 1000 })
}

describe('an event about a current object', () => {
  for (const rule of EVENT_RULES)
    it(rule.name, () => {
      const { dropped, kept } = cases[rule.name] ?? assert.fail('the rule has no cases')
      for (const one of dropped) assert.equal(drops(rule, one), true, JSON.stringify(one))
      for (const one of kept) assert.equal(drops(rule, one), false, JSON.stringify(one))
    })
})
