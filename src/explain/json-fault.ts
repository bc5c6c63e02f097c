/** Finds where a text stops being JSON: the parser of JavaScript does not always tell. */

const TOKEN =
  /\s*(?<token>[{}[\],:]|"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/uy

type Expected = 'value' | 'first value' | 'key' | 'first key' | 'colon' | 'more'

/** The offset of the first token that does not belong there; the length of a text that only lacks its end. */
export function jsonFaultAt(text: string): number {
  const open: string[] = []
  let expected: Expected = 'value'
  for (let at = 0; at < text.length;) {
    TOKEN.lastIndex = at
    const token = TOKEN.exec(text)?.groups?.['token']
    if (token === undefined) return skipSpace(text, at)
    const next = after(token, expected, open)
    if (next === undefined) return TOKEN.lastIndex - token.length
    expected = next
    at = TOKEN.lastIndex
  }
  return text.length
}

function skipSpace(text: string, from: number): number {
  return from + (/^\s*/u.exec(text.slice(from, from + 10_000))?.[0].length ?? 0)
}

/** What may follow the token; undefined when it must not stand there. Keeps what is open up to date. */
function after(token: string, expected: Expected, open: string[]): Expected | undefined {
  return token === '}' || token === ']' ? close(token, expected, open) : RULES[expected](token, open)
}

type Rule = (token: string, open: string[]) => Expected | undefined

const RULES: Readonly<Record<Expected, Rule>> = {
  value: begin,
  'first value': begin,
  key,
  'first key': key,
  colon: (token) => (token === ':' ? 'value' : undefined),
  more: afterValue,
}

function begin(token: string, open: string[]): Expected | undefined {
  if (token === ',' || token === ':') return undefined
  if (token !== '{' && token !== '[') return 'more'
  open.push(token)
  return token === '{' ? 'first key' : 'first value'
}

function key(token: string): Expected | undefined {
  return token.startsWith('"') ? 'colon' : undefined
}

function close(token: string, expected: Expected, open: string[]): Expected | undefined {
  const opened = open.pop()
  const [bracket, first] = token === '}' ? ['{', 'first key'] : ['[', 'first value']
  return opened === bracket && (expected === 'more' || expected === first) ? 'more' : undefined
}

function afterValue(token: string, open: readonly string[]): Expected | undefined {
  if (token !== ',' || open.length === 0) return undefined
  return open.at(-1) === '{' ? 'key' : 'value'
}
