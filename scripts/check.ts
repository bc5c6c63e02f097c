/** `npm run check`: everything that must hold before a commit. Runs all of it and lists every failure at the end. */
import { spawnSync } from 'node:child_process'

interface Check {
  readonly name: string
  readonly command: readonly string[]
  readonly fix: string
}

const checks: readonly Check[] = [
  { name: 'format', command: ['oxfmt', '--check'], fix: 'npm run format' },
  { name: 'lint', command: ['oxlint', '--deny-warnings'], fix: 'see the lines above' },
  { name: 'types', command: ['tsc'], fix: 'see the lines above' },
  { name: 'unused code', command: ['knip'], fix: 'remove it, or use it' },
  { name: 'generated files', command: ['node', 'scripts/generate.ts', '--check'], fix: 'npm run generate' },
  {
    name: 'unit tests',
    command: ['node', '--test', '--test-reporter=dot', 'src/**/*.test.ts', 'test/repository/**/*.test.ts'],
    fix: 'see the lines above',
  },
]

const failed = checks.filter(({ name, command: [program = '', ...args] }) => {
  console.log(`\n── ${name}: ${program} ${args.join(' ')}`)
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' })
  if (error !== undefined) console.error(`${program} did not start: ${error.message}`)
  return status !== 0
})

console.log('')
for (const { name, fix } of failed) console.log(`FAILED  ${name} (${fix})`)
console.log(
  failed.length === 0
    ? `All ${checks.length} checks hold.`
    : `${failed.length} of ${checks.length} checks failed.`,
)
process.exitCode = failed.length === 0 ? 0 : 1
