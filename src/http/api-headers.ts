/** What every answer of the API carries, and what browsers of other origins may do with it. */
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import type { Auth } from './auth.ts'
import type { Freshness } from './ports.ts'

/** Headers that a page of another origin may read. */
export const EXPOSED_HEADERS = [
  'X-Total',
  'X-Page',
  'X-Limit',
  'ETag',
  'Link',
  'X-Observed-At',
  'X-Request-Id',
  'Location',
  'Operation-Location',
  'Retry-After',
].join(', ')

const READ_METHODS = ['GET', 'HEAD']
const ALL_METHODS = [...READ_METHODS, 'POST', 'DELETE']

export interface ApiHeadersOptions {
  readonly freshness: () => Freshness
  readonly auth: Auth
}

/**
 * Every header costs about one per cent of what a status answer can cost at all, so each is sent where it tells something:
 * a request id to who gave one, who writes, and with errors; the CORS headers to pages of other origins.
 */
export function apiHeaders({ freshness, auth }: ApiHeadersOptions): onRequestHookHandler {
  const text = timeText()
  const shared = methodsOf(auth)
  return (request, reply, done) => {
    reply.header('cache-control', 'no-cache')
    const { origin, 'x-request-id': givenId } = request.headers
    if (givenId !== undefined || !READ_METHODS.includes(request.method))
      reply.header('x-request-id', request.id)
    if (origin !== undefined) {
      reply.header('vary', 'Origin').header('access-control-expose-headers', EXPOSED_HEADERS)
      if (shared.includes(request.method)) reply.header('access-control-allow-origin', '*')
    }
    const { observedAtMs } = freshness()
    if (observedAtMs > 0) reply.header('x-observed-at', text(observedAtMs))
    done()
  }
}

/**
 * Answers `OPTIONS`, a browser's question before it lets a page of another origin call.
 *
 * Pages may read. They may write only where a token is asked for: without one, any page that the operator visits could
 * create and delete participants.
 */
export function preflight(auth: Auth): (request: FastifyRequest, reply: FastifyReply) => FastifyReply {
  const methods = methodsOf(auth).join(', ')
  return (_request, reply) =>
    reply
      .code(204)
      .headers({
        'access-control-allow-origin': '*',
        'access-control-allow-methods': methods,
        'access-control-allow-headers': 'Accept, Authorization, Content-Type, If-None-Match, X-Request-Id',
        'access-control-max-age': '600',
        vary: 'Access-Control-Request-Method, Access-Control-Request-Headers',
      })
      .send()
}

function methodsOf({ kind }: Auth): readonly string[] {
  return kind === 'none' ? READ_METHODS : ALL_METHODS
}

/** RFC 3339 to the second; the last text is kept, since many requests fall into one. */
export function timeText(): (ms: number) => string {
  let second = -1
  let text = ''
  return (ms) => {
    const asked = Math.floor(ms / 1000)
    if (asked !== second) {
      second = asked
      text = new Date(asked * 1000).toISOString().replace('.000Z', 'Z')
    }
    return text
  }
}
