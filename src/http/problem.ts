/** Turns an exception into what may be said about it. Nothing unknown gets out: its text stays in the log. */
import type { ErrorBody, Fault, NotFoundBody, ProblemBody } from '../contract/errors.ts'
import { NotFoundError, type RefusalCode, RefusedError, UnavailableError } from '../model/errors.ts'
import { RequestError, type RequestFaultCode } from './request-error.ts'

/** How long a caller should wait when the cluster is out of reach (contract.md §1.5). */
const RETRY_AFTER_SECONDS = '30'

export interface Problem {
  readonly code: ProblemCode
  readonly detail: string
  readonly faults: readonly Fault[]
  readonly headers: Readonly<Record<string, string>>
}

interface ProblemKind {
  readonly status: number
  /** Short and constant: `error` of v1, `title` of RFC 9457. */
  readonly title: string
  /** The same request can work later. */
  readonly retryable?: boolean
}

type ProblemCode = RefusalCode | RequestFaultCode | 'ParticipantNotFound' | 'Unavailable' | 'Internal'

export const PROBLEM_KINDS: Readonly<Record<ProblemCode, ProblemKind>> = {
  InvalidRequest: { status: 400, title: 'Invalid request' },
  MalformedJson: { status: 400, title: 'Malformed JSON' },
  MalformedUrl: { status: 400, title: 'Malformed URL' },
  IncompleteBody: { status: 400, title: 'Incomplete body' },
  InvalidName: { status: 400, title: 'Invalid participant name' },
  InvalidDid: { status: 400, title: 'Invalid DID' },
  InvalidHost: { status: 400, title: 'Invalid host' },
  UnknownProfile: { status: 400, title: 'Unknown profile' },
  Unauthenticated: { status: 401, title: 'Unauthorized' },
  ParticipantNotFound: { status: 404, title: 'Participant not found' },
  RouteNotFound: { status: 404, title: 'Not found' },
  MethodNotAllowed: { status: 405, title: 'Method not allowed' },
  NameTaken: { status: 409, title: 'Participant name taken' },
  DidTaken: { status: 409, title: 'DID taken' },
  NamespaceForeign: { status: 409, title: 'Foreign namespace' },
  StillDeleting: { status: 409, title: 'Still deleting', retryable: true },
  ObservedOnly: { status: 409, title: 'Observed only' },
  Suspended: { status: 409, title: 'Suspended' },
  BodyTooLarge: { status: 413, title: 'Body too large' },
  UnsupportedMediaType: { status: 415, title: 'Unsupported media type' },
  Internal: { status: 500, title: 'Internal error' },
  Unavailable: { status: 503, title: 'Service unavailable', retryable: true },
}

/** Fastify's own refusals, in our words. */
const FRAMEWORK_REFUSALS: Readonly<Record<string, readonly [RequestFaultCode, string]>> = {
  FST_ERR_BAD_URL: ['MalformedUrl', 'the path holds a percent sign that encodes nothing'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['BodyTooLarge', 'the body has more than 1 MiB'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'UnsupportedMediaType',
    'the body must be JSON, sent with "Content-Type: application/json"',
  ],
  FST_ERR_CTP_INVALID_JSON_BODY: [
    'MalformedJson',
    'the body is not valid JSON, or has a member named __proto__ or constructor, which is not allowed',
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['IncompleteBody', 'the body is not as long as Content-Length says'],
  ECONNRESET: ['IncompleteBody', 'the connection ended before the body did'],
}

/** The request id lets a person find the cause in the log. */
export function problemOf(error: unknown, requestId: string): Problem {
  if (error instanceof RequestError)
    return { code: error.code, detail: error.message, faults: error.faults, headers: error.headers }
  if (error instanceof RefusedError) return simple(error.code, error.message)
  if (error instanceof NotFoundError) return simple('ParticipantNotFound', error.message)
  if (error instanceof UnavailableError)
    return { ...simple('Unavailable', error.message), headers: { 'retry-after': RETRY_AFTER_SECONDS } }
  const [code, detail] = frameworkRefusal(error) ?? [
    'Internal',
    `the service failed to answer; its log tells why under request id ${requestId}`,
  ]
  return simple(code, detail)
}

function simple(code: ProblemCode, detail: string): Problem {
  return { code, detail, faults: [], headers: {} }
}

/** Only errors of reading this request carry a status; an ECONNRESET without one is of another connection. */
function frameworkRefusal(error: unknown): readonly [RequestFaultCode, string] | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('statusCode' in error)) return undefined
  return typeof error.code === 'string' ? FRAMEWORK_REFUSALS[error.code] : undefined
}

/** The body that existing clients know. */
export function v1BodyOf({ code, detail }: Problem): ErrorBody | NotFoundBody {
  return code === 'ParticipantNotFound'
    ? { message: detail, status: 'NOT_FOUND' }
    : { error: PROBLEM_KINDS[code].title, details: detail }
}

export interface Occurrence {
  readonly path: string
  readonly requestId: string
}

/** RFC 9457. The type is a tag URI (RFC 4151): it names the kind of problem without promising a page. */
export function problemBodyOf(problem: Problem, { path, requestId }: Occurrence): ProblemBody {
  const { status, title, retryable = false } = PROBLEM_KINDS[problem.code]
  return {
    type: `tag:dataspaces.dev,2026:problem/${problem.code}`,
    title,
    status,
    detail: problem.detail,
    instance: path,
    code: problem.code,
    errors: problem.faults,
    retryable,
    requestId,
  }
}
