/** Collects the settings from the command line and the environment; says which are not known. */
import { parseArgs } from 'node:util'
import { type Setting, SETTINGS, type SettingName, type Settings } from './env.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface SettingsReading {
  readonly settings: Settings
  readonly help: boolean
  readonly faults: readonly string[]
}

const names = Object.keys(SETTINGS) as SettingName[]

export function readSettings(args: readonly string[], env: Environment): SettingsReading {
  const options = Object.fromEntries(names.map((name) => [SETTINGS[name].flag, { type: 'string' as const }]))
  const { tokens } = parseArgs({
    args: withImpliedValues(args),
    options: { ...options, help: { type: 'boolean', short: 'h' } },
    strict: false,
    tokens: true,
    allowPositionals: true,
  })
  const faults: string[] = []
  const flags = new Map<string, string>()
  for (const token of tokens) {
    if (token.kind === 'positional' && token.value !== 'serve')
      faults.push(
        `"${token.value}" is not a command here; the commands are "serve" (the default), "explain", "plan", "diff" and "doctor", and stand first`,
      )
    if (token.kind !== 'option' || token.name === 'help') continue
    if (!Object.hasOwn(options, token.name)) faults.push(`${token.rawName} is not an option; see --help`)
    else if (token.value === undefined) faults.push(`${token.rawName} needs a value`)
    else flags.set(token.name, token.value)
  }
  const help = tokens.some((token) => token.kind === 'option' && token.name === 'help')
  return { settings: merge(flags, env), help, faults }
}

/** A switch that is named without a value is on. */
function withImpliedValues(args: readonly string[]): string[] {
  return args.map((arg, index) => {
    const next = args[index + 1]
    return SWITCHES.includes(arg) && next !== 'true' && next !== 'false' ? `${arg}=true` : arg
  })
}

const SWITCHES: readonly string[] = Object.values<Setting>(SETTINGS)
  .filter(({ value }) => value === 'true|false')
  .map(({ flag }) => `--${flag}`)

/** A flag wins over a variable; an empty variable counts as not set, as in a shell's `VAR= command`. */
function merge(flags: ReadonlyMap<string, string>, env: Environment): Settings {
  const entries = names.flatMap((name) => {
    const { flag, variable } = SETTINGS[name]
    const value = flags.get(flag) ?? env[variable]
    return value === undefined || value === '' ? [] : [[name, value] as const]
  })
  return Object.fromEntries(entries)
}
