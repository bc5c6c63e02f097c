/** `GET /api/v1/resources/:participantName/status`: finished bytes from the reader, with their entity tag. */
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { NameParamsSchema } from '../../contract/resources.ts'
import { NotFoundError } from '../../model/errors.ts'
import { NAME_MAX_LENGTH, NAME_PATTERN, printable } from '../../model/names.ts'
import type { StatusRecord } from '../../store/store.ts'
import { sendTagged, type TaggedAnswer } from '../conditional.ts'
import { errorResponses, jsonResponse, notModified } from '../documentation.ts'
import type { Freshness, StatusReader } from '../ports.ts'
import { requireKnown, type Stamp, timeText, unseen } from '../stamp.ts'

export interface StatusRouteOptions {
  readonly reader: Pick<StatusReader, 'get'>
  readonly stamp: Stamp
}

const schema = {
  operationId: 'getParticipantStatus',
  summary: 'Is this participant ready, and if not, why?',
  tags: ['participants'],
  params: NameParamsSchema,
  response: {
    200: jsonResponse({
      description: 'What is known about the participant',
      schema: { $ref: 'ParticipantStatus#' },
      headers: { ETag: 'Stays the same while nothing in the body changes' },
    }),
    304: notModified,
    ...errorResponses([404, 503], { notFound: 'NotFound' }),
  },
}

const namePattern = new RegExp(NAME_PATTERN, 'u')

export const statusRoute: FastifyPluginCallbackTypebox<StatusRouteOptions> = (app, options, done) => {
  const { reader, stamp } = options
  const staleAnswer = staleAnswers()

  app.get('/resources/:participantName/status', { schema }, (request, reply) => {
    const { participantName } = request.params
    const seen = stamp(request, reply)
    requireKnown(seen)
    const found = canExist(participantName) ? reader.get(participantName) : nothing
    // No async handler: what Fastify adds around its promise is three per cent of such an answer.
    found
      .then((record) =>
        record === undefined
          ? reply.send(seen.synced ? unknown(participantName) : unseen())
          : sendTagged(request, reply, seen.stale ? staleAnswer(record, seen) : record),
      )
      .catch((cause: unknown) =>
        reply.send(cause instanceof Error ? cause : new Error('status not sent', { cause })),
      )
  })
  done()
}

const nothing = Promise.resolve(undefined)

function unknown(name: string): NotFoundError {
  return new NotFoundError(`participant "${printable(name)}" does not exist`)
}

/** Anything may stand in a path; the store is asked for possible names only. */
function canExist(name: string): boolean {
  return name.length <= NAME_MAX_LENGTH && namePattern.test(name)
}

/** The held answer plus how old it is, under a tag of its own. */
function staleAnswers(): (record: StatusRecord, seen: Freshness) => TaggedAnswer {
  const text = timeText()
  return ({ body, etag }, { observedAtMs }) => {
    const observedAt = text(observedAtMs)
    const addition = Buffer.from(`,"stale":true,"observedAt":"${observedAt}"}`)
    return {
      body: Buffer.concat([body.subarray(0, body.lastIndexOf(CLOSING_BRACE)), addition]),
      etag: `${etag.slice(0, -1)}-stale-${observedAt}"`,
    }
  }
}

const CLOSING_BRACE = 0x7d
