/** Tests which changes wake a participant, and that a pass does not wake itself. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aDeployment, aStatefulSet } from '../../test/support/builders.ts'
import { ASKS } from '../model/names.ts'
import type { ObservedNamespace, ObservedWorkload } from '../model/observed.ts'
import {
  type ComponentState,
  type Condition,
  type Participant,
  SPEC_DEFAULTS,
  type Step,
} from '../model/participant.ts'
import { vaultStarted, wokenByNamespace, wokenByParticipant, wokenByWorkload } from './triggers.ts'

const acme: Participant = {
  apiVersion: 'dataspaces.dev/v1alpha1',
  kind: 'Participant',
  metadata: { name: 'acme', uid: 'u1', generation: 1, resourceVersion: '1' },
  spec: { ...SPEC_DEFAULTS, did: 'did:web:acme.example' },
}
const nobody = { holderOf: () => undefined }

function condition(type: string, reason: string): Condition {
  return { type, status: 'False', reason, message: '', lastTransitionTime: '' }
}

function wokenByUpdate(object: Participant): readonly string[] {
  return wokenByParticipant({ type: 'updated', key: 'acme', previous: acme, object }, nobody)
}

describe('a participant is looked at', () => {
  it('when it is new', () => {
    assert.deepEqual(wokenByParticipant({ type: 'added', key: 'acme', object: acme }, nobody), ['acme'])
  })

  const updates: Readonly<Record<string, Participant>> = {
    'its spec changed': { ...acme, metadata: { ...acme.metadata, generation: 2 } },
    'it is deleted': { ...acme, metadata: { ...acme.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } },
    'its finalizers changed': { ...acme, metadata: { ...acme.metadata, finalizers: ['x'] } },
    'somebody asks for a retry': {
      ...acme,
      metadata: { ...acme.metadata, annotations: { [ASKS.retry]: 'now' } },
    },
    'a component needs a person': {
      ...acme,
      status: { conditions: [{ ...condition('Stalled', 'ComponentFailed'), status: 'True' }] },
    },
    'its components changed': { ...acme, status: { conditions: [condition('ComponentsReady', 'X')] } },
  }
  for (const [when, object] of Object.entries(updates)) {
    it(`when ${when}`, () => assert.deepEqual(wokenByUpdate(object), ['acme']))
  }

  it('not when only a status changed that a pass or the status engine wrote', () => {
    const conditions = [condition('Reconciling', 'X'), condition('Ready', 'X')]
    const metadata = { ...acme.metadata, resourceVersion: '2' }
    assert.deepEqual(wokenByUpdate({ ...acme, metadata, status: { phase: 'READY', conditions } }), [])
  })

  it('when an older one that held its DID is gone', () => {
    const heir = { ...acme, metadata: { ...acme.metadata, name: 'beta' } }
    const woken = wokenByParticipant(
      { type: 'deleted', key: 'acme', previous: acme },
      { holderOf: () => heir },
    )
    assert.deepEqual(woken, ['acme', 'beta'])
  })

  it('when its namespace changed or went, not when it came', () => {
    const namespace: ObservedNamespace = {
      name: 'acme',
      uid: 'n1',
      participant: 'acme',
      ownerUid: 'u1',
      terminating: false,
      conditions: [],
    }
    const object = { ...namespace, ownerUid: '' }
    assert.equal(wokenByNamespace({ type: 'updated', key: 'acme', previous: namespace, object }), 'acme')
    assert.equal(wokenByNamespace({ type: 'deleted', key: 'acme', previous: namespace }), 'acme')
    assert.equal(wokenByNamespace({ type: 'added', key: 'acme', object: namespace }), undefined)
  })

  it('when one of its workloads was deleted or got another spec, not when only its status changed', () => {
    const workload = { namespace: 'acme', name: 'vault', generation: 1 } as ObservedWorkload
    const edited = { ...workload, generation: 2 }
    assert.equal(
      wokenByWorkload({ type: 'updated', key: 'acme/vault', previous: workload, object: edited }),
      'acme',
    )
    const key = 'acme/vault'
    assert.equal(wokenByWorkload({ type: 'deleted', key, previous: workload }), 'acme')
    assert.equal(wokenByWorkload({ type: 'updated', key, previous: workload, object: workload }), undefined)
    assert.equal(wokenByWorkload({ type: 'added', key, object: workload }), undefined)
  })

  it('when the pod of its vault has got ready: it is sealed', () => {
    const away = { namespace: 'acme', name: 'vault', ready: 0 } as ObservedWorkload
    const there = { ...away, ready: 1 }
    const woken = (previous: ObservedWorkload, object: ObservedWorkload): string | undefined =>
      vaultStarted({ type: 'updated', key: 'acme/vault', previous, object })
    assert.equal(woken(away, there), 'acme')
    assert.equal(woken(there, away), undefined)
    assert.equal(woken(there, there), undefined)
    assert.equal(woken({ ...away, name: 'postgres' }, { ...there, name: 'postgres' }), undefined)
    assert.equal(vaultStarted({ type: 'added', key: 'acme/vault', object: there }), undefined)
  })

  describe('when the pods that a pass replaces run,', () => {
    const key = 'acme/controlplane'
    const before = aDeployment()
    const begun = aDeployment({ replacing: true, generation: 2 })
    const rolledOut = { ...begun, observedGeneration: 2 }
    const ended = aDeployment({ generation: 3, observedGeneration: 2 })
    const woken = (previous: ObservedWorkload, object: ObservedWorkload): string | undefined =>
      wokenByWorkload({ type: 'updated', key, previous, object })

    it('once', () => {
      assert.equal(woken(begun, rolledOut), 'acme')
      assert.equal(woken(rolledOut, { ...rolledOut, ready: 0, available: 0 }), undefined)
    })

    it('also when all of it came at once', () => assert.equal(woken(before, rolledOut), 'acme'))

    it('not for the writes of the pass itself', () => {
      assert.equal(woken(before, begun), undefined)
      assert.equal(woken(rolledOut, ended), undefined)
      const statefulSet = aStatefulSet({ replacing: true })
      assert.equal(woken(statefulSet, aStatefulSet()), undefined)
    })

    it('and when somebody changed it meanwhile', () => {
      assert.equal(woken(rolledOut, { ...ended, generation: 4 }), 'acme')
    })
  })

  describe('while a component has its turn', () => {
    const turn = { name: 'workloads', state: 'Waiting', reason: 'RollingOut', attempts: 1 } as const
    const component = { name: 'vault', ready: false, desired: 1, current: 1, readyReplicas: 0 } as const
    const saying = (
      status: ComponentState,
      cause?: string,
      steps: readonly object[] = [turn],
    ): Participant => ({
      ...acme,
      status: {
        steps: steps as Step[],
        components: [{ ...component, status, ...(cause !== undefined && { cause }) }],
      },
    })
    const woken = (previous: Participant, object: Participant): boolean =>
      wokenByParticipant({ type: 'updated', key: 'acme', previous, object }, nobody).length > 0

    it('when a component is found to have failed, or has another cause', () => {
      assert.ok(woken(saying('Starting'), saying('Failed', 'ImagePull')))
      assert.ok(woken(saying('Starting'), saying('Degraded', 'ImagePull')))
      assert.ok(woken(saying('Failed', 'CrashLoop'), saying('Failed', 'ImagePull')))
    })

    it('not for what passes by itself, or is under way', () => {
      assert.ok(!woken(saying('Running'), saying('Starting', 'ImagePull')))
      assert.ok(!woken(saying('Running'), saying('Degraded', 'NodeLost')))
    })

    it('but not at other times', () => {
      assert.ok(!woken(saying('Starting', undefined, []), saying('Failed', 'ImagePull', [])))
    })
  })
})
