/** Makes single calls to an OpenBao server, within limits, and puts into words why one did not do what it was for. */
import { NoReplyError, type NoReplyKind, type Reply, type Send } from '../model/exchange.ts'
import { VaultError, type VaultErrorKind, type VaultFailure } from './errors.ts'

export interface VaultAccess {
  /** To the root of the server. */
  readonly send: Send
  /** For messages: `vault of "acme"`. */
  readonly target: string
}

export interface VaultCall {
  /** Completes "asked to …" in messages. */
  readonly purpose: string
  readonly method: 'GET' | 'POST' | 'PUT'
  /** Below `/v1`, escaped. */
  readonly path: string
  readonly body?: Readonly<Record<string, unknown>>
  /** Left out where nobody has to say who he is. */
  readonly token?: string | undefined
  /** Status codes that answer the question although they are no success. */
  readonly alsoFine?: readonly number[]
  /** Default {@link ATTEMPT_MS}. */
  readonly withinMs?: number
}

export interface VaultAnswer {
  readonly status: number
  /** Undefined when it is no JSON object. */
  readonly json: Readonly<Record<string, unknown>> | undefined
}

/** A call with its whole answer. */
const ATTEMPT_MS = 5_000
const MAX_ANSWER_BYTES = 1024 * 1024

/**
 * Rejects with a {@link VaultError}, or with the signal's reason. Nothing of an answer is repeated in a message: what is
 * asked of a vault is secret more often than not.
 */
export async function callVault(
  access: VaultAccess,
  call: VaultCall,
  signal: AbortSignal,
): Promise<VaultAnswer> {
  const reply = await exchange(access, call, signal)
  const { status } = reply
  const isSuccess = status >= 200 && status < 300
  if (isSuccess || call.alsoFine?.includes(status) === true) return { status, json: objectIn(reply) }
  const { kind, hint } = judgementOn(status)
  throw errorOf(access, call, { kind, why: `it answered ${status}; ${hint}` })
}

export function errorOf(
  { target }: VaultAccess,
  { purpose }: VaultCall,
  failure: Pick<VaultFailure, 'kind' | 'why'>,
): VaultError {
  return new VaultError({ ...failure, target, purpose })
}

async function exchange(access: VaultAccess, call: VaultCall, signal: AbortSignal): Promise<Reply> {
  const { method, path, body, token, withinMs = ATTEMPT_MS } = call
  const timeout = AbortSignal.timeout(withinMs)
  try {
    return await access.send({
      method,
      path: `/v1${path}`,
      headers: {
        accept: 'application/json',
        'accept-encoding': 'identity',
        ...(token !== undefined && { 'x-vault-token': token }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      maxBytes: MAX_ANSWER_BYTES,
      signal: AbortSignal.any([signal, timeout]),
    })
  } catch (error) {
    signal.throwIfAborted()
    throw errorOf(access, call, timeout.aborted ? tooSlow(withinMs) : noReply(error))
  }
}

const KIND_OF_NO_REPLY: Readonly<Record<NoReplyKind, VaultErrorKind>> = {
  unreachable: 'unreachable',
  'too-large': 'broken',
  'no-way': 'impossible',
}

/** The error itself is not kept: those of sockets and parsers may hold bytes of the exchange. */
function noReply(error: unknown): Pick<VaultFailure, 'kind' | 'why'> {
  if (error instanceof NoReplyError) return { kind: KIND_OF_NO_REPLY[error.kind], why: error.message }
  return { kind: 'unreachable', why: 'the call failed on the way; check the network' }
}

function tooSlow(withinMs: number): Pick<VaultFailure, 'kind' | 'why'> {
  return { kind: 'unreachable', why: `there was no complete answer within ${withinMs} ms; check its load` }
}

interface Judgement {
  readonly kind: VaultErrorKind
  /** What to do. */
  readonly hint: string
}

/** OpenBao documentation, "HTTP API": status codes. A standby that has no leader yet answers 500 or 503. */
function judgementOn(status: number): Judgement {
  if (status === 403)
    return { kind: 'denied', hint: 'it does not take our token, or gives it no right to this' }
  if (status === 429 || status === 472 || status === 473 || status === 503)
    return { kind: 'sealed', hint: 'it is sealed, or not the active one yet' }
  if (status >= 500) return { kind: 'failed', hint: 'look at its log' }
  if (status >= 400)
    return { kind: 'refused', hint: 'check that the image is an OpenBao, and look at its log' }
  return { kind: 'broken', hint: 'which is no answer to this; check what listens there' }
}

function objectIn({ text }: Reply): VaultAnswer['json'] {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined
  } catch {
    return undefined
  }
}
