/** The commands `plan` and `diff` on the process that was started: its settings, its files, its output. */
import { readFileSync } from 'node:fs'
import packageJson from '../../package.json' with { type: 'json' }
import { type ExitCode, preview } from './command.ts'
import type { Command } from './options.ts'
import { openSubject } from './subject.ts'

export async function runPreview(command: Command, args: readonly string[]): Promise<ExitCode> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough, such as `head`, is no fault.
    if (error.code !== 'EPIPE') throw error
  })
  return await preview(command, args, {
    env: process.env,
    readFile: (path) => readFileSync(path, 'utf8'),
    stdin: process.stdin,
    print: (text) => process.stdout.write(text),
    warn: (text) => process.stderr.write(text),
    open: (config) => openSubject(config, packageJson.version),
  })
}
