/** Reads JSON: one value, or several one after the other, as several calls of kubectl print them into one file. */
import { InputError } from './input-error.ts'
import { jsonFaultAt } from './json-fault.ts'

/** The values in order. Throws {@link InputError} with line and column. */
export function readJsonDocuments(text: string): readonly unknown[] {
  try {
    return [JSON.parse(text)]
  } catch {
    return readMany(text)
  }
}

interface Span {
  readonly from: number
  readonly to: number
}

/** White space, and the lines that part the documents of YAML. */
const BETWEEN = /(?:\s|^---[^\n{[]*$)*/gmuy
/** Whatever can open or close a level, and texts as a whole, because these may hold the others. */
const TOKEN = /[{}[\]]|"[^"\\]*(?:\\.[^"\\]*)*"/gsu

function readMany(text: string): readonly unknown[] {
  const values: unknown[] = []
  for (let from = skipBetween(text, 0); from < text.length;) {
    const to = endOf(text, from)
    values.push(parseSpan(text, { from, to }))
    from = skipBetween(text, to)
  }
  return values
}

function skipBetween(text: string, from: number): number {
  BETWEEN.lastIndex = from
  BETWEEN.test(text)
  return Math.max(from, BETWEEN.lastIndex)
}

/** Where the value that begins at `from` ends; the end of the text for one that is cut off. */
function endOf(text: string, from: number): number {
  if (text[from] !== '{' && text[from] !== '[') throw faultAt(text, from, 'expected an object')
  TOKEN.lastIndex = from
  let depth = 0
  for (let token = TOKEN.exec(text); token !== null; token = TOKEN.exec(text)) {
    if (token[0] === '{' || token[0] === '[') depth += 1
    if (token[0] === '}' || token[0] === ']') depth -= 1
    if (depth === 0) return TOKEN.lastIndex
  }
  return text.length
}

function parseSpan(text: string, { from, to }: Span): unknown {
  const span = text.slice(from, to)
  try {
    return JSON.parse(span)
  } catch {
    const at = from + jsonFaultAt(span)
    if (at >= text.length)
      throw faultAt(text, at, 'the text ends in the middle of an object; is the file complete?')
    throw faultAt(text, at, `${JSON.stringify(text[at])} must not stand here`)
  }
}

function faultAt(text: string, at: number, said: string): InputError {
  const before = text.slice(0, at)
  const line = before.split('\n').length
  return new InputError(`line ${line}, column ${at - before.lastIndexOf('\n')}: no JSON: ${said}`)
}
