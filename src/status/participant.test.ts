import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  aContainer,
  aDeployment,
  aHealthySnapshot,
  aNamespace,
  aParticipant,
  aPod,
  aStatefulSet,
  BORN,
  BORN_MS,
} from '../../test/support/builders.ts'
import type { ObservedWorkload } from '../model/observed.ts'
import type { ParticipantStatus } from '../model/participant.ts'
import { judge, type Snapshot } from './participant.ts'

const healthy = aHealthySnapshot()
const down = (workload: ObservedWorkload): ObservedWorkload => ({
  ...workload,
  ready: 0,
  available: 0,
  conditions: [],
})
const allDown: Partial<Snapshot> = { workloads: healthy.workloads.map(down) }
const without = (name: string): readonly ObservedWorkload[] =>
  healthy.workloads.filter((each) => each.name !== name)
const judged = (differs: Partial<Snapshot>): ReturnType<typeof judge> => judge(aHealthySnapshot(differs))

const stalledAt = (reason: string): ParticipantStatus => ({
  observedGeneration: 1,
  steps: [
    {
      name: 'namespace',
      state: 'Stalled',
      attempts: 1,
      lastTransitionTime: BORN,
      reason,
      message: `${reason}: do something`,
    },
  ],
})

describe('the state of a participant', () => {
  it('is READY when every expected component is ready', () => {
    const verdict = judged({})
    assert.equal(verdict.phase, 'READY')
    assert.equal(verdict.message, 'All components are running and ready')
    assert.deepEqual(
      verdict.components.map(({ name }) => name),
      ['postgres', 'vault', 'identityhub', 'controlplane', 'dataplane'],
    )
  })

  for (const name of ['postgres', 'vault', 'identityhub', 'controlplane', 'dataplane'])
    it(`is never READY while ${name} does not exist`, () => {
      const verdict = judged({ workloads: without(name) })
      assert.equal(verdict.phase, 'PROVISIONING')
      assert.equal(verdict.components.find((each) => each.name === name)?.status, 'Missing')
    })

  it('is PROVISIONING during a first start, also when some components are ready before others', () => {
    const verdict = judged({
      workloads: healthy.workloads.map((each) => (each.name === 'vault' ? each : down(each))),
    })
    assert.equal(verdict.phase, 'PROVISIONING')
    assert.equal(verdict.reason, 'ComponentsStarting')
  })

  it('is PROVISIONING before its namespace exists', () => {
    assert.equal(judged({ namespace: undefined, workloads: [] }).reason, 'Creating')
  })

  it('is DEGRADED, not PROVISIONING, once it has been READY', () => {
    assert.equal(judged({ ...allDown, everReady: true }).phase, 'DEGRADED')
  })

  it('is DEGRADED when a component is scaled to zero after the first READY', () => {
    const zero = aDeployment({
      name: 'dataplane',
      desired: 0,
      current: 0,
      updated: 0,
      ready: 0,
      available: 0,
    })
    const verdict = judged({ workloads: [...without('dataplane'), zero], everReady: true })
    assert.equal(verdict.phase, 'DEGRADED')
    assert.match(verdict.message, /dataplane: is scaled to zero/)
  })

  it('is FAILED when a component fails before the first READY, and says why', () => {
    const stuck = aDeployment({
      name: 'controlplane',
      ready: 0,
      available: 0,
      conditions: [
        {
          type: 'Progressing',
          status: 'False',
          reason: 'ProgressDeadlineExceeded',
          message: 'has timed out progressing.',
          lastTransitionTime: BORN,
        },
      ],
    })
    const pod = aPod({
      ready: false,
      phase: 'Pending',
      containers: [
        aContainer({ ready: false, waiting: { reason: 'ErrImagePull', message: 'manifest unknown' } }),
      ],
    })
    const verdict = judged({ workloads: [...without('controlplane'), stuck], pods: [pod] })
    assert.equal(verdict.phase, 'FAILED')
    assert.match(verdict.message, /controlplane: .*manifest unknown; has timed out/)
  })

  it('is FAILED when a StatefulSet, which knows no deadline, is not ready after ten minutes', () => {
    const slow = { workloads: [...without('postgres'), down(aStatefulSet())] }
    const before = judged({ ...slow, nowMs: BORN_MS + 599_000 })
    assert.equal(before.phase, 'PROVISIONING')
    assert.equal(before.recheckAtMs, BORN_MS + 600_000)
    const after = judged({ ...slow, nowMs: BORN_MS + 600_000 })
    assert.equal(after.phase, 'FAILED')
    assert.match(after.message, /postgres: not ready after 10 min/)
  })

  it('gives a Deployment with a longer progress deadline that much time', () => {
    const slow = down(aDeployment({ name: 'dataplane', progressDeadlineSeconds: 1200 }))
    const workloads = [...without('dataplane'), slow]
    assert.equal(judged({ workloads, nowMs: BORN_MS + 700_000 }).phase, 'PROVISIONING')
  })

  it('is FAILED with the reason of the reconciler when that cannot go on', () => {
    const participant = aParticipant({ status: stalledAt('NamespaceForeign') })
    const verdict = judged({ ...allDown, participant })
    assert.equal(verdict.phase, 'FAILED')
    assert.equal(verdict.reason, 'NamespaceForeign')
  })

  it('does not hold a stall against a specification that was changed since', () => {
    const participant = aParticipant({
      metadata: { generation: 2 },
      status: stalledAt('UnknownProfile'),
    })
    assert.equal(judged({ ...allDown, participant }).phase, 'PROVISIONING')
  })

  it('tells which step waits for what', () => {
    const participant = aParticipant({
      status: {
        steps: [
          {
            name: 'namespace',
            state: 'Waiting',
            attempts: 1,
            lastTransitionTime: BORN,
            reason: 'NamespaceTerminating',
            message: 'the namespace of an earlier participant is still going',
          },
        ],
      },
    })
    const verdict = judged({ participant, namespace: undefined, workloads: [] })
    assert.equal(verdict.phase, 'PROVISIONING')
    assert.equal(verdict.reason, 'NamespaceTerminating')
  })

  it('is DELETING as soon as the resource is being deleted, however healthy', () => {
    const participant = aParticipant({ metadata: { deletionTimestamp: BORN } })
    assert.equal(judged({ participant }).phase, 'DELETING')
  })

  it('being DELETED tells of the step of its removal that waits, never of one of its creation', () => {
    const waiting = { state: 'Waiting' as const, attempts: 0, lastTransitionTime: BORN }
    const told = (name: string): string => {
      const status = { steps: [{ ...waiting, name, message: `${name} waits` }] }
      return judged({ participant: aParticipant({ metadata: { deletionTimestamp: BORN }, status }) }).message
    }
    assert.equal(told('readiness'), 'The participant is being deleted')
    assert.match(told('remove-namespace'), /remove-namespace waits/u)
  })

  it('is DELETING when somebody deletes its namespace, and names what remains', () => {
    const verdict = judged({
      namespace: aNamespace({
        terminating: true,
        conditions: [
          {
            type: 'NamespaceContentRemaining',
            status: 'True',
            reason: 'SomeResourcesRemain',
            message: 'Some resources are remaining: pods. has 1 resource instances',
            lastTransitionTime: BORN,
          },
        ],
      }),
    })
    assert.equal(verdict.phase, 'DELETING')
    assert.match(verdict.message, /remaining: pods/)
  })

  it('counts nothing in a namespace that belongs to somebody else', () => {
    const verdict = judged({ namespace: aNamespace({ ownerUid: 'another' }) })
    assert.equal(verdict.phase, 'PROVISIONING')
    assert.ok(verdict.components.every(({ status }) => status === 'Missing'))
  })

  it('does not take the namespace of another participant with the same name for its own when that goes', () => {
    const verdict = judged({ namespace: aNamespace({ ownerUid: 'another', terminating: true }) })
    assert.equal(verdict.phase, 'PROVISIONING')
  })

  it('of an observed participant rests on the workloads that are there', () => {
    const participant = aParticipant({ spec: { mode: 'Observed' } })
    const namespace = aNamespace({ ownerUid: '' })
    const verdict = judged({ participant, namespace, workloads: [aDeployment({ name: 'connector' })] })
    assert.equal(verdict.phase, 'READY')
    assert.deepEqual(
      verdict.components.map(({ name }) => name),
      ['connector'],
    )
  })

  it('of an observed participant without workloads is not READY', () => {
    const participant = aParticipant({ spec: { mode: 'Observed' } })
    const verdict = judged({ participant, namespace: aNamespace({ ownerUid: '' }), workloads: [] })
    assert.equal(verdict.reason, 'NothingToObserve')
    assert.equal(verdict.phase, 'PROVISIONING')
  })
})
