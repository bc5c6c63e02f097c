/** Conditional reads: strong entity tags, `If-None-Match`, 304 (RFC 9110 §13.1.2). */
import { hash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

export interface TaggedAnswer {
  readonly body: Uint8Array | string
  /** Strong, quotes included, without a comma. */
  readonly etag: string
  /** Media type; JSON unless given. */
  readonly type?: string
}

const JSON_TYPE = 'application/json; charset=utf-8'

export function etagOf(text: string): string {
  return `"${hash('sha256', text, 'base64url')}"`
}

/** Sends the body, or 304 when the caller has it. */
export function sendTagged(
  request: FastifyRequest,
  reply: FastifyReply,
  { body, etag, type = JSON_TYPE }: TaggedAnswer,
): FastifyReply {
  reply.header('etag', etag)
  const known = request.headers['if-none-match']
  if (known !== undefined && isKnown(known, etag)) return reply.code(304).send()
  return reply.type(type).send(body)
}

/** Weak comparison, as the RFC asks for. */
function isKnown(known: string, etag: string): boolean {
  return known.split(',').some((entry) => {
    const tag = entry.trim()
    return tag === '*' || tag === etag || tag === `W/${etag}`
  })
}
