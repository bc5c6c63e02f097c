/** `GET /api/v1/operations/:id`: how far a creation or removal is, told from the status of its participant. */
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import {
  OperationParamsSchema,
  type OperationBody,
  operationId,
  type OperationRef,
  readOperationId,
} from '../../contract/operation.ts'
import type { ParticipantStatusBody } from '../../contract/participant-status.ts'
import { NotFoundError } from '../../model/errors.ts'
import { printable } from '../../model/names.ts'
import { sendTagged, etagOf } from '../conditional.ts'
import { errorResponses, jsonResponse, notModified } from '../documentation.ts'
import type { StatusReader } from '../ports.ts'
import { requireSynced, type Stamp } from '../stamp.ts'

export interface OperationRouteOptions {
  readonly reader: Pick<StatusReader, 'get'>
  readonly stamp: Stamp
}

const schema = {
  operationId: 'getOperation',
  summary: 'How far a creation or removal is; gone together with its participant',
  tags: ['operations'],
  params: OperationParamsSchema,
  response: {
    200: jsonResponse({ description: 'The operation as it stands', schema: { $ref: 'Operation#' } }),
    304: notModified,
    ...errorResponses([404, 503], { notFound: 'NotFound' }),
  },
}

export const operationRoute: FastifyPluginCallbackTypebox<OperationRouteOptions> = (app, options, done) => {
  const { reader, stamp } = options

  app.get('/operations/:id', { schema }, async (request, reply) => {
    requireSynced(stamp(request, reply))
    const ref = readOperationId(request.params.id)
    const record = ref && (await reader.get(ref.participantName))
    const operation = ref && record?.uid === ref.uid ? operationOf(ref, read(record.body)) : undefined
    if (operation === undefined)
      throw new NotFoundError(
        `operation "${printable(request.params.id)}" does not exist, or is over and gone`,
      )
    const body = JSON.stringify(operation)
    return sendTagged(request, reply, { body, etag: etagOf(body) })
  })
  done()
}

/** The body is our own, written by the status engine as `ParticipantStatusBody`. */
function read(body: Uint8Array): ParticipantStatusBody {
  return JSON.parse(new TextDecoder().decode(body)) as ParticipantStatusBody
}

/** Undefined for the removal of a participant that nobody removes. */
function operationOf(ref: OperationRef, status: ParticipantStatusBody): OperationBody | undefined {
  if (ref.type === 'delete' && status.status !== 'DELETING') return undefined
  const state = ref.type === 'delete' ? 'running' : stateOfCreation(status)
  const { message, steps = [], reason = 'Unknown' } = status
  return {
    id: operationId(ref),
    type: ref.type,
    participantName: ref.participantName,
    state,
    steps,
    message,
    ...(state === 'failed' && { error: { code: reason, message } }),
  }
}

function stateOfCreation({ status, steps = [] }: ParticipantStatusBody): OperationBody['state'] {
  if (status === 'READY' || status === 'DEGRADED') return 'succeeded'
  if (status === 'PROVISIONING')
    return steps.every(({ state }) => state === 'Pending') ? 'pending' : 'running'
  return 'failed'
}
