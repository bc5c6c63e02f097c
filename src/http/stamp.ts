/** What every answer carries, and what browsers of other origins may do with it. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Auth } from '../config/auth.ts'
import { UnavailableError } from '../model/errors.ts'
import type { Freshness } from './ports.ts'

/** Headers that a page of another origin may read. */
export const EXPOSED_HEADERS = [
  'X-Total',
  'X-Page',
  'X-Limit',
  'ETag',
  'Link',
  'X-Observed-At',
  'X-Stale',
  'X-Request-Id',
  'Location',
  'Operation-Location',
  'Retry-After',
].join(', ')

const READ_METHODS = ['GET', 'HEAD']
const ALL_METHODS = [...READ_METHODS, 'POST', 'DELETE']

/** Sets the headers that every answer carries. Returns how far the cluster was seen at that moment. */
export type Stamp = (request: FastifyRequest, reply: FastifyReply) => Freshness

export interface StampOptions {
  readonly freshness: () => Freshness
  readonly auth: Auth
}

/**
 * A function that handlers call, not a hook, and few headers: a status answer costs so little that each header is one per
 * cent of it and a hook three. So a request id goes to who gave one, to who writes and along with errors, and the CORS
 * headers go to pages of other origins.
 */
export function stamper({ freshness, auth }: StampOptions): Stamp {
  const text = timeText()
  const shared = methodsOf(auth)
  return (request, reply) => {
    reply.header('cache-control', 'no-cache')
    const { origin, 'x-request-id': givenId } = request.headers
    if (givenId !== undefined || !READ_METHODS.includes(request.method))
      reply.header('x-request-id', request.id)
    if (origin !== undefined) {
      reply.header('vary', 'Origin').header('access-control-expose-headers', EXPOSED_HEADERS)
      if (shared.includes(request.method)) reply.header('access-control-allow-origin', '*')
    }
    const seen = freshness()
    if (seen.observedAtMs > 0) reply.header('x-observed-at', text(seen.observedAtMs))
    if (seen.stale && seen.observedAtMs > 0) reply.header('x-stale', 'true')
    return seen
  }
}

/** Throws `UnavailableError` until every watch holds a complete state: before that, "not found" would be a guess. */
export function requireSynced(seen: Freshness): void {
  if (!seen.synced) throw unseen()
  requireConfirmed(seen)
}

/** The same, but content with what was known before a restart. What is missing there is not "not found". */
export function requireKnown(seen: Freshness): void {
  if (!seen.synced && seen.recalled !== true) throw unseen()
  requireConfirmed(seen)
}

export function unseen(): UnavailableError {
  return new UnavailableError('the state of the cluster is still being read; try again shortly')
}

/** What the cluster confirmed too long ago would be taken for what is. */
function requireConfirmed({ expired, observedAtMs }: Freshness): void {
  if (expired !== true) return
  const heardAt = new Date(observedAtMs).toISOString()
  throw new UnavailableError(
    `the cluster was last heard at ${heardAt}, too long ago for an answer; try again when it can be reached`,
  )
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
