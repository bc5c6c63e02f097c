/** Says who calls. Static bearer tokens (RFC 6750), of which only the hashes are known here. */
import { hash, timingSafeEqual } from 'node:crypto'
import type { onRequestHookHandler } from 'fastify'
import type { Caller } from '../config/auth.ts'
import { RequestError } from './request-error.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Name of the authenticated caller; `anonymous` where nobody is asked. */
    caller: string
  }
}

const bearer = /^bearer +([\w.~+/-]+=*) *$/iu
const sha256Hex = /^[0-9a-f]{64}$/iu

/**
 * Refuses everybody without a known token with 401.
 *
 * Throws `TypeError` at once when a hash is not a SHA-256 in hexadecimal.
 */
export function authenticate(known: readonly Caller[]): onRequestHookHandler {
  const callers = known.map(digested)
  return (request, _reply, done) => {
    const caller = callerOf(request.headers.authorization, callers)
    if (caller instanceof RequestError) return done(caller)
    request.caller = caller
    done()
  }
}

interface DigestedCaller {
  readonly name: string
  readonly digest: Buffer
}

function digested({ name, sha256 }: Caller): DigestedCaller {
  if (!sha256Hex.test(sha256))
    throw new TypeError(`sha256 of caller "${name}" must be 64 hexadecimal digits, the SHA-256 of its token`)
  return { name, digest: Buffer.from(sha256, 'hex') }
}

function callerOf(header: string | undefined, callers: readonly DigestedCaller[]): string | RequestError {
  const token = header === undefined ? undefined : bearer.exec(header)?.[1]
  if (token === undefined)
    return unauthenticated('send a token in the header "Authorization: Bearer <token>"', 'Bearer')
  const digest = hash('sha256', token, 'buffer')
  // Every caller is compared, also after a match, so that the time taken tells nothing.
  const known = callers.filter((caller) => timingSafeEqual(caller.digest, digest))
  return known[0]?.name ?? unauthenticated('the token is not known', 'Bearer error="invalid_token"')
}

function unauthenticated(message: string, challenge: string): RequestError {
  return new RequestError('Unauthenticated', message, { headers: { 'www-authenticate': challenge } })
}
