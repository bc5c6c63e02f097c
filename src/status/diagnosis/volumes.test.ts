import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aClaim, aPod, aStatefulSet } from '../../../test/support/builders.ts'
import type { ObservedPod } from '../../model/observed.ts'
import {
  anEventAt,
  aNewContainer,
  assertGrace,
  aStartingPod,
  at,
  diagnoseAt,
  findIn,
  found,
  tellOf,
  waitingFor,
} from './for-tests.ts'

const creating = (differs: Partial<ObservedPod> = {}): ObservedPod =>
  aStartingPod(waitingFor('ContainerCreating'), { claims: ['data-postgres-0'], ...differs })
const failedMount = (message: string, seconds = 0): ReturnType<typeof anEventAt> =>
  anEventAt(seconds, { reason: 'FailedMount', message })

describe('the claims of a pod', () => {
  it('a PersistentVolumeClaim that lost its volume fails the component at once', () => {
    const subject = { pod: creating(), claims: [aClaim({ phase: 'Lost' })] }
    assertGrace((seconds) => findIn(subject, seconds), { shown: 0, verdict: 0, who: 'platform' })
    const { cause, object, message } = tellOf(subject, 0)
    assert.deepEqual([cause, object], ['VolumePending', 'PersistentVolumeClaim/data-postgres-0'])
    assert.equal(message, 'claim data-postgres-0 (storage class standard) has lost its volume')
  })

  it('tells of a lost volume even while the pod still runs with it', () => {
    const pod = aPod({ claims: ['data-postgres-0'] })
    assert.equal(tellOf({ pod, claims: [aClaim({ phase: 'Lost' })] }, 0).reason, 'VolumeLost')
    assert.equal(findIn({ pod: aPod(), claims: [aClaim({ phase: 'Lost' })] }, 0), undefined)
    const component = { workload: aStatefulSet(), pods: [pod], claims: [aClaim({ phase: 'Lost' })] }
    assert.equal(found(diagnoseAt(component, 0).worst).cause, 'VolumePending')
  })

  it('a PersistentVolumeClaim that stays Pending is shown after 30 s and fails the component after 5 min', () => {
    const about = { kind: 'PersistentVolumeClaim', name: 'data-postgres-0', uid: 'uid-claim', fieldPath: '' }
    const events = [
      anEventAt(9, {
        reason: 'ProvisioningFailed',
        message: 'storageclass.storage.k8s.io "fast" not found',
        about,
      }),
    ]
    const subject = { pod: creating(), claims: [aClaim({ phase: 'Pending', storageClass: '' })], events }
    assertGrace((seconds) => findIn(subject, seconds), { shown: 30, verdict: 300, who: 'platform' })
    assert.equal(
      tellOf(subject, 30).message,
      'claim data-postgres-0 (no storage class) is Pending: storageclass.storage.k8s.io "fast" not found',
    )
  })

  it('waits for its first consumer without a word: the pod has no node for another reason', () => {
    const unscheduled = {
      reason: 'Unschedulable',
      message: '0/1 nodes are available: 1 Insufficient cpu.',
      since: at(0),
    }
    const pod = creating({ node: '', containers: [], unscheduled })
    assert.equal(tellOf({ pod, claims: [aClaim({ phase: 'Pending' })] }, 60).reason, 'Unschedulable')
  })

  it('is not asked about claims of other pods', () => {
    const claims = [aClaim({ name: 'data-vault-0', phase: 'Lost' })]
    assert.equal(findIn({ pod: creating(), claims }, 600), undefined)
  })

  it('counts from the pod when the claim is older', () => {
    const pod = creating({ creationTimestamp: at(600) })
    const claims = [aClaim({ phase: 'Pending' })]
    assert.equal(findIn({ pod, claims }, 629), undefined)
    assert.equal(tellOf({ pod, claims }, 630).who, 'nobody yet')
  })
})

describe('the volumes of a pod', () => {
  it('a volume that cannot be attached or mounted is shown after 30 s and fails the component after 5 min', () => {
    for (const reason of ['FailedMount', 'FailedAttachVolume', 'FailedMapVolume']) {
      const events = [
        anEventAt(0, {
          reason,
          message: 'MountVolume.MountDevice failed for volume "pvc-1": rpc error: timed out',
        }),
        anEventAt(5, {
          reason,
          message: 'Unable to attach or mount volumes: unmounted volumes=[data]',
          uid: '2',
        }),
      ]
      const subject = { pod: creating(), events }
      assertGrace((seconds) => findIn(subject, seconds), { shown: 30, verdict: 300, who: 'platform' })
      const finding = tellOf(subject, 30)
      assert.deepEqual([finding.reason, finding.cause], [reason, 'MountFailed'])
      assert.match(finding.message, /waits for a volume: MountVolume.MountDevice failed for volume "pvc-1"/)
    }
  })

  it('a volume whose Secret or ConfigMap does not exist is shown after 30 s and fails the component after 60 s', () => {
    for (const object of ['secret "keys"', 'configmap "settings"']) {
      const events = [failedMount(`MountVolume.SetUp failed for volume "config" : ${object} not found`)]
      const subject = { pod: creating(), events }
      assertGrace((seconds) => findIn(subject, seconds), { shown: 30, verdict: 60, who: 'operator' })
      assert.equal(tellOf(subject, 30).cause, 'ConfigMissing')
      assert.ok(tellOf(subject, 30).message.endsWith(`${object} not found`))
    }
  })

  it('are there once a container has run, whatever events of before say', () => {
    const events = [failedMount('MountVolume.SetUp failed', 10)]
    const pod = aPod({ ready: false, containers: [aNewContainer({ runningSince: at(40) })] })
    assert.equal(findIn({ pod, events }, 60), undefined)
  })
})
