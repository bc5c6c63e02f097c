/** A creation or removal under way, as `GET /api/v1/operations/:id` shows it, and the grammar of its id. */
import { Type, type Static } from 'typebox'
import { StepSchema } from './participant-status.ts'
import { type DeepReadonly, oneOf } from './schema.ts'

export const OPERATION_TYPES = ['create', 'delete'] as const
export type OperationType = (typeof OPERATION_TYPES)[number]

export const OperationParamsSchema = Type.Object({
  id: Type.String({
    description: '`<participantName>.<type>.<uid>`, as found in the header Operation-Location',
    examples: ['acme.create.0b6d2c1e-6a38-4d2b-9f7d-5a4f2f3f9a10'],
  }),
})

export const OperationSchema = Type.Object(
  {
    id: Type.String(),
    type: oneOf(OPERATION_TYPES),
    participantName: Type.String(),
    state: oneOf(['pending', 'running', 'succeeded', 'failed']),
    steps: Type.Array(StepSchema),
    message: Type.String(),
    error: Type.Optional(
      Type.Object({ code: Type.String(), message: Type.String() }, { description: 'Present when it failed' }),
    ),
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
          { name: 'readiness', state: 'Waiting', attempts: 1, lastTransitionTime: '2025-01-15T10:29:03Z' },
        ],
        message: 'waiting for dataplane',
      },
    ],
  },
)

export type OperationBody = DeepReadonly<Static<typeof OperationSchema>>

export interface OperationRef {
  readonly participantName: string
  readonly type: OperationType
  /** uid of the Participant, so that a name that is used again has operations of its own. */
  readonly uid: string
}

export function operationId({ participantName, type, uid }: OperationRef): string {
  return `${participantName}.${type}.${uid}`
}

/** Undefined for a text that is no operation id. Names hold no dots, so the first two dots separate. */
export function readOperationId(id: string): OperationRef | undefined {
  const [participantName, word, uid, ...rest] = id.split('.')
  const type = OPERATION_TYPES.find((known) => known === word)
  if (!participantName || type === undefined || !uid || rest.length > 0) return undefined
  return { participantName, type, uid }
}
