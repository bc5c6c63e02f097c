import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { ErrorSchema, NotFoundSchema, ProblemSchema } from './errors.ts'
import { OperationSchema } from './operation.ts'
import { ParticipantStatusSchema, PhaseSchema } from './participant-status.ts'
import { ListItemSchema, ObjectMapSchema } from './resources.ts'

const named: readonly (TSchema & { readonly $id?: string; readonly examples?: unknown })[] = [
  ParticipantStatusSchema,
  ListItemSchema,
  ObjectMapSchema,
  OperationSchema,
  ErrorSchema,
  NotFoundSchema,
  ProblemSchema,
]

describe('the schemas of the contract', () => {
  it('write enumerations so that a structural schema accepts them', () => {
    assert.deepEqual(JSON.parse(JSON.stringify(PhaseSchema)), {
      type: 'string',
      enum: ['PROVISIONING', 'READY', 'DEGRADED', 'FAILED', 'DELETING', 'NOT_FOUND'],
      description: 'State of a participant as a whole',
    })
  })

  for (const schema of named) {
    it(`have an example of ${schema.$id} that they accept`, () => {
      assert.ok(Array.isArray(schema.examples) && schema.examples.length > 0)
      for (const example of schema.examples) assert.deepEqual([...Value.Errors(schema, example)], [])
    })
  }

  it('accept the status answer of the v1 contract, which has none of the additions', () => {
    const component = { status: 'Running', ready: true, replicas: { desired: 1, current: 1, ready: 1 } }
    const v1 = {
      participantName: 'aruba07',
      status: 'READY',
      lastUpdated: '2025-01-15T10:30:00Z',
      components: {
        controlplane: component,
        dataplane: component,
        identityhub: component,
        postgres: component,
      },
      message: 'All components are running and ready',
      events: [{ timestamp: '2025-01-15T10:25:00Z', type: 'Info', message: 'Deployment controlplane ready' }],
    }
    assert.deepEqual([...Value.Errors(ParticipantStatusSchema, v1)], [])
    assert.equal(Value.Check(ParticipantStatusSchema, { ...v1, status: 'UP' }), false)
  })
})
