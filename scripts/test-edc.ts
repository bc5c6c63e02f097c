/**
 * `npm run test:edc`: real EDC runtimes, as processes of this machine, with a real PostgreSQL and a real OpenBao; and in
 * containers, on a real node.
 *
 * Installs nothing: says what is missing, and then fails. The tests on a node are left out, with a line that says why, where
 * there cannot be one; with CI set it is a failure if only packages are missing. Arguments choose files instead of all.
 */
import { spawnSync } from 'node:child_process'
import { missingForNode } from '../test/cluster/node/requirements.ts'
import { findPrograms } from '../test/edc/support/programs.ts'

const AS_PROCESSES = ['test/edc/**/*.test.ts']
const ON_A_NODE = ['test/node/**/*.test.ts']

const found = findPrograms()
if ('java' in found) {
  const chosen = process.argv.slice(2)
  const { machine, packages } = missingForNode()
  const lacking = [...machine, ...packages]
  const files = chosen.length > 0 ? chosen : [...AS_PROCESSES, ...(lacking.length > 0 ? [] : ON_A_NODE)]
  // One after the other: each file starts up to nine processes.
  const { status } = spawnSync(process.execPath, ['--test', '--test-concurrency=1', ...files], {
    stdio: 'inherit',
  })
  process.exitCode = status ?? 1
  if (chosen.length === 0 && lacking.length > 0) {
    console.log(`Left out: the tests on a real node. Missing:\n  ${lacking.join('\n  ')}`)
    if (process.env['CI'] !== undefined && packages.length > 0) process.exitCode = 1
  }
} else {
  for (const line of found) console.error(`Missing: ${line}`)
  process.exitCode = 1
}
