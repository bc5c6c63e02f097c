/** What EDC's web server says, in the forms in which it says it: JSON, pages, bare text, nothing, labelled or not. */

export interface EdcRequest {
  readonly method: string
  /** Escaped, from the root of the server, without its query. */
  readonly path: string
  readonly query: URLSearchParams
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

export interface EdcAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export function json(status: number, value: unknown): EdcAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) }
}

/** A word that is labelled JSON and is none. */
export function bareWord(word: string): EdcAnswer {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: word }
}

export function plainText(status: number, body: string): EdcAnswer {
  return { status, headers: { 'content-type': 'text/plain' }, body }
}

/** No body, and so no label. */
export function nothing(status: number, headers: EdcAnswer['headers'] = {}): EdcAnswer {
  return { status, headers, body: '' }
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  500: 'Internal Server Error',
}

/** Jetty's own page, which tells no reason. */
export function page(status: number, path: string, title = TITLES[status] ?? 'Error'): EdcAnswer {
  const row = (name: string, value: string | number): string => `<tr><th>${name}:</th><td>${value}</td></tr>`
  const body = [
    '<html>',
    '<head>',
    '<meta http-equiv="Content-Type" content="text/html;charset=ISO-8859-1"/>',
    `<title>Error ${status} ${title}</title>`,
    '</head>',
    '<body>',
    `<h2>HTTP ERROR ${status} ${title}</h2>`,
    '<table>',
    row('URI', path),
    row('STATUS', status),
    row('MESSAGE', title),
    '</table>',
    '',
    '</body>',
    '</html>',
    '',
  ].join('\n')
  return { status, headers: { 'content-type': 'text/html;charset=iso-8859-1' }, body }
}

interface Complaint {
  readonly type: string
  readonly message: string
  readonly path?: string
  /** EDC repeats what it refuses. */
  readonly invalidValue?: unknown
}

export function complaint(status: number, { type, message, path, invalidValue }: Complaint): EdcAnswer {
  return json(status, [{ message, type, path: path ?? null, invalidValue: invalidValue ?? null }])
}

/** JSON without a label, as the identity hub refuses a key. */
export function unlabelled(answer: EdcAnswer): EdcAnswer {
  return { ...answer, headers: {} }
}

export function notFound(kind: string, id: string | null): EdcAnswer {
  return complaint(404, {
    type: 'ObjectNotFound',
    message: `Object of type ${kind} with ID=${id} was not found`,
  })
}

export function conflict(message: string): EdcAnswer {
  return complaint(409, { type: 'ObjectConflict', message })
}

export function invalid(refusal: Omit<Complaint, 'type'>): EdcAnswer {
  return complaint(400, { type: 'ValidationFailure', ...refusal })
}

/** Jetty looks at the path before anybody else does. */
export function refusedPath(path: string): EdcAnswer | undefined {
  if (/%25/u.test(path)) return page(400, path, 'Ambiguous URI path encoding')
  return /%2f/iu.test(path) ? page(400, path, 'Ambiguous URI path separator') : undefined
}

/** The body as an object; undefined when it is none. */
export function objectOf(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined
  } catch {
    return undefined
  }
}

export function noJson(): EdcAnswer {
  return plainText(
    400,
    "Unrecognized token: was expecting (JSON String, Number, Array, Object or token 'null')",
  )
}
