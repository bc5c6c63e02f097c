/** Who may call, from `AUTH`. Tokens are hashed on reading: the process keeps no token. */
import { createHash } from 'node:crypto'
import { isIPv4 } from 'node:net'

export interface Caller {
  readonly name: string
  /** SHA-256 of the token, in hexadecimal. */
  readonly sha256: string
}

export type Auth =
  | { readonly kind: 'none' }
  | { readonly kind: 'tokens'; readonly callers: readonly Caller[] }

/** Shorter tokens can be guessed. */
const TOKEN_MIN_LENGTH = 16

export function readAuth(text: string, readFile: (path: string) => string, faults: string[]): Auth {
  if (text === 'none') return { kind: 'none' }
  const path = /^tokens:(?<path>.+)$/u.exec(text)?.groups?.['path']
  if (path === undefined) {
    faults.push('AUTH must be "none" (loopback addresses only) or "tokens:FILE"')
    return { kind: 'none' }
  }
  try {
    return { kind: 'tokens', callers: readTokens(path, readFile(path), faults) }
  } catch (error) {
    faults.push(`AUTH names the tokens file "${path}", which cannot be read: ${(error as Error).message}`)
    return { kind: 'tokens', callers: [] }
  }
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
}

/** Lines `caller token`; `#` starts a comment. A fault names the line, never its content. */
function readTokens(path: string, text: string, faults: string[]): readonly Caller[] {
  const callers = text.split('\n').flatMap((line, index) => {
    const words = line.trim().split(/\s+/u)
    if (line.trim() === '' || line.trim().startsWith('#')) return []
    const [name = '', token = '', ...rest] = words
    if (token.length >= TOKEN_MIN_LENGTH && rest.length === 0)
      return [{ name, sha256: createHash('sha256').update(token).digest('hex') }]
    faults.push(
      `line ${index + 1} of "${path}" must be "caller token" with a token of at least ${TOKEN_MIN_LENGTH} characters`,
    )
    return []
  })
  if (callers.length === 0) faults.push(`the tokens file "${path}" holds no caller, so nobody could call`)
  return callers
}
