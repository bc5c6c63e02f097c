import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aClaim, aPod } from '../../../test/support/builders.ts'
import type { ObservedPod } from '../../model/observed.ts'
import { anEventAt, assertGrace, at, findIn, HOUR, tellOf } from './for-tests.ts'

const without = (message: string, differs: Partial<ObservedPod> = {}): ObservedPod =>
  aPod({
    ready: false,
    phase: 'Pending',
    node: '',
    containers: [],
    readyTurnedAt: '',
    unscheduled: { reason: 'Unschedulable', message, since: at(0) },
    ...differs,
  })

const FULL =
  '0/3 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }, 2 Insufficient cpu. preemption: 0/3 nodes are available: 3 No preemption victims found.'
const MISMATCH =
  "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. preemption: none."
const scaleUp = (seconds: number): ReturnType<typeof anEventAt> =>
  anEventAt(seconds, { type: 'Normal', reason: 'TriggeredScaleUp', message: 'pod triggered scale-up' })

describe('a pod without a node', () => {
  it('a pod that no node can take is shown after 5 s and fails the component after 5 min, later while nodes are being added', () => {
    const pod = without(FULL)
    assertGrace((seconds) => findIn({ pod }, seconds), { shown: 5, verdict: 300, who: 'platform' })
    const { reason, cause, message } = tellOf({ pod }, 5)
    assert.deepEqual([reason, cause], ['Unschedulable', 'Unschedulable'])
    assert.equal(
      message,
      'pod controlplane-1-abcde has no node: 0/3 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }, 2 Insufficient cpu',
    )
    const adding = { pod, events: [scaleUp(60)] }
    assertGrace((seconds) => findIn(adding, seconds), { shown: 5, verdict: 660, who: 'platform' })
  })

  it('a pod whose node affinity or selector no node matches fails the component at once, unless nodes are being added', () => {
    const pod = without(MISMATCH)
    assertGrace((seconds) => findIn({ pod }, seconds), { shown: 0, verdict: 0, who: 'platform' })
    const adding = { pod, events: [scaleUp(0)] }
    assertGrace((seconds) => findIn(adding, seconds), { shown: 5, verdict: 600, who: 'platform' })
    const some = without(
      "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't match Pod's node affinity/selector.",
    )
    assertGrace((seconds) => findIn({ pod: some }, seconds), { shown: 5, verdict: 300, who: 'platform' })
    const rest = without(
      "0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 node(s) didn't match Pod's node affinity/selector. preemption: none.",
    )
    assertGrace((seconds) => findIn({ pod: rest }, seconds), { shown: 0, verdict: 0, who: 'platform' })
  })

  it('a pod whose PersistentVolumeClaim does not exist fails the component after 5 s', () => {
    const pod = without('persistentvolumeclaim "data-postgres-0" not found', { claims: ['data-postgres-0'] })
    assertGrace((seconds) => findIn({ pod }, seconds), { shown: 0, verdict: 5, who: 'platform' })
    const { cause, message } = tellOf({ pod }, 0)
    assert.equal(cause, 'VolumePending')
    assert.match(message, /has no node: persistentvolumeclaim "data-postgres-0" not found$/)
  })

  it('says what the provisioner said of the claim that is not there, and not what the scheduler repeats', () => {
    const pod = without(
      '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found',
      {
        claims: ['data-postgres-0'],
      },
    )
    assert.match(tellOf({ pod }, 0).message, /has no node: .* unbound immediate PersistentVolumeClaims$/)
    const about = { kind: 'PersistentVolumeClaim', name: 'data-postgres-0', uid: '', fieldPath: '' }
    const message = 'storageclass.storage.k8s.io "fast" not found'
    const events = [anEventAt(1, { reason: 'ProvisioningFailed', message, about })]
    const claims = [aClaim({ phase: 'Pending', storageClass: 'fast' })]
    const finding = tellOf({ pod, claims, events }, 1)
    assert.equal(finding.message, `claim data-postgres-0 (storage class fast) is Pending: ${message}`)
    assert.equal(finding.object, 'PersistentVolumeClaim/data-postgres-0')
  })

  it('is no failure in an ordinary start, where the scheduler says "not found" of a claim that is merely not bound yet', () => {
    const text = '0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found'
    const pod = without(text, { claims: ['data-postgres-0'] })
    const claims = [aClaim({ phase: 'Pending' })]
    assert.equal(findIn({ pod, claims }, 0), undefined)
    assert.equal(findIn({ pod, claims }, 29), undefined)
    assertGrace((seconds) => findIn({ pod, claims }, seconds), { shown: 30, verdict: 300, who: 'platform' })
    assertGrace((seconds) => findIn({ pod }, seconds), { shown: 0, verdict: 5, who: 'platform' })
  })

  it('leaves it to the claim when the scheduler waits for one', () => {
    const pod = without('0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims.', {
      claims: ['data-postgres-0'],
    })
    const claims = [aClaim({ phase: 'Pending' })]
    assert.equal(findIn({ pod, claims }, 29), undefined)
    assert.equal(tellOf({ pod, claims }, 30).reason, 'VolumePending')
    assert.equal(tellOf({ pod }, 5).reason, 'Unschedulable')
  })

  it('a scheduling gate that holds a pod back is shown at once and is never a verdict', () => {
    const pod = without('scheduling gate example.com/hold', {
      unscheduled: { reason: 'SchedulingGated', message: 'scheduling gate example.com/hold', since: at(0) },
    })
    assertGrace((seconds) => findIn({ pod }, seconds), { shown: 0, verdict: undefined, who: 'nobody yet' })
    const { cause, message } = tellOf({ pod }, 0)
    assert.equal(cause, 'SchedulingGated')
    assert.match(message, /is held back: scheduling gate example.com\/hold$/)
  })

  it('a pod that no scheduler looks at is shown after 30 s and fails the component after 5 min', () => {
    const { unscheduled: _, ...pod } = without('')
    assertGrace((seconds) => findIn({ pod }, seconds), { shown: 30, verdict: 300, who: 'platform' })
  })

  it('is shown, but is no verdict, while nothing tells since when', () => {
    const unscheduled = { reason: 'Unschedulable', message: FULL, since: '' }
    const pod = without(FULL, { unscheduled, creationTimestamp: '' })
    assert.equal(tellOf({ pod }, HOUR).who, 'nobody yet')
    assert.equal(tellOf({ pod: { ...pod, creationTimestamp: at(0) } }, 300).who, 'platform')
  })
})
