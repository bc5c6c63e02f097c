/** Decides what an answer that is no success means. */
import type { Reply } from '../model/exchange.ts'
import type { EdcErrorKind } from './errors.ts'
import { type Complaint, complaintOf, contentOf } from './reply.ts'

export interface Judgement {
  readonly kind: EdcErrorKind
  /** Why, and what to do. */
  readonly why: string
}

export interface Circumstances {
  /** The runtime got ready so short a time ago that its APIs may not be there yet. */
  readonly early: boolean
  /** How far EDC's own words may be repeated. */
  readonly quote: (words: string) => string
}

interface Rule {
  readonly holds: (status: number, complaint: Complaint | undefined) => boolean
  readonly kind: EdcErrorKind
  /** A runtime that is only starting answers like this, too. */
  readonly whileStarting: boolean
  readonly hint: string
}

/** First match wins. */
const RULES: readonly Rule[] = [
  {
    holds: (status) => status >= 300 && status < 400,
    kind: 'broken',
    whileStarting: false,
    hint: 'redirects are not followed; check what stands between here and there',
  },
  {
    holds: (status) => status === 401,
    kind: 'unauthorised',
    whileStarting: true,
    hint: 'check that the key is the one the runtime was started with',
  },
  {
    holds: (status) => status === 403,
    kind: 'unauthorised',
    whileStarting: false,
    hint: 'the key is known there, but has not the right to this',
  },
  {
    holds: (status, complaint) => status === 404 && complaint?.type === 'ObjectNotFound',
    kind: 'absent',
    whileStarting: false,
    hint: 'it does not exist there',
  },
  {
    holds: (status) => status === 404 || status === 405,
    kind: 'broken',
    whileStarting: true,
    hint: 'there is no such API; check that the image is of the generation that the profile names',
  },
  {
    holds: (status) => status === 409,
    kind: 'conflict',
    whileStarting: false,
    hint: 'something of that name exists there already',
  },
  {
    holds: (status) => status === 429,
    kind: 'failed',
    whileStarting: false,
    hint: 'it has too much to do; it is asked again later',
  },
  {
    holds: (status) => status >= 400 && status < 500,
    kind: 'refused',
    whileStarting: false,
    hint: 'the request does not please it, and will not the next time; check the generation, and the seed files if it is about them',
  },
  {
    holds: (status) => status >= 500,
    kind: 'failed',
    whileStarting: true,
    hint: 'look at its log',
  },
]

export function judge(reply: Reply, { early, quote }: Circumstances): Judgement {
  const complaint = complaintOf(reply)
  const rule = RULES.find(({ holds }) => holds(reply.status, complaint))
  const said = `it answered ${reply.status} ${wordsOf(reply, complaint, quote)}`
  if (rule === undefined) return { kind: 'broken', why: `${said}, which is no answer to this` }
  if (early && rule.whileStarting)
    return { kind: 'not-yet', why: `${said}; it has only just started, and is asked again` }
  return { kind: rule.kind, why: `${said}; ${rule.hint}` }
}

function wordsOf(reply: Reply, complaint: Complaint | undefined, quote: (words: string) => string): string {
  if (complaint === undefined) return `with ${contentOf(reply)}`
  const words = quote(`${complaint.type}: ${complaint.message}`)
  return words === '' ? 'with an error' : `(${words})`
}
