/** Reads the command lines of `plan` and `diff`: their own options, and the settings of the service that they share. */
import { parseArgs } from 'node:util'
import { type Setting, SETTINGS } from '../config/env.ts'

export type Command = 'plan' | 'diff'

export interface Options {
  readonly output: 'json' | 'text'
  /** `plan`: a path, or `-` for standard input. `diff`: the name of a participant. */
  readonly subject: string
  /** What is left, for `readConfig`. */
  readonly settings: readonly string[]
}

/** Sentences about what cannot be understood; never empty. */
export interface Misunderstood {
  readonly faults: readonly string[]
}

const OWN = {
  file: { type: 'string', short: 'f' },
  output: { type: 'string', short: 'o' },
  help: { type: 'boolean', short: 'h' },
} as const

const SHARED = Object.fromEntries(
  Object.values<Setting>(SETTINGS).map(({ flag }) => [flag, { type: 'string' as const }]),
)

/** Settings that are unknown are told by `readConfig`. */
export function readOptions(command: Command, args: readonly string[]): Options | Misunderstood | 'help' {
  const { tokens } = parseArgs({
    args: [...args],
    options: { ...SHARED, ...OWN },
    strict: false,
    tokens: true,
    allowPositionals: true,
  })
  const settings: string[] = []
  const given = new Map<string, string>()
  const words: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value)
    if (token.kind !== 'option') continue
    if (token.name === 'help') return 'help'
    // As kubectl does, `-o=json` means the same as `-o json`.
    if (Object.hasOwn(OWN, token.name)) given.set(token.name, (token.value ?? '').replace(/^=/u, ''))
    else settings.push(token.rawName, ...(token.value === undefined ? [] : [token.value]))
  }
  return optionsOf({ command, given, words, settings })
}

interface Given {
  readonly command: Command
  readonly given: ReadonlyMap<string, string>
  readonly words: readonly string[]
  readonly settings: readonly string[]
}

function optionsOf({ command, given, words, settings }: Given): Options | Misunderstood {
  const faults: string[] = []
  const output = given.get('output') ?? 'text'
  if (output !== 'json' && output !== 'text') faults.push(`-o must be json or text, got "${output}"`)
  const subject = command === 'plan' ? fileOf(given, words, faults) : nameOf(given, words, faults)
  if (faults.length > 0) return { faults }
  return { output: output === 'json' ? 'json' : 'text', subject, settings }
}

function fileOf(given: Given['given'], words: readonly string[], faults: string[]): string {
  for (const word of words)
    faults.push(`"${word}" is one word too many; the participant is given with -f FILE`)
  const file = given.get('file') ?? ''
  if (file === '') faults.push('-f FILE is missing; "-f -" reads standard input')
  return file
}

function nameOf(given: Given['given'], words: readonly string[], faults: string[]): string {
  const [name = '', ...others] = words
  if (given.has('file')) faults.push('-f is not an option of diff: it compares a participant that is there')
  if (name === '') faults.push('the name of a participant is missing')
  for (const word of others) faults.push(`"${word}" is one word too many`)
  return name
}
