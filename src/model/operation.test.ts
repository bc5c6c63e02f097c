/** Tests how operations are called, and which one a resource asks for. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aParticipant } from '../../test/support/builders.ts'
import { ASKS } from './names.ts'
import { askedOperation, operationId, type OperationRef, readOperationId } from './operation.ts'
import type { Operation, OperationType, Participant } from './participant.ts'

const uid = '0b6d2c1e-6a38-4d2b-9f7d-5a4f2f3f9a10'

describe('an operation id', () => {
  const refs: Readonly<Record<string, OperationRef>> = {
    [`acme-1.delete.${uid}`]: { participantName: 'acme-1', type: 'delete', uid },
    [`acme.update-3.${uid}`]: { participantName: 'acme', type: 'update', nth: 3, uid },
    [`acme.retry-12.${uid}`]: { participantName: 'acme', type: 'retry', nth: 12, uid },
  }
  for (const [id, ref] of Object.entries(refs))
    it(`is "${id}", and can be read back`, () => {
      assert.equal(operationId(ref), id)
      assert.deepEqual(readOperationId(id), ref)
    })

  for (const id of [
    '',
    'acme',
    'acme.create',
    'acme.create.',
    '.create.uid',
    'acme.move.uid',
    'a.create.b.c',
    'acme.create-1.uid',
    'acme.update.uid',
    'acme.retry-0.uid',
    'acme.retry-x.uid',
  ])
    it(`is not "${id}"`, () => assert.equal(readOperationId(id), undefined))
})

function recorded(type: OperationType, state: Operation['state'] = 'succeeded'): Operation {
  return { id: `acme.${type}.u`, type, state, generation: 1, steps: [] }
}

/** At rest: created, and nothing asked since. */
const settled = { observedGeneration: 1, operations: [recorded('create')] }
const annotations = { [ASKS.retry]: 'now' }

describe('a participant asks for', () => {
  const going = { deletionTimestamp: '2026-01-01T00:00:00Z' }
  const running = { observedGeneration: 1, operations: [recorded('create', 'running')] }
  const cases: Readonly<Record<string, readonly [Participant, string | undefined]>> = {
    'nothing when it is as it was': [aParticipant({ status: settled }), undefined],
    'its creation when nobody has looked at it': [aParticipant(), 'acme.create.uid-acme'],
    'its creation, whatever else it asks for by then': [
      aParticipant({ metadata: { annotations } }),
      'acme.create.uid-acme',
    ],
    'nothing when it was READY before anything was recorded': [
      aParticipant({ status: { observedGeneration: 1, firstReadyTime: '2026-01-01T00:00:00Z' } }),
      undefined,
    ],
    'its creation when it was never READY and nothing was recorded': [
      aParticipant({ status: { observedGeneration: 1 } }),
      'acme.create.uid-acme',
    ],
    'an update when its specification changed': [
      aParticipant({ metadata: { generation: 4 }, status: settled }),
      'acme.update-4.uid-acme',
    ],
    'nothing when its specification changed while it is created': [
      aParticipant({ metadata: { generation: 4 }, status: running }),
      undefined,
    ],
    'a retry when the annotation has another value': [
      aParticipant({
        metadata: { annotations },
        status: { ...settled, lastHandledRetry: 'then', retries: 2 },
      }),
      'acme.retry-3.uid-acme',
    ],
    'nothing when the annotation has the value that was acted upon': [
      aParticipant({ metadata: { annotations }, status: { ...settled, lastHandledRetry: 'now' } }),
      undefined,
    ],
    'a suspension, and nothing else while it is suspended': [
      aParticipant({ metadata: { generation: 2, annotations }, spec: { suspended: true }, status: settled }),
      'acme.suspend-2.uid-acme',
    ],
    'nothing while it is suspended': [
      aParticipant({
        metadata: { generation: 3, annotations },
        spec: { suspended: true },
        status: { observedGeneration: 2, operations: [recorded('suspend')] },
      }),
      undefined,
    ],
    'to be resumed when it is not suspended any more': [
      aParticipant({
        metadata: { generation: 3 },
        status: { observedGeneration: 2, operations: [recorded('suspend')] },
      }),
      'acme.resume-3.uid-acme',
    ],
    'its removal, suspended or not': [
      aParticipant({ metadata: going, spec: { suspended: true }, status: settled }),
      'acme.delete.uid-acme',
    ],
    'a retry of its removal': [
      aParticipant({
        metadata: { ...going, annotations },
        status: { observedGeneration: 1, operations: [recorded('delete', 'running')] },
      }),
      'acme.retry-1.uid-acme',
    ],
  }
  for (const [what, [participant, id]] of Object.entries(cases))
    it(what, () => {
      assert.equal(askedOperation(participant)?.id, id)
      assert.equal(askedOperation(participant)?.state ?? 'pending', 'pending')
    })

  it('no second retry when the value is longer than what is kept of it', () => {
    const value = 'x'.repeat(1000)
    const status = { ...settled, lastHandledRetry: 'x'.repeat(256), retries: 1 }
    const participant = aParticipant({ metadata: { annotations: { [ASKS.retry]: value } }, status })
    assert.equal(askedOperation(participant), undefined)
  })
})
