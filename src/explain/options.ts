/** Reads the command line of `explain`. */
import { parseArgs } from 'node:util'
import { isTime } from './shape.ts'

export interface Options {
  /** A path, or `-` for standard input. */
  readonly file: string
  readonly output: 'json' | 'text'
  /** ms since 1970; undefined: the clock of the machine. */
  readonly nowMs: number | undefined
  readonly participant: string | undefined
}

/** Sentences about what cannot be understood; never empty. */
export interface Misunderstood {
  readonly faults: readonly string[]
}

const FLAGS = {
  file: { type: 'string', short: 'f' },
  output: { type: 'string', short: 'o' },
  now: { type: 'string' },
  participant: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

type Flag = Exclude<keyof typeof FLAGS, 'help'>

export function readOptions(args: readonly string[]): Options | Misunderstood | 'help' {
  const { tokens } = parseArgs({
    args: [...args],
    options: FLAGS,
    strict: false,
    tokens: true,
    allowPositionals: true,
  })
  if (tokens.some((token) => token.kind === 'option' && token.name === 'help')) return 'help'
  const faults: string[] = []
  const given = new Map<Flag, string>()
  for (const token of tokens) {
    if (token.kind === 'positional')
      faults.push(`"${token.value}" is one word too many; the dump is given with -f FILE`)
    if (token.kind === 'option') faults.push(...takeFlag(token, given))
  }
  const options = optionsOf(given, faults)
  return faults.length > 0 ? { faults } : options
}

interface FlagToken {
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
}

function takeFlag({ name, rawName, value }: FlagToken, given: Map<Flag, string>): readonly string[] {
  if (!isFlag(name)) return [`${rawName} is not an option`]
  if (value === undefined || value === '') return [`${rawName} needs a value`]
  if (given.has(name)) return [`${rawName} is given twice`]
  // As kubectl does, `-o=json` means the same as `-o json`.
  given.set(name, rawName.startsWith('--') ? value : value.replace(/^=/u, ''))
  return []
}

function isFlag(name: string): name is Flag {
  return name !== 'help' && Object.hasOwn(FLAGS, name)
}

function optionsOf(given: ReadonlyMap<Flag, string>, faults: string[]): Options {
  const file = given.get('file')
  if (file === undefined && faults.length === 0)
    faults.push('-f FILE is missing; "-f -" reads standard input')
  const output = given.get('output') ?? 'text'
  if (output !== 'json' && output !== 'text') faults.push(`-o must be json or text, got "${output}"`)
  return {
    file: file ?? '-',
    output: output === 'json' ? 'json' : 'text',
    nowMs: readNow(given.get('now'), faults),
    participant: given.get('participant'),
  }
}

function readNow(now: string | undefined, faults: string[]): number | undefined {
  if (now === undefined) return undefined
  if (!isTime(now))
    faults.push(`--now must be a time in RFC 3339, such as 2026-01-31T12:00:00Z, got "${now}"`)
  return Date.parse(now)
}
