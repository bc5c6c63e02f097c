import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aDeployment, aStatefulSet, BORN } from '../../test/support/builders.ts'
import type { ObservedCondition, ObservedWorkload } from '../model/observed.ts'
import { judgeWorkload } from './workload.ts'

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
  readonly when: string
  readonly given: ObservedWorkload
  readonly is: string
  readonly ready?: boolean
  readonly reason?: string
}

const cases: readonly Case[] = [
  { when: 'a Deployment has all its pods', given: aDeployment(), is: 'Running', ready: true },
  { when: 'a StatefulSet has all its pods', given: aStatefulSet(), is: 'Running', ready: true },
  {
    when: 'a workload is being deleted, however healthy it looks',
    given: aDeployment({ deletionTimestamp: BORN }),
    is: 'Terminating',
  },
  {
    when: 'the controller has not seen the latest specification, whatever the counts say',
    given: aDeployment({ generation: 2 }),
    is: 'Starting',
    reason: 'NotObserved',
  },
  {
    when: 'there is no status at all yet',
    given: aStatefulSet({ observedGeneration: undefined, current: 0, ready: 0, updated: 0, available: 0 }),
    is: 'Starting',
    reason: 'NotObserved',
  },
  {
    when: 'a Deployment exceeded its progress deadline and nothing serves',
    given: aDeployment({
      updated: 1,
      ready: 0,
      available: 0,
      conditions: [progressing('False', 'ProgressDeadlineExceeded')],
    }),
    is: 'Failed',
    reason: 'ProgressDeadlineExceeded',
  },
  {
    when: 'a Deployment exceeded its progress deadline and the old pods still serve',
    given: aDeployment({
      current: 2,
      available: 1,
      conditions: [progressing('False', 'ProgressDeadlineExceeded')],
    }),
    is: 'Degraded',
    reason: 'ProgressDeadlineExceeded',
  },
  {
    when: 'its ReplicaSet cannot be created',
    given: aDeployment({
      current: 0,
      updated: 0,
      ready: 0,
      available: 0,
      conditions: [progressing('False', 'ReplicaSetCreateError')],
    }),
    is: 'Failed',
  },
  {
    when: 'a complete Deployment is paused',
    given: aDeployment({ paused: true }),
    is: 'Paused',
    ready: true,
  },
  {
    when: 'an incomplete Deployment is paused',
    given: aDeployment({ paused: true, ready: 0, available: 0 }),
    is: 'Paused',
    ready: false,
  },
  {
    when: 'pods cannot be created, for example for a quota',
    given: aDeployment({
      available: 0,
      ready: 0,
      conditions: [condition('ReplicaFailure', 'True', 'FailedCreate')],
    }),
    is: 'Starting',
    reason: 'FailedCreate',
  },
  {
    when: 'all pods are ready but not available yet (minReadySeconds)',
    given: aDeployment({ conditions: [condition('Available', 'False', 'MinimumReplicasUnavailable')] }),
    is: 'Starting',
    reason: 'MinimumReplicasUnavailable',
  },
  {
    when: 'old pods still run beside the new ones',
    given: aDeployment({
      current: 2,
      updated: 1,
      available: 2,
      conditions: [progressing('True', 'ReplicaSetUpdated')],
    }),
    is: 'Starting',
    reason: 'RolloutUnfinished',
  },
  {
    when: 'one of two pods of a completed rollout was lost',
    given: aDeployment({ desired: 2, current: 2, updated: 2, ready: 1, available: 1 }),
    is: 'Degraded',
    reason: 'PodsNotReady',
  },
  {
    when: 'more pods are ready than wanted while it is scaled down',
    given: aDeployment({ desired: 1, current: 2, updated: 2, ready: 2, available: 2 }),
    is: 'Starting',
    reason: 'RolloutUnfinished',
  },
  {
    when: 'no pod exists yet',
    given: aDeployment({ current: 0, updated: 0, ready: 0, available: 0, conditions: [] }),
    is: 'Pending',
  },
  {
    when: 'it is scaled to zero and no pod is left',
    given: aDeployment({ desired: 0, current: 0, updated: 0, ready: 0, available: 0 }),
    is: 'Stopped',
  },
  { when: 'it is scaled to zero and pods still end', given: aStatefulSet({ desired: 0 }), is: 'Stopping' },
  {
    when: 'a StatefulSet rolls out a new revision',
    given: aStatefulSet({ updateRevision: 'postgres-2', updated: 0 }),
    is: 'Starting',
    reason: 'RolloutUnfinished',
  },
  {
    when: 'a StatefulSet has rolled out the part that its partition allows',
    given: aStatefulSet({
      desired: 3,
      current: 3,
      ready: 3,
      partition: 2,
      updated: 1,
      updateRevision: 'postgres-2',
    }),
    is: 'Running',
    ready: true,
  },
  {
    when: 'a StatefulSet has not yet rolled out what its partition allows',
    given: aStatefulSet({
      desired: 3,
      current: 3,
      ready: 3,
      partition: 1,
      updated: 1,
      updateRevision: 'postgres-2',
    }),
    is: 'Starting',
  },
  {
    when: 'pods are only replaced on deletion and run the earlier revision',
    given: aStatefulSet({ onDelete: true, updateRevision: 'postgres-2', updated: 0 }),
    is: 'Running',
    ready: true,
  },
  {
    when: 'the pods of a StatefulSet are ready but not for minReadySeconds',
    given: aStatefulSet({ minReadySeconds: 10, available: 0 }),
    is: 'Starting',
    reason: 'PodsNotReady',
  },
]

describe('judging a workload by its own status', () => {
  for (const { when, given, is, ready = false, reason } of cases)
    it(`says ${is}${ready ? ' and ready' : ''} when ${when}`, () => {
      const verdict = judgeWorkload(given)
      assert.equal(verdict.status, is)
      assert.equal(verdict.ready, ready)
      if (reason !== undefined) assert.equal(verdict.reason, reason)
      if (!ready) assert.notEqual(verdict.message, '')
    })

  it('tells how many pods wait for somebody to delete them', () => {
    const { message } = judgeWorkload(
      aStatefulSet({ onDelete: true, updateRevision: 'postgres-2', updated: 0 }),
    )
    assert.match(message, /1 pod of the earlier specification/)
  })
})
