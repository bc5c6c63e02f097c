/** Every number of the Kubernetes client, in one place. Times are ms. */

export interface Tuning {
  readonly connectTimeoutMs: number
  /** From the request to the first byte of the answer. */
  readonly headersTimeoutMs: number
  /** Between two pieces of an answer; a watch has none. */
  readonly bodyTimeoutMs: number
  /** A call with all its attempts and waits. */
  readonly deadlineMs: number
  /** Requests per call, the first one included. */
  readonly maxAttempts: number
  readonly backoffBaseMs: number
  readonly backoffMaxMs: number
  /** The longest wait that a `Retry-After` can ask for. */
  readonly retryAfterMaxMs: number
  /** An answer that is larger is an error. */
  readonly maxAnswerBytes: number
  /** Sockets for calls; further calls wait for a free one. Each watch has one more. */
  readonly maxConnections: number
  /** Objects per page when the caller does not say. */
  readonly pageLimit: number
  /** A watch that the server has not closed this long after `timeoutSeconds` is cut. */
  readonly watchGraceMs: number
  /** An event of a watch that is larger is an error. etcd takes objects up to 1.5 MB. */
  readonly maxEventBytes: number
}

export const DEFAULT_TUNING: Tuning = {
  connectTimeoutMs: 5_000,
  headersTimeoutMs: 15_000,
  bodyTimeoutMs: 15_000,
  deadlineMs: 40_000,
  maxAttempts: 5,
  backoffBaseMs: 200,
  backoffMaxMs: 5_000,
  retryAfterMaxMs: 15_000,
  maxAnswerBytes: 64 * 1024 * 1024,
  maxConnections: 32,
  pageLimit: 500,
  watchGraceMs: 30_000,
  maxEventBytes: 8 * 1024 * 1024,
}
