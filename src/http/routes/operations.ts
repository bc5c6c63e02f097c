/** `GET /api/v1/operations/:id` and `GET /api/v1/resources/:participantName/operations`: what was asked, and how it goes. */
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { OperationParamsSchema } from '../../contract/operation.ts'
import { NameParamsSchema } from '../../contract/resources.ts'
import { NotFoundError } from '../../model/errors.ts'
import { printable } from '../../model/names.ts'
import { readOperationId } from '../../model/operation.ts'
import type { StatusRecord } from '../../store/store.ts'
import { sendTagged, etagOf, type TaggedAnswer } from '../conditional.ts'
import { errorResponses, jsonResponse, notModified } from '../documentation.ts'
import { operationBodies } from '../operation-body.ts'
import type { StatusReader } from '../ports.ts'
import { requireSynced, type Stamp } from '../stamp.ts'

export interface OperationRoutesOptions {
  readonly reader: Pick<StatusReader, 'get'>
  readonly stamp: Stamp
}

const getSchema = {
  operationId: 'getOperation',
  summary: 'How far an operation is, or how it ended; gone together with its participant',
  tags: ['operations'],
  params: OperationParamsSchema,
  response: {
    200: jsonResponse({ description: 'The operation as it stands', schema: { $ref: 'Operation#' } }),
    304: notModified,
    ...errorResponses([404, 503], { notFound: 'NotFound' }),
  },
}

const listSchema = {
  operationId: 'listOperations',
  summary: 'The newest operations on a participant, newest first; one that runs stands first',
  tags: ['operations'],
  params: NameParamsSchema,
  response: {
    200: jsonResponse({
      description: 'At most nine: those that are remembered, and one that has not begun',
      schema: { type: 'array', items: { $ref: 'Operation#' } },
    }),
    304: notModified,
    ...errorResponses([404, 503], { notFound: 'NotFound' }),
  },
}

export const operationRoutes: FastifyPluginCallbackTypebox<OperationRoutesOptions> = (
  app,
  { reader, stamp },
  done,
) => {
  app.get('/operations/:id', { schema: getSchema }, async (request, reply) => {
    requireSynced(stamp(request, reply))
    const { id } = request.params
    const ref = readOperationId(id)
    const record = ref && (await reader.get(ref.participantName))
    const known = record === undefined ? [] : operationBodies(record)
    const operation = known.find((each) => each.id === id)
    if (operation === undefined)
      throw new NotFoundError(`operation "${printable(id)}" does not exist, or is over and gone`)
    return sendTagged(request, reply, answer(operation))
  })

  app.get('/resources/:participantName/operations', { schema: listSchema }, async (request, reply) => {
    requireSynced(stamp(request, reply))
    const { participantName } = request.params
    const record: StatusRecord | undefined = await reader.get(participantName)
    if (record === undefined)
      throw new NotFoundError(`participant "${printable(participantName)}" does not exist`)
    return sendTagged(request, reply, answer(operationBodies(record)))
  })
  done()
}

function answer(value: unknown): TaggedAnswer {
  const body = JSON.stringify(value)
  return { body, etag: etagOf(body) }
}
