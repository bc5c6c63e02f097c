/** Tests which changes wake a participant, and that a pass does not wake itself. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ASKS } from '../model/names.ts'
import type { ObservedNamespace, ObservedWorkload } from '../model/observed.ts'
import { type Condition, type Participant, SPEC_DEFAULTS } from '../model/participant.ts'
import { wokenByNamespace, wokenByParticipant, wokenByWorkload } from './triggers.ts'

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
})
