/** `GET /api/v1/resources/:participantName/status`: finished bytes from the reader, with their entity tag. */
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { NameParamsSchema } from '../../contract/resources.ts'
import { NotFoundError } from '../../model/errors.ts'
import { NAME_MAX_LENGTH, NAME_PATTERN, printable } from '../../model/names.ts'
import type { StatusRecord } from '../../store/store.ts'
import { timeText } from '../api-headers.ts'
import { answerTagged, type TaggedAnswer } from '../conditional.ts'
import { errorResponses, jsonResponse, notModified } from '../documentation.ts'
import { requireSynced } from '../freshness.ts'
import type { Freshness, StatusReader } from '../ports.ts'

export interface StatusRouteOptions {
  readonly reader: Pick<StatusReader, 'get'>
  readonly freshness: () => Freshness
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
  const { reader, freshness } = options
  const staleAnswer = staleAnswers()

  app.get('/resources/:participantName/status', { schema }, async (request, reply) => {
    const { participantName } = request.params
    const seen = freshness()
    requireSynced(seen)
    const record = canExist(participantName) ? await reader.get(participantName) : undefined
    if (record === undefined)
      throw new NotFoundError(`participant "${printable(participantName)}" does not exist`)
    return answerTagged(request, reply, seen.stale ? staleAnswer(record, seen) : record)
  })
  done()
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
