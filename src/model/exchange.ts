/** One HTTP exchange with another system, whichever way it goes there. Adapters provide the ways; a client uses them. */
import { UnavailableError } from './errors.ts'

export interface Exchange {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** From the root of the server, escaped. */
  readonly path: string
  /** Names in lower case. May hold secrets. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** An answer that is larger is cut off and is an error. */
  readonly maxBytes: number
  /** Ends the exchange; the promise is then rejected with its reason. */
  readonly signal: AbortSignal
}

/** What came back, unread: nothing is promised about the text, whatever the content type says. */
export interface Reply {
  readonly status: number
  readonly contentType: string | undefined
  readonly text: string
}

/** Rejects with {@link NoReplyError} when there was no answer. Never follows a redirect, never tries twice. */
export type Send = (exchange: Exchange) => Promise<Reply>

/** Where a component of a participant listens. It comes from our own manifests, never from what a caller asked for. */
export interface Place {
  /** Name of the participant, which is that of its namespace. */
  readonly participant: string
  /** Name of the Service. */
  readonly service: string
  readonly port: number
}

/** A way to the components of all participants. */
export type Reach = (place: Place) => Send

/**
 * `unreachable`: no connection, or it broke; asking again can help. `too-large`: the answer was cut off. `no-way`: this
 * way cannot carry the request until somebody changes settings or rights.
 */
export type NoReplyKind = 'unreachable' | 'too-large' | 'no-way'

/** There was no answer. The message says why and what to do, holds no secret, and there is no cause that could. */
export class NoReplyError extends UnavailableError {
  readonly kind: NoReplyKind
  constructor(kind: NoReplyKind, message: string) {
    super(message)
    this.kind = kind
  }
}

/** The whole body as text. Leaving it early ends the connection, so that the rest is not even received. */
export async function textOf(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder()
  const parts: string[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > maxBytes)
      throw new NoReplyError(
        'too-large',
        `its answer is larger than ${maxBytes} bytes; check what answers there`,
      )
    parts.push(decoder.decode(chunk, { stream: true }))
  }
  return parts.join('') + decoder.decode()
}

/** Of a header that may be there several times. */
export function labelOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.[0]
}
