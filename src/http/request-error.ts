/** What the door itself refuses, before anything behind it is asked: unreadable, unauthenticated or misdirected requests. */
import type { Fault } from '../contract/errors.ts'

export type RequestFaultCode =
  | 'InvalidRequest'
  | 'MalformedJson'
  | 'MalformedUrl'
  | 'IncompleteBody'
  | 'BodyTooLarge'
  | 'UnsupportedMediaType'
  | 'Unauthenticated'
  | 'RouteNotFound'
  | 'MethodNotAllowed'

export interface RequestErrorOptions {
  readonly faults?: readonly Fault[]
  /** Headers that the answer must carry, such as `Allow`. */
  readonly headers?: Readonly<Record<string, string>>
}

/** The message is meant for the caller. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly code: RequestFaultCode
  readonly faults: readonly Fault[]
  readonly headers: Readonly<Record<string, string>>
  constructor(code: RequestFaultCode, message: string, options: RequestErrorOptions = {}) {
    super(message)
    this.code = code
    this.faults = options.faults ?? []
    this.headers = options.headers ?? {}
  }
}
