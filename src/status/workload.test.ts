import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aDeployment, aStatefulSet, BORN } from '../../test/support/builders.ts'
import type { ObservedCondition, ObservedWorkload } from '../model/observed.ts'
import { judgeWorkload, WORKLOAD_RULES } from './workload.ts'

const condition = (type: string, status: 'True' | 'False', reason: string): ObservedCondition => ({
  type,
  status,
  reason,
  message: `${reason} it was`,
  lastTransitionTime: BORN,
})
const progressing = (status: 'True' | 'False', reason: string): ObservedCondition =>
  condition('Progressing', status, reason)

interface Case {
  readonly given: ObservedWorkload
  readonly is: string
  readonly ready?: boolean
  readonly reason?: string
}

const none = { ready: 0, available: 0 }
const nothing = { ...none, current: 0, updated: 0 }
const gaveUp = (reason: string) => ({ conditions: [progressing('False', reason)] })

/** Under the name of the rule that decides; the first word of a case tells what is particular about it. */
const BY_RULE: Readonly<Record<string, Readonly<Record<string, Case>>>> = {
  'a workload that is being deleted is Terminating, however healthy it looks': {
    healthy: { given: aDeployment({ deletionTimestamp: BORN }), is: 'Terminating' },
    stale: { given: aStatefulSet({ deletionTimestamp: BORN, generation: 2 }), is: 'Terminating' },
  },
  'a status of an earlier specification says nothing: the workload is Starting': {
    'full counts': { given: aDeployment({ generation: 2 }), is: 'Starting', reason: 'NotObserved' },
    'no status at all': {
      given: aStatefulSet({ ...nothing, observedGeneration: undefined }),
      is: 'Starting',
      reason: 'NotObserved',
    },
    'no status and no pods wanted': {
      given: aStatefulSet({ ...nothing, desired: 0, observedGeneration: undefined }),
      is: 'Starting',
      reason: 'NotObserved',
    },
    'a failure of the earlier one': {
      given: aDeployment({ generation: 2, ...none, ...gaveUp('ProgressDeadlineExceeded') }),
      is: 'Starting',
    },
  },
  'a workload scaled to zero is Stopping while pods are left, then Stopped': {
    'pods left': { given: aStatefulSet({ desired: 0 }), is: 'Stopping', reason: 'ScalingToZero' },
    'none left': { given: aDeployment({ desired: 0, ...nothing }), is: 'Stopped', reason: 'ScaledToZero' },
  },
  'a rollout that its controller gave up is Failed, or Degraded while old pods serve': {
    'nothing serves': {
      given: aDeployment({ ...none, ...gaveUp('ProgressDeadlineExceeded') }),
      is: 'Failed',
      reason: 'ProgressDeadlineExceeded',
    },
    'the old one serves': {
      given: aDeployment({ current: 2, ...gaveUp('ProgressDeadlineExceeded') }),
      is: 'Degraded',
      reason: 'ProgressDeadlineExceeded',
    },
    'its ReplicaSet cannot be made': {
      given: aDeployment({ ...nothing, ...gaveUp('ReplicaSetCreateError') }),
      is: 'Failed',
      reason: 'ReplicaSetCreateError',
    },
  },
  'a paused Deployment is Paused, and ready by its counts': {
    complete: { given: aDeployment({ paused: true }), is: 'Paused', ready: true },
    incomplete: { given: aDeployment({ paused: true, ...none }), is: 'Paused' },
  },
  'a workload whose pods cannot be created is not ready, and says what the API server said': {
    'none there': {
      given: aDeployment({ ...nothing, conditions: [condition('ReplicaFailure', 'True', 'FailedCreate')] }),
      is: 'Pending',
      reason: 'FailedCreate',
    },
    'some there': {
      given: aDeployment({ ...none, conditions: [condition('ReplicaFailure', 'True', 'FailedCreate')] }),
      is: 'Starting',
      reason: 'FailedCreate',
    },
  },
  'a Deployment that does not progress for another reason is not ready': {
    'full counts': { given: aDeployment(gaveUp('SomethingNew')), is: 'Starting', reason: 'SomethingNew' },
  },
  'counts that are short of the specification are not ready: Starting in a rollout, Degraded after a loss': {
    'no pod yet': { given: aDeployment({ ...nothing, conditions: [] }), is: 'Pending' },
    'a new revision beside the old one': {
      given: aDeployment({
        current: 2,
        updated: 1,
        available: 2,
        conditions: [progressing('True', 'ReplicaSetUpdated')],
      }),
      is: 'Starting',
      reason: 'RolloutUnfinished',
    },
    'two of three in a first start': {
      given: aDeployment({
        desired: 3,
        current: 3,
        updated: 3,
        ready: 2,
        available: 2,
        conditions: [progressing('True', 'ReplicaSetUpdated')],
      }),
      is: 'Starting',
      reason: 'PodsNotReady',
    },
    'one of two after a complete rollout': {
      given: aDeployment({ desired: 2, current: 2, updated: 2 }),
      is: 'Degraded',
      reason: 'PodsNotReady',
    },
    'one of two of a StatefulSet': {
      given: aStatefulSet({ desired: 2, current: 2, updated: 2 }),
      is: 'Degraded',
      reason: 'PodsNotReady',
    },
    'one too many, all of the latest specification': {
      given: aDeployment({ current: 2, updated: 2, ready: 2, available: 2 }),
      is: 'Running',
      ready: true,
    },
    'one too many, and only one of the latest specification': {
      given: aDeployment({ current: 2, updated: 1, ready: 2, available: 2 }),
      is: 'Starting',
      reason: 'RolloutUnfinished',
    },
    'a StatefulSet with one too many, all of the latest specification': {
      given: aStatefulSet({ current: 2, updated: 2, ready: 2, available: 2 }),
      is: 'Running',
      ready: true,
    },
    'a StatefulSet with one too many of an earlier specification': {
      given: aStatefulSet({ current: 2, updated: 1, ready: 2, available: 2 }),
      is: 'Starting',
      reason: 'RolloutUnfinished',
    },
    'a StatefulSet in a rollout': {
      given: aStatefulSet({ updateRevision: 'postgres-2', updated: 0 }),
      is: 'Starting',
      reason: 'RolloutUnfinished',
    },
    'a StatefulSet without revisions whose pods are of none': {
      given: withoutRevisions({ updated: 0, ofCurrentRevision: 0 }),
      is: 'Starting',
    },
    'a StatefulSet without revisions whose pods are updated': {
      given: withoutRevisions({ updated: 1, ofCurrentRevision: 0 }),
      is: 'Running',
      ready: true,
    },
    'a StatefulSet without revisions whose pods are current': {
      given: withoutRevisions({ updated: 0, ofCurrentRevision: 1 }),
      is: 'Running',
      ready: true,
    },
    'a partition that is rolled out': {
      given: partitioned({ partition: 2, updated: 1 }),
      is: 'Running',
      ready: true,
    },
    'a partition that is not': { given: partitioned({ partition: 1, updated: 1 }), is: 'Starting' },
    'a partition beyond the last pod': {
      given: partitioned({ partition: 9, updated: 0 }),
      is: 'Running',
      ready: true,
    },
    'pods replaced on deletion only': {
      given: aStatefulSet({ onDelete: true, updateRevision: 'postgres-2', updated: 0 }),
      is: 'Running',
      ready: true,
    },
    'a pod replaced on deletion that is not ready': {
      given: aStatefulSet({ onDelete: true, ...none }),
      is: 'Starting',
    },
    'a StatefulSet that is ready but not for minReadySeconds': {
      given: aStatefulSet({ minReadySeconds: 10, available: 0 }),
      is: 'Starting',
      reason: 'PodsNotReady',
    },
  },
  'a Deployment whose pods are ready but not available yet is not ready': {
    'full counts': {
      given: aDeployment({ conditions: [condition('Available', 'False', 'MinimumReplicasUnavailable')] }),
      is: 'Starting',
      reason: 'MinimumReplicasUnavailable',
    },
  },
}

function withoutRevisions(differs: Partial<ObservedWorkload>): ObservedWorkload {
  const { currentRevision: _current, updateRevision: _update, ...plain } = aStatefulSet()
  return { ...plain, ...differs }
}

function partitioned(differs: Partial<ObservedWorkload>): ObservedWorkload {
  return aStatefulSet({ desired: 3, current: 3, ready: 3, updateRevision: 'postgres-2', ...differs })
}

describe('judging a workload by its own status', () => {
  it('has a test for every rule', () => {
    assert.deepEqual(
      Object.keys(BY_RULE),
      WORKLOAD_RULES.map(({ name }) => name),
    )
  })

  it('a workload that has all it wants is Running and ready', () => {
    for (const given of [
      aDeployment(),
      aStatefulSet(),
      aDeployment({ desired: 3, current: 3, updated: 3, available: 3 }),
    ])
      assert.deepEqual(judgeWorkload(given), {
        status: 'Running',
        ready: true,
        reason: 'Running',
        message: '',
      })
  })

  for (const [rule, cases] of Object.entries(BY_RULE))
    describe(rule, () => {
      for (const [what, { given, is, ready = false, reason }] of Object.entries(cases))
        it(`${what}: ${is}${ready ? ', ready' : ''}`, () => {
          const verdict = judgeWorkload(given)
          assert.equal(verdict.status, is)
          assert.equal(verdict.ready, ready)
          if (reason !== undefined) assert.equal(verdict.reason, reason)
          if (!ready) assert.notEqual(verdict.message, '')
        })
    })

  it('tells how many pods wait for somebody to delete them', () => {
    const { message } = judgeWorkload(
      aStatefulSet({ onDelete: true, updateRevision: 'postgres-2', updated: 0 }),
    )
    assert.match(message, /1 pod of the earlier specification/)
  })
})
