/** The one place where errors become answers, and where those nobody expected are logged, once. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Log } from '../model/log.ts'
import { PROBLEM_KINDS, problemBodyOf, problemOf, v1BodyOf } from './problem.ts'
import type { Stamp } from './stamp.ts'

export type ErrorAnswerer = (error: unknown, request: FastifyRequest, reply: FastifyReply) => void

export interface ErrorAnswererOptions {
  readonly log: Log | false
  readonly stamp: Stamp
}

/** `{ error, details }`, or RFC 9457 for who asks for `application/problem+json`. */
export function errorAnswerer({ log, stamp }: ErrorAnswererOptions): ErrorAnswerer {
  return (error, request, reply) => {
    stamp(request, reply)
    const problem = problemOf(error, request.id)
    const { status } = PROBLEM_KINDS[problem.code]
    if (log !== false) logUnexpected(log, { error, status, request })
    reply.code(status).headers({ vary: 'Accept, Origin', 'x-request-id': request.id, ...problem.headers })
    const [type, body] = wantsProblem(request)
      ? ['application/problem+json', problemBodyOf(problem, { path: pathOf(request), requestId: request.id })]
      : ['application/json', v1BodyOf(problem)]
    reply.type(`${type}; charset=utf-8`).send(JSON.stringify(body))
  }
}

export function pathOf({ url }: FastifyRequest): string {
  const end = url.indexOf('?')
  return end === -1 ? url : url.slice(0, end)
}

function wantsProblem({ headers }: FastifyRequest): boolean {
  return headers.accept?.toLowerCase().includes('application/problem+json') ?? false
}

interface Unexpected {
  readonly error: unknown
  readonly status: number
  readonly request: FastifyRequest
}

function logUnexpected(log: Log, { error, status, request }: Unexpected): void {
  const fields = {
    err: error,
    requestId: request.id,
    method: request.method,
    route: request.routeOptions.url,
  }
  if (status === 500) log.error(fields, 'request failed')
  else if (status === 503 && error instanceof Error && error.cause !== undefined)
    log.warn(fields, 'request could not be served')
}
