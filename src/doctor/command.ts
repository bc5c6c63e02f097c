/** The command `doctor`: what the program needs of its cluster, whether it is there, and what to do where it is not. */
import { type Config, ConfigError, readConfig } from '../config/config.ts'
import type { Environment } from '../config/read-settings.ts'
import { CredentialsError } from '../kube/server-address.ts'
import { examine } from './examine.ts'
import type { Finding, Patient } from './finding.ts'
import { type Options, readOptions } from './options.ts'
import { jsonReport, textReport, worst } from './report.ts'
import { HELP, USAGE } from './usage.ts'

export interface Surroundings {
  readonly env: Environment
  /** Reads a whole text file; throws what the file system says. */
  readonly readFile: (path: string) => string
  /** The answer, and nothing else. */
  readonly print: (text: string) => void
  /** Whatever else is to be told. */
  readonly warn: (text: string) => void
  /** May throw `CredentialsError`. */
  readonly open: (config: Config) => Promise<Patient & AsyncDisposable>
}

/** 0: nothing failed. 1: something did. 2: the command line, the settings or the kubeconfig cannot be used. */
export type ExitCode = 0 | 1 | 2

export async function doctor(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const { print, warn, env, readFile, open } = surroundings
  try {
    const { settings, output } = orFault(readOptions(args))
    const config = readConfig({ args: settings, env, readFile })
    if (config === 'help') {
      print(HELP)
      return 0
    }
    const findings = await examined(config, open)
    print(output === 'json' ? jsonReport(findings) : textReport(findings))
    return worst(findings) === 'fail' ? 1 : 0
  } catch (error) {
    const faults = faultsOf(error)
    if (faults === undefined) throw error
    warn(`${faults.map((fault) => `doctor: ${fault}\n`).join('')}${USAGE}\n`)
    return 2
  }
}

async function examined(config: Config, open: Surroundings['open']): Promise<readonly Finding[]> {
  await using patient = await open(config)
  return await examine(patient)
}

function orFault(options: ReturnType<typeof readOptions>): Options {
  if ('fault' in options) throw new ConfigError([options.fault])
  return options
}

function faultsOf(error: unknown): readonly string[] | undefined {
  if (error instanceof ConfigError) return error.faults
  return error instanceof CredentialsError ? [error.message] : undefined
}
