/** Reads the command line of `doctor`: its own option, and the settings of the service that it shares. */
import { parseArgs } from 'node:util'

export interface Options {
  readonly output: 'json' | 'text'
  /** What is left, for `readConfig`. */
  readonly settings: readonly string[]
}

/** A sentence when it cannot be understood. Settings that are unknown are told by `readConfig`. */
export function readOptions(args: readonly string[]): Options | { readonly fault: string } {
  const settings = [...args]
  const { tokens } = parseArgs({
    args: settings,
    options: { output: { type: 'string', short: 'o' } },
    strict: false,
    tokens: true,
  })
  const given = tokens.findLast((token) => token.kind === 'option' && token.name === 'output')
  if (given?.kind !== 'option') return { output: 'text', settings }
  // As kubectl does, `-o=json` means the same as `-o json`.
  const value = (given.value ?? '').replace(/^=/u, '')
  if (value !== 'text' && value !== 'json') return { fault: `-o must be json or text, got "${value}"` }
  settings.splice(given.index, given.inlineValue === true ? 1 : 2)
  return { output: value, settings }
}
