/** Puts into words that an API server did not answer, and decides whether asking again can help. */
import { UnavailableError } from '../model/errors.ts'

/**
 * What became of the request: `unsent` – no connection came about, so nothing can have happened; `lost` – it may have
 * been carried out; `hopeless` – asking again cannot help, whatever became of it.
 */
export type Fate = 'unsent' | 'lost' | 'hopeless'

export class NoAnswerError extends UnavailableError {
  readonly fate: Fate
  constructor(fate: Fate, message: string, options?: ErrorOptions) {
    super(message, options)
    this.fate = fate
  }
}

/** Errors of undici's HTTP parser; not all of them have a code. */
const PARSER_FAULT = /^(?:HPE_|HTTPParserError)/u

interface Wording {
  readonly codes: RegExp
  readonly fate: Fate
  readonly text: string
}

/** First match wins. Codes are those of Node, OpenSSL and undici. */
const WORDINGS: readonly Wording[] = [
  {
    codes: /^ECONNREFUSED$/u,
    fate: 'unsent',
    text: 'the connection was refused; check that the API server runs and that the address is right',
  },
  {
    codes: /^(?:ENOTFOUND|EAI_AGAIN)$/u,
    fate: 'unsent',
    text: 'the host name cannot be resolved; check the name and the DNS',
  },
  {
    codes: /^UND_ERR_CONNECT_TIMEOUT$/u,
    fate: 'unsent',
    text: 'no connection came about in time; check the address, the network and firewalls',
  },
  {
    codes: /^(?:UND_ERR_(?:HEADERS|BODY)_TIMEOUT|TimeoutError)$/u,
    fate: 'lost',
    text: 'it did not go on answering in time; check how loaded the API server is',
  },
  {
    codes: /^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH)$/u,
    fate: 'lost',
    text: 'the connection was closed before the answer was complete; check the API server and what is in between',
  },
  {
    codes: /^(?:EPROTO|ERR_SSL)/u,
    fate: 'hopeless',
    text: 'TLS failed; check that this is an https address and that the client certificate is accepted there',
  },
  {
    codes: /CERT|SELF_SIGNED|LEAF_SIGNATURE|ISSUER|INVALID_CA|HOSTNAME_MISMATCH/u,
    fate: 'hopeless',
    text: "its certificate is not trusted; check the cluster's certificate authority and the server name",
  },
  {
    codes: PARSER_FAULT,
    fate: 'hopeless',
    text: 'it does not speak HTTP there; check the port and whether the address should begin with https',
  },
]

/** Turns an error of undici or a socket into ours. `subject` is `GET /path at https://server`. */
export function noAnswer(subject: string, error: unknown): NoAnswerError {
  if (error instanceof NoAnswerError) return error
  const code = codeOf(error)
  const wording = WORDINGS.find(({ codes }) => codes.test(code))
  const text =
    wording?.text ?? 'the call failed on the way; check the network and, if there is one, the proxy'
  const fate = failedToConnect(error) ? 'unsent' : (wording?.fate ?? 'lost')
  // A parser error carries the bytes it failed at, which may be anybody's secret.
  const options = PARSER_FAULT.test(code) ? undefined : { cause: error }
  return new NoAnswerError(fate, `${subject}: ${text} (${code})`, options)
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

function failedToConnect(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'connect'
}
