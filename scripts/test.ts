/**
 * `npm test`: the unit suite, and the integration suite on the built-in cluster and on a real API server.
 *
 * The real one is built from Go modules; without Go it is left out with one line, and with CI set that is a failure.
 * Arguments choose files instead: `npm test -- src/status/*.test.ts`.
 */
import { spawnSync } from 'node:child_process'
import { goAvailable } from '../test/support/real-cluster.ts'

const UNIT = ['src/**/*.test.ts', 'test/support/**/*.test.ts', 'test/repository/**/*.test.ts']
const BUILT_IN = ['test/integration/built-in/**/*.test.ts']
const REAL = ['test/cluster/**/*.test.ts', 'test/integration/real/**/*.test.ts']

const chosen = process.argv.slice(2)
const go = goAvailable()
const files = chosen.length > 0 ? chosen : [...UNIT, ...BUILT_IN, ...(go === undefined ? [] : REAL)]

const { status } = spawnSync(process.execPath, ['--test', '--test-concurrency=2', ...files], {
  stdio: 'inherit',
})
process.exitCode = status ?? 1

if (chosen.length === 0 && go === undefined) {
  console.log(
    'Left out: the tests on a real API server, which is built with Go 1.26 or newer; install Go to run them.',
  )
  if (process.env['CI'] !== undefined) process.exitCode = 1
}
