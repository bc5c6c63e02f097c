/** Building blocks of the OpenAPI description of a route: the errors it can answer with, and the headers. */

/** The titles of error answers, by status. */
const DESCRIPTIONS: Readonly<Record<ErrorStatus, string>> = {
  400: 'The request cannot be read, or holds something that is not allowed',
  401: 'No token, or one that is not known',
  404: 'There is no such thing',
  409: 'In conflict with what exists; nothing was written',
  413: 'The body has more than 1 MiB',
  415: 'The body is not JSON',
  500: 'The service failed',
  503: 'The cluster is out of reach and nothing is known yet',
}

type ErrorStatus = 400 | 401 | 404 | 409 | 413 | 415 | 500 | 503

interface ErrorResponsesOptions {
  /** Body of the 404; `Error` unless a participant is what is missing. */
  readonly notFound?: 'NotFound'
}

/** 401 and 500 are always among them. */
export function errorResponses(
  statuses: readonly ErrorStatus[],
  { notFound }: ErrorResponsesOptions = {},
): Record<number, object> {
  return Object.fromEntries(
    ([...statuses, 401, 500] as const).map((status) => [
      status,
      {
        description: DESCRIPTIONS[status],
        ...(status === 503 && { headers: { 'Retry-After': { type: 'string', description: 'Seconds' } } }),
        content: {
          'application/json': { schema: { $ref: status === 404 && notFound ? 'NotFound#' : 'Error#' } },
          'application/problem+json': { schema: { $ref: 'Problem#' } },
        },
      },
    ]),
  )
}

interface JsonResponse {
  readonly description: string
  readonly schema: object
  /** Name of a header → what it says. */
  readonly headers?: Readonly<Record<string, string>>
}

const EVERYWHERE = {
  'X-Observed-At': 'When the cluster last confirmed what is known',
  'X-Stale': '"true" while that is longer ago than it should be; absent otherwise',
} as const

export function jsonResponse({ description, schema, headers = {} }: JsonResponse): object {
  return {
    description,
    headers: Object.fromEntries(
      Object.entries({ ...headers, ...EVERYWHERE }).map(([name, text]) => [
        name,
        { type: 'string', description: text },
      ]),
    ),
    content: { 'application/json': { schema } },
  }
}

export const notModified: object = {
  description: 'The caller has the current answer: an entity tag in If-None-Match is the one it would get',
  type: 'null',
}
