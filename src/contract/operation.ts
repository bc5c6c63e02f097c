/** An operation on a participant, as `GET /api/v1/operations/:id` shows it. */
import { Type, type Static } from 'typebox'
import { OPERATION_STATES, OPERATION_TYPES, STEP_STATES } from '../model/participant.ts'
import { type DeepReadonly, oneOf, time } from './schema.ts'

export const OperationParamsSchema = Type.Object({
  id: Type.String({
    description:
      '`<participantName>.<type>.<uid>`, or `<participantName>.<type>-<n>.<uid>` for those that can be asked for again; as found in the header Operation-Location',
    examples: ['acme.create.0b6d2c1e-6a38-4d2b-9f7d-5a4f2f3f9a10'],
  }),
})

const OperationStepSchema = Type.Object({
  name: Type.String(),
  state: oneOf(STEP_STATES),
  attempts: Type.Integer({ minimum: 0, description: 'How often it was tried within this operation' }),
  startedTime: Type.Optional(time('When it was tried first; while it is not over')),
  durationMs: Type.Optional(
    Type.Integer({ minimum: 0, description: 'From its first try until it was over' }),
  ),
  lastError: Type.Optional(Type.String({ description: 'What went wrong last' })),
  nextRetryTime: Type.Optional(time('When it is tried again')),
  reason: Type.Optional(Type.String({ description: 'Why it waits or is stalled, as a stable code' })),
  message: Type.Optional(Type.String()),
})

export const OperationSchema = Type.Object(
  {
    id: Type.String(),
    type: oneOf(OPERATION_TYPES),
    participantName: Type.String(),
    state: oneOf(OPERATION_STATES, { description: 'Once succeeded or failed it never changes' }),
    steps: Type.Array(OperationStepSchema),
    message: Type.String(),
    error: Type.Optional(
      Type.Object(
        {
          step: Type.Optional(Type.String({ description: 'The step at which it ended' })),
          code: Type.String(),
          message: Type.String(),
        },
        { description: 'Present when it failed' },
      ),
    ),
    generation: Type.Integer({ minimum: 0, description: 'Of the specification that it is about' }),
    startedTime: Type.Optional(time('When it began; absent while it is pending')),
    finishedTime: Type.Optional(time('When it was over')),
  },
  {
    $id: 'Operation',
    examples: [
      {
        id: 'acme.create.0b6d2c1e-6a38-4d2b-9f7d-5a4f2f3f9a10',
        type: 'create',
        participantName: 'acme',
        state: 'running',
        steps: [
          { name: 'workloads', state: 'Done', attempts: 1, durationMs: 412 },
          {
            name: 'readiness',
            state: 'Waiting',
            attempts: 1,
            startedTime: '2025-01-15T10:29:03.120Z',
            reason: 'ComponentsNotReady',
            message: 'each component says for itself what it waits for',
          },
        ],
        message: 'waiting for dataplane',
        generation: 1,
        startedTime: '2025-01-15T10:29:02Z',
      },
    ],
  },
)

export type OperationBody = DeepReadonly<Static<typeof OperationSchema>>
