/** Reads what EDC answered. Its answers are JSON, bare words, HTML pages, or nothing, and the label is not always there or true. */
import type { Reply } from '../model/exchange.ts'

/**
 * `nothing`: whatever comes with a success is not looked at. `word`: one bare word, labelled as it may be, such as
 * `PUBLISHED`, which EDC labels JSON and which is none.
 */
export type Expected = 'nothing' | 'json' | 'word'

export type Read = { readonly value: unknown } | { readonly fault: string }

/** Of a success. A fault is told without a word of the answer, which may be a secret. */
export function readReply(reply: Reply, expected: Expected): Read {
  switch (expected) {
    case 'nothing':
      return { value: undefined }
    case 'json':
      return readJson(reply)
    case 'word':
      return readWord(reply)
  }
}

function readJson(reply: Reply): Read {
  if (labelOf(reply) === 'other') return { fault: `answered ${contentOf(reply)} instead of JSON` }
  const value = jsonOf(reply.text)
  if (value !== undefined) return { value }
  const what = reply.text === '' ? 'nothing' : 'something that is no JSON'
  return { fault: `answered ${what} where JSON was to come` }
}

/** No whitespace, no markup, at most as long as a key; quotes are those of a JSON string. */
const WORD = /^(?<quote>"?)(?<word>[^\s"<>]{1,4096})\k<quote>$/u

function readWord({ text, ...head }: Reply): Read {
  const word = /html/iu.test(head.contentType ?? '') ? undefined : WORD.exec(text.trim())?.groups?.['word']
  return word === undefined
    ? { fault: `answered ${contentOf({ text, ...head })} instead of a single word` }
    : { value: word }
}

/** EDC's error type and words, as far as it told any. */
export interface Complaint {
  /** Such as `ObjectNotFound`; of the token service its `error`. */
  readonly type: string
  readonly message: string
}

/** Of an answer that is no success; undefined when EDC itself did not speak: a page of its server, or somebody in between. */
export function complaintOf(reply: Reply): Complaint | undefined {
  if (labelOf(reply) === 'other') return undefined
  const value = jsonOf(reply.text)
  const [first]: unknown[] = Array.isArray(value) ? value : [value]
  if (typeof first !== 'object' || first === null) return undefined
  const { type, message, error, error_description: description } = first as Readonly<Record<string, unknown>>
  if (typeof type === 'string') return { type, message: textOf(message) }
  return typeof error === 'string' ? { type: error, message: textOf(description) } : undefined
}

/** For messages: what kind of answer it is, never what it says. */
export function contentOf({ contentType, text }: Pick<Reply, 'contentType' | 'text'>): string {
  if (text === '') return 'an empty body'
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? ''
  return /^[a-z0-9.+/-]{1,60}$/u.test(type) ? type : 'a body of an unknown type'
}

/** A body without a label may be JSON: EDC's 401 is. */
function labelOf({ contentType = '' }: Reply): 'json' | 'none' | 'other' {
  if (contentType === '') return 'none'
  return /^application\/(?:[a-z0-9.-]+\+)?json\b/iu.test(contentType) ? 'json' : 'other'
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
