/**
 * `npm run test:edc`: real EDC runtimes, as processes of this machine, with a real PostgreSQL and a real OpenBao.
 *
 * Installs and builds nothing: says what is missing, and then fails. Arguments choose files instead of all.
 */
import { spawnSync } from 'node:child_process'
import { findPrograms } from '../test/edc/support/programs.ts'

const ALL = ['test/edc/**/*.test.ts']

const found = findPrograms()
if ('java' in found) {
  const chosen = process.argv.slice(2)
  const files = chosen.length > 0 ? chosen : ALL
  // One after the other: each file starts up to nine processes.
  const { status } = spawnSync(process.execPath, ['--test', '--test-concurrency=1', ...files], {
    stdio: 'inherit',
  })
  process.exitCode = status ?? 1
} else {
  for (const line of found) console.error(`Missing: ${line}`)
  process.exitCode = 1
}
