/** The bodies of answers that are not what was asked for: v1 errors, the v1 "not found", and RFC 9457. */
import { Type, type Static } from 'typebox'
import { type DeepReadonly, oneOf } from './schema.ts'

export const ErrorSchema = Type.Object(
  {
    error: Type.String({ description: 'Short and constant' }),
    details: Type.String({ description: 'What happened to which thing, why, and what to do' }),
  },
  {
    $id: 'Error',
    examples: [
      { error: 'Invalid request', details: 'limit must be a whole number from 1 to 100, got "101"' },
    ],
  },
)

export const NotFoundSchema = Type.Object(
  { message: Type.String(), status: oneOf(['NOT_FOUND']) },
  {
    $id: 'NotFound',
    examples: [{ message: 'participant "acme" does not exist', status: 'NOT_FOUND' }],
  },
)

const FaultSchema = Type.Object({
  detail: Type.String(),
  pointer: Type.Optional(Type.String({ description: 'JSON Pointer into the body, as a URI fragment' })),
  parameter: Type.Optional(Type.String({ description: 'Name of a query parameter' })),
})

export const ProblemSchema = Type.Object(
  {
    type: Type.String({ format: 'uri' }),
    title: Type.String(),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    detail: Type.String(),
    instance: Type.String({ format: 'uri-reference' }),
    code: Type.String({ description: 'Stable code in CamelCase, for machines' }),
    errors: Type.Array(FaultSchema, {
      description: 'One entry for each faulty field; empty for other problems',
    }),
    retryable: Type.Boolean({ description: 'Whether the same request can work later' }),
    requestId: Type.String(),
  },
  {
    $id: 'Problem',
    examples: [
      {
        type: 'tag:dataspaces.dev,2026:problem/InvalidRequest',
        title: 'Invalid request',
        status: 400,
        detail: 'did is missing: it must be a string',
        instance: '/api/v1/resources',
        code: 'InvalidRequest',
        errors: [{ detail: 'did is missing: it must be a string', pointer: '#/did' }],
        retryable: false,
        requestId: 'm5xrfyo0-2a',
      },
    ],
  },
)

export type ErrorBody = DeepReadonly<Static<typeof ErrorSchema>>
export type NotFoundBody = DeepReadonly<Static<typeof NotFoundSchema>>
export type Fault = DeepReadonly<Static<typeof FaultSchema>>
export type ProblemBody = DeepReadonly<Static<typeof ProblemSchema>>
