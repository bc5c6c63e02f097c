/** `POST` and `DELETE` of participants: one intent each, made durable by the writer; the rest happens later. */
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply } from 'fastify'
import {
  CreateBodySchema,
  CreateQuerySchema,
  DeleteBodySchema,
  NameParamsSchema,
} from '../../contract/resources.ts'
import { operationId } from '../../model/operation.ts'
import type { Accepted, ParticipantWriter } from '../../model/requests.ts'
import { errorResponses, jsonResponse } from '../documentation.ts'
import type { Stamp } from '../stamp.ts'

export interface WriteRoutesOptions {
  readonly writer: ParticipantWriter
  readonly stamp: Stamp
}

const accepted = jsonResponse({
  description: 'Accepted: the intent is durable',
  schema: { $ref: 'ObjectMap#' },
  headers: { 'Operation-Location': 'Where to follow the progress' },
})

const createSchema = {
  operationId: 'createParticipant',
  summary: 'Ask for a participant; asking again for the same one is harmless',
  tags: ['participants'],
  querystring: CreateQuerySchema,
  body: CreateBodySchema,
  response: {
    200: jsonResponse({
      description: 'Accepted: the intent is durable, or, on a dry run, would be',
      schema: { $ref: 'ObjectMap#' },
      headers: {
        Location: 'The status of the participant',
        'Operation-Location': 'Where to follow the progress',
      },
    }),
    ...errorResponses([400, 409, 413, 415, 503]),
  },
}

const deleteErrors = errorResponses([400, 404, 409, 413, 415, 503], { notFound: 'NotFound' })

const deleteByBodySchema = {
  operationId: 'deleteParticipantByBody',
  summary: 'Remove a participant; asking again while it goes is harmless',
  tags: ['participants'],
  body: DeleteBodySchema,
  response: { 200: accepted, ...deleteErrors },
}

const deleteByNameSchema = {
  operationId: 'deleteParticipant',
  summary: 'The same, with the name in the path and without a body',
  tags: ['participants'],
  params: NameParamsSchema,
  response: { 200: accepted, ...deleteErrors },
}

export const writeRoutes: FastifyPluginCallbackTypebox<WriteRoutesOptions> = (app, options, done) => {
  const { writer, stamp } = options

  app.post('/resources', { schema: createSchema }, async (request, reply) => {
    stamp(request, reply)
    if (request.query.dryRun === true) return (await writer.preview(request.body)).objects
    const answer = await writer.create(request.body)
    reply.header('location', `/api/v1/resources/${answer.participantName}/status`)
    return objectsOf(reply, 'create', answer)
  })

  app.delete('/resources', { schema: deleteByBodySchema }, async (request, reply) => {
    stamp(request, reply)
    return objectsOf(reply, 'delete', await writer.delete(request.body.participantName))
  })

  app.delete('/resources/:participantName', { schema: deleteByNameSchema }, async (request, reply) => {
    stamp(request, reply)
    return objectsOf(reply, 'delete', await writer.delete(request.params.participantName))
  })
  done()
}

function objectsOf(reply: FastifyReply, type: 'create' | 'delete', answer: Accepted): Accepted['objects'] {
  reply.header('operation-location', `/api/v1/operations/${operationId({ ...answer, type })}`)
  return answer.objects
}
