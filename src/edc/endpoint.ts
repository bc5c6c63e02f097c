/** One API of one runtime: makes a call once, within its limits, and answers with a value or an `EdcError`. */
import type { TargetKind } from '../model/edc-call.ts'
import { NoReplyError, type NoReplyKind, type Reply, type Send } from '../model/exchange.ts'
import type { JsonObject } from '../seed/definitions.ts'
import type { EdcProfile } from '../seed/profile.ts'
import { EdcError, type EdcErrorKind, type EdcFailure, isEdcError } from './errors.ts'
import type { Health, HeldBack } from './guard.ts'
import { judge } from './judge.ts'
import { type Expected, readReply } from './reply.ts'
import type { EdcShared } from './shared.ts'

export interface EndpointOptions extends EdcShared {
  readonly send: Send
  readonly targetKind: TargetKind
  /** For messages, and what is left alone after failures: `identityhub of "acme"`. */
  readonly target: string
  /** Below which the paths of calls are. */
  readonly basePath: string
  /** Left out for APIs that ask for none. */
  readonly credential?: { readonly kind: EdcProfile['authentication']; readonly secret: string }
  /** How long ago the runtime got ready, in ms. Default: long ago. */
  readonly readyForMs?: (() => number) | undefined
}

export interface EdcCall {
  /** Completes "asked to …" in messages. */
  readonly purpose: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Escaped. */
  readonly path: string
  readonly body?: { readonly json: JsonObject } | { readonly form: Readonly<Record<string, string>> }
  readonly expected: Expected
  /** Values in the body that no message may repeat. */
  readonly secrets?: readonly string[]
  /** The call is about a secret: no word of its answer is repeated, as it may be a part of one. */
  readonly mute?: boolean
}

export class Endpoint {
  readonly #options: EndpointOptions
  readonly #headers: Readonly<Record<string, string>>

  constructor(options: EndpointOptions) {
    this.#options = options
    this.#headers = headersOf(options.credential)
  }

  /** Rejects with an {@link EdcError}, or with the signal's reason. */
  async call(call: EdcCall, signal: AbortSignal): Promise<unknown> {
    const { guard, target } = this.#options
    const startedAt = performance.now()
    try {
      const value = await guard.through({
        target,
        signal,
        run: () => this.#attempt(call, signal),
        healthOf,
        heldBack: (why) => this.#error(call, heldBack(why)),
      })
      this.#tell(call, 'ok', startedAt)
      return value
    } catch (error) {
      this.#tell(call, isEdcError(error) ? error.kind : 'given-up', startedAt)
      throw error
    }
  }

  /** The same, but undefined when EDC says that there is no such thing. */
  async find(call: EdcCall, signal: AbortSignal): Promise<unknown> {
    try {
      return await this.call(call, signal)
    } catch (error) {
      if (isEdcError(error, 'absent')) return undefined
      throw error
    }
  }

  /** For answers of another shape than they should have. */
  misshapen(call: EdcCall, what: string): EdcError {
    return this.#error(call, {
      kind: 'broken',
      why: `its answer has no ${what}; check that the image is of the generation that the profile names`,
    })
  }

  async #attempt(call: EdcCall, signal: AbortSignal): Promise<unknown> {
    const reply = await this.#exchange(call, signal)
    const { status } = reply
    if (status < 200 || status >= 300) {
      const judgement = judge(reply, { early: this.#isEarly(), quote: this.#quoteFor(call) })
      throw this.#error(call, { ...judgement, status })
    }
    const read = readReply(reply, call.expected)
    if ('value' in read) return read.value
    const why = `it ${read.fault}; check that the image is of the generation that the profile names`
    throw this.#error(call, { kind: 'broken', why, status })
  }

  async #exchange({ method, path, body, ...call }: EdcCall, signal: AbortSignal): Promise<Reply> {
    const { send, basePath, tuning } = this.#options
    const { attemptMs, maxAnswerBytes: maxBytes } = tuning
    const timeout = AbortSignal.timeout(attemptMs)
    const content = body === undefined ? undefined : contentOf(body)
    try {
      return await send({
        method,
        path: basePath + path,
        headers: { ...this.#headers, ...(content && { 'content-type': content.type }) },
        ...(content && { body: content.text }),
        maxBytes,
        signal: AbortSignal.any([signal, timeout]),
      })
    } catch (error) {
      signal.throwIfAborted()
      throw this.#error(call, timeout.aborted ? tooSlow(attemptMs) : noReply(error))
    }
  }

  #tell(call: EdcCall, outcome: EdcErrorKind | 'ok' | 'given-up', startedAt: number): void {
    const { targetKind, onCall } = this.#options
    const wasMade = outcome !== 'held-back' && outcome !== 'crowded'
    const ms = wasMade ? performance.now() - startedAt : undefined
    onCall?.({ targetKind, operation: operationOf(call), outcome, ms })
  }

  #isEarly(): boolean {
    const { readyForMs, tuning } = this.#options
    return readyForMs !== undefined && readyForMs() < tuning.earlyMs
  }

  /** EDC's words on one line, without our key and the values of the call that are to stay secret. */
  #quoteFor({ secrets = [], mute = false }: EdcCall): (words: string) => string {
    if (mute) return () => ''
    const key = this.#options.credential?.secret.trim() ?? ''
    const hidden = [key, ...secrets].filter((secret) => secret !== '').flatMap(formsOf)
    return (words) => oneLine(hidden.reduce((text, secret) => text.replaceAll(secret, '***'), words))
  }

  #error({ purpose }: Pick<EdcCall, 'purpose'>, failure: Failure): EdcError {
    const { target, targetKind } = this.#options
    return new EdcError({ ...failure, purpose, target, targetKind })
  }
}

type Failure = Omit<EdcFailure, 'target' | 'targetKind' | 'purpose'>

function headersOf(credential: EndpointOptions['credential']): Readonly<Record<string, string>> {
  // EDC compresses nothing unless it is asked to.
  const always = { accept: 'application/json, text/plain;q=0.5', 'accept-encoding': 'identity' }
  if (credential === undefined) return always
  // A key from a file ends with a line break, which no header can hold.
  const secret = credential.secret.trim()
  return credential.kind === 'api-key'
    ? { ...always, 'x-api-key': secret }
    : { ...always, authorization: `Bearer ${secret}` }
}

function contentOf(body: NonNullable<EdcCall['body']>): { readonly type: string; readonly text: string } {
  if ('json' in body) return { type: 'application/json', text: JSON.stringify(body.json) }
  return { type: 'application/x-www-form-urlencoded', text: new URLSearchParams(body.form).toString() }
}

const KIND_OF_NO_REPLY: Readonly<Record<NoReplyKind, EdcErrorKind>> = {
  unreachable: 'unreachable',
  'too-large': 'broken',
  'no-way': 'impossible',
}

/** The error itself is not kept: those of sockets and parsers may hold bytes of the exchange. */
function noReply(error: unknown): Failure {
  if (error instanceof NoReplyError) return { kind: KIND_OF_NO_REPLY[error.kind], why: error.message }
  const name = error instanceof Error ? error.name : 'unknown error'
  return { kind: 'unreachable', why: `the call failed on the way (${name}); check the network` }
}

function tooSlow(attemptMs: number): Failure {
  return {
    kind: 'unreachable',
    why: `there was no complete answer within ${attemptMs} ms; check how loaded it is and the network`,
  }
}

function heldBack({ because, retryInMs }: HeldBack): Failure {
  if (because === 'crowd') {
    const why = 'too many calls are under way, to it or to others; this one comes later'
    return { kind: 'crowded', why, retryInMs }
  }
  const why = `it is left alone because the last calls to it failed; asked again in ${Math.ceil(retryInMs / 1000)} s`
  return { kind: 'held-back', why, retryInMs }
}

/** The purpose without the names in it. */
function operationOf({ purpose }: EdcCall): string {
  return purpose.replace(/ ".*$/u, '')
}

/** An answer of whatever kind shows that the target is there; only its failures count against it. */
function healthOf(error: unknown): Health {
  if (isEdcError(error, 'unreachable', 'failed', 'broken')) return 'ill'
  return isEdcError(error) && !isEdcError(error, 'not-yet', 'impossible') ? 'well' : 'unknown'
}

/** As it is, and as JSON that is quoted has it. */
function formsOf(secret: string): readonly string[] {
  return [secret, JSON.stringify(secret).slice(1, -1)]
}

const MAX_QUOTED = 200

function oneLine(words: string): string {
  const line = words.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()
  return line.length <= MAX_QUOTED ? line : `${line.slice(0, MAX_QUOTED)}…`
}
