import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { operationId, readOperationId } from './operation.ts'

describe('an operation id', () => {
  it('can be read back', () => {
    const ref = {
      participantName: 'acme-1',
      type: 'delete',
      uid: '0b6d2c1e-6a38-4d2b-9f7d-5a4f2f3f9a10',
    } as const
    assert.deepEqual(readOperationId(operationId(ref)), ref)
  })

  for (const id of [
    '',
    'acme',
    'acme.create',
    'acme.create.',
    '.create.uid',
    'acme.move.uid',
    'a.create.b.c',
  ]) {
    it(`is not "${id}"`, () => assert.equal(readOperationId(id), undefined))
  }
})
