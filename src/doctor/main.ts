/** The command `doctor` on the process that was started: its settings, its files, its output. */
import { readFileSync } from 'node:fs'
import packageJson from '../../package.json' with { type: 'json' }
import { doctor, type ExitCode } from './command.ts'
import { openPatient } from './patient.ts'

export function runDoctor(args: readonly string[]): Promise<ExitCode> {
  return doctor(args, {
    env: process.env,
    readFile: (path) => readFileSync(path, 'utf8'),
    print: (text) => process.stdout.write(text),
    warn: (text) => process.stderr.write(text),
    open: (config) => openPatient(config, packageJson.version),
  })
}
