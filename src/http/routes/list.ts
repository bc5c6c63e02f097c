/** `GET /api/v1/resources`: a page of participants by name, as the dashboard reads it. */
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { LIMIT_DEFAULT, type ListItemBody, ListQuerySchema } from '../../contract/resources.ts'
import type { ListItem } from '../../store/store.ts'
import { sendTagged, etagOf } from '../conditional.ts'
import { errorResponses, jsonResponse, notModified } from '../documentation.ts'
import { pathOf } from '../errors.ts'
import { linksOf, pageAsGiven } from '../paging.ts'
import type { StatusReader } from '../ports.ts'
import { EXPOSED_HEADERS, requireKnown, type Stamp } from '../stamp.ts'

export interface ListRouteOptions {
  readonly reader: Pick<StatusReader, 'list'>
  readonly stamp: Stamp
}

const schema = {
  operationId: 'listParticipants',
  summary: 'Participants, ordered by name',
  tags: ['participants'],
  querystring: ListQuerySchema,
  response: {
    200: jsonResponse({
      description: 'One page; empty past the end',
      schema: { type: 'array', items: { $ref: 'ListItem#' } },
      headers: {
        'X-Total': 'Matches before paging',
        'X-Page': 'The page asked for',
        'X-Limit': 'The limit applied',
        Link: 'RFC 8288: first, prev, next, last',
        ETag: 'Stays the same while neither the page nor X-Total changes',
      },
    }),
    304: notModified,
    ...errorResponses([400, 503]),
  },
}

export const listRoute: FastifyPluginCallbackTypebox<ListRouteOptions> = (app, options, done) => {
  const { reader, stamp } = options

  app.get('/resources', { schema }, async (request, reply) => {
    requireKnown(stamp(request, reply))
    const { page = 1, limit = LIMIT_DEFAULT, status = [] } = request.query
    const statuses = [...new Set(status)]
    const { items, total } = await reader.list({ statuses, page, limit })
    const body = JSON.stringify(items.map(listItem))
    const filters = statuses.map((phase) => ['status', phase] as const)
    reply
      .header('access-control-expose-headers', EXPOSED_HEADERS)
      .header('x-total', total)
      .header('x-page', pageAsGiven(request.url, page))
      .header('x-limit', limit)
      .header('link', linksOf({ path: pathOf(request), page, limit, total, filters }))
    return sendTagged(request, reply, { body, etag: etagOf(`${total} ${body}`) })
  })
  done()
}

function listItem({ name, status, lastUpdated }: ListItem): ListItemBody {
  return { participantName: name, status, lastUpdated }
}
