/** Plain requests for tests: the status, and the body as text and, where it is JSON, parsed. */

export interface Answer {
  readonly status: number
  readonly text: string
  /** Undefined when the body is not JSON. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of many shapes
  readonly json: any
}

export interface Call {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as a form instead. */
  readonly form?: Readonly<Record<string, string>>
}

/** Throws only when there is no answer at all, within ten seconds. */
export async function call(url: string, { method, headers = {}, body, form }: Call = {}): Promise<Answer> {
  const content =
    form !== undefined ? new URLSearchParams(form) : body === undefined ? undefined : JSON.stringify(body)
  const answer = await fetch(url, {
    method: method ?? (content === undefined ? 'GET' : 'POST'),
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(content !== undefined && { body: content }),
    redirect: 'manual',
    signal: AbortSignal.timeout(10_000),
  })
  const text = await answer.text()
  return { status: answer.status, text, json: parsed(text) }
}

/** The same, for calls that have to succeed: throws with the body when the status is another. */
export async function expectCall(status: number, url: string, options: Call = {}): Promise<Answer> {
  const answer = await call(url, options)
  if (answer.status === status) return answer
  throw new Error(
    `${options.method ?? 'call'} ${url}: ${answer.status} instead of ${status}: ${answer.text.slice(0, 2000)}`,
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
