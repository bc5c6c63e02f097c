/** The API server answered, and the answer was no. Callers decide by `reason`, never by text. */

/** `metav1.StatusReason` values the product reacts to; anything else is kept as it came. */
export type StatusReason =
  | 'BadRequest'
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Gone'
  | 'Expired'
  | 'Invalid'
  | 'Timeout'
  | 'ServerTimeout'
  | 'TooManyRequests'
  | 'InternalError'
  | 'ServiceUnavailable'
  | 'UnsupportedMediaType'
  | (string & {})

export interface StatusCause {
  readonly reason?: string
  readonly message?: string
  readonly field?: string
}

export interface KubeApiFailure {
  readonly code: number
  readonly reason: StatusReason
  readonly message: string
  readonly causes: readonly StatusCause[]
  /** From the `Retry-After` header or `details.retryAfterSeconds`, in ms. */
  readonly retryAfterMs?: number
  /** `PATCH /apis/…`: what was asked, without the query. */
  readonly request: string
}

export class KubeApiError extends Error {
  override readonly name = 'KubeApiError'
  readonly code: number
  readonly reason: StatusReason
  readonly causes: readonly StatusCause[]
  readonly retryAfterMs: number | undefined
  readonly request: string

  constructor(failure: KubeApiFailure, options?: ErrorOptions) {
    super(`${failure.request}: ${failure.message}`, options)
    this.code = failure.code
    this.reason = failure.reason
    this.causes = failure.causes
    this.retryAfterMs = failure.retryAfterMs
    this.request = failure.request
  }
}

/** True for an answer of the API server with this reason. */
export function hasReason(error: unknown, ...reasons: readonly StatusReason[]): error is KubeApiError {
  return error instanceof KubeApiError && reasons.includes(error.reason)
}
