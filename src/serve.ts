/** The command `serve`: settings → service; signals; exit code. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import packageJson from '../package.json' with { type: 'json' }
import { type Config, ConfigError, readConfig } from './config/config.ts'
import { helpText } from './config/help.ts'
import { greeting } from './greeting.ts'
import { CredentialsError } from './kube/server-address.ts'
import { startService } from './service.ts'
import { openLogger } from './telemetry/logger.ts'

const { version } = packageJson

async function run(config: Config): Promise<void> {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(signal))
  const log = openLogger({
    level: config.log.level,
    format: config.log.format ?? (process.stderr.isTTY ? 'text' : 'json'),
    write: (line) => process.stderr.write(line),
  })
  await using service = await startService(config, { log, version })
  process.stdout.write(greeting(service, version))
  if (!stop.signal.aborted) await once(stop.signal, 'abort')
  log.info({ signal: String(stop.signal.reason) }, 'stopping')
}

/** Resolves when it was told to stop. A setting or a credential that a person has to mend ends it with exit code 2. */
export async function serve(args: readonly string[]): Promise<void> {
  try {
    const config = readConfig({
      args,
      env: process.env,
      readFile: (path) => readFileSync(path, 'utf8'),
    })
    if (config === 'help') process.stdout.write(helpText())
    else await run(config)
  } catch (error) {
    const lines = faultsOf(error)
    if (lines === undefined) throw error
    process.stderr.write(lines.map((line) => `dataspace-provisioner cannot start: ${line}\n`).join(''))
    process.exitCode = 2
  }
}

/** What the person who started it can mend; undefined for a bug of ours. */
function faultsOf(error: unknown): readonly string[] | undefined {
  if (error instanceof ConfigError) return error.faults
  if (error instanceof CredentialsError) return [error.message]
  const { code, address, port } = error as { code?: string; address?: string; port?: number }
  if (code === 'EADDRINUSE')
    return [`${address}:${port} is in use by another process: choose another with --port and --health-port`]
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL')
    return [`cannot listen on ${address}:${port} (${code}): choose another with --host or --port`]
  return undefined
}
