/** Reads what an API server answered: JSON when it went well, a typed error when it did not. */
import { KubeApiError, type StatusCause, type StatusReason } from './errors.ts'
import { NoAnswerError } from './no-answer.ts'

export interface Answer {
  readonly code: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** `metav1.Status`, as far as it is read. */
interface Status {
  readonly kind: 'Status'
  readonly apiVersion?: string
  readonly reason?: string
  readonly message?: string
  readonly details?: { readonly causes?: readonly unknown[]; readonly retryAfterSeconds?: number }
}

/** The parsed body of a 2xx answer. Its text is never quoted: it may hold a Secret. */
export function jsonOf(answer: Answer, subject: string): unknown {
  const value = parse(answer.text)
  if (value !== undefined) return value
  throw new NoAnswerError(
    'hopeless',
    `${subject}: it answered ${answer.code} with ${contentOf(answer)} instead of JSON; check that the address is the API server's and what is in between`,
  )
}

/** True when the API server says that there is no such object, not when a path or a proxy is unknown to somebody. */
export function saysAbsent(answer: Answer): boolean {
  return answer.code === 404 && statusOf(answer.text)?.reason === 'NotFound'
}

/** `request` is `GET /path`. The reason comes from the `Status`, else from the code. */
export function errorOf(
  answer: Answer,
  { request, server }: { readonly request: string; readonly server: string },
): KubeApiError {
  const status = statusOf(answer.text)
  const retryAfterMs = retryAfterOf(answer, status)
  const message =
    status?.message ||
    `${server} answered ${answer.code} with ${contentOf(answer)} instead of a Kubernetes Status${hintOf(answer.code)}`
  return new KubeApiError({
    code: answer.code,
    reason: status?.reason || reasonOf(answer.code, request),
    message,
    causes: (status?.details?.causes ?? []).filter(isCause),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    request,
  })
}

function hintOf(code: number): string {
  if (code === 404)
    return '; check that the API server serves this kind (is its CustomResourceDefinition installed?)'
  if (code >= 300 && code < 400) return '; redirects are not followed, check the address of the API server'
  return '; check what stands between here and the API server'
}

/** After client-go's `NewGenericServerResponse`. */
function reasonOf(code: number, request: string): StatusReason {
  if (code === 409 && request.startsWith('POST ')) return 'AlreadyExists'
  return REASONS.get(code) ?? (code >= 500 ? 'InternalError' : 'Unknown')
}

const REASONS: ReadonlyMap<number, StatusReason> = new Map([
  [400, 'BadRequest'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'NotFound'],
  [405, 'MethodNotAllowed'],
  [406, 'NotAcceptable'],
  [409, 'Conflict'],
  [410, 'Gone'],
  [413, 'RequestEntityTooLarge'],
  [415, 'UnsupportedMediaType'],
  [422, 'Invalid'],
  [429, 'TooManyRequests'],
  [503, 'ServiceUnavailable'],
  [504, 'Timeout'],
])

/** RFC 9110 §10.2.3; the API server sends seconds, so dates are not read. */
function retryAfterOf({ headers }: Answer, status: Status | undefined): number | undefined {
  const header = headers['retry-after']
  const seconds =
    typeof header === 'string' && /^\d+$/u.test(header) ? Number(header) : status?.details?.retryAfterSeconds
  return seconds === undefined ? undefined : seconds * 1000
}

/** Undefined when the text is no `Status`. */
export function statusOf(text: string): Status | undefined {
  const value = parse(text)
  return isObject(value) && value['kind'] === 'Status' ? (value as object as Status) : undefined
}

function contentOf({ headers, text }: Answer): string {
  if (text === '') return 'an empty body'
  const type = headers['content-type']
  return typeof type === 'string' ? type : 'an unknown content type'
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isCause(value: unknown): value is StatusCause {
  return isObject(value)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
