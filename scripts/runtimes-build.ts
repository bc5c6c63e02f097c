/**
 * `npm run runtimes:build`: the EDC runtimes of `runtimes/`, with their tests, into the folder `target/lib` of each.
 *
 * Downloads go into Maven's own local repository, outside of the checkout; once it is filled, nothing is asked for again.
 * Arguments go to Maven: `npm run runtimes:build -- -DskipTests`, `-- --offline`.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const HOME = join(import.meta.dirname, '../runtimes')
const RUNTIMES = ['controlplane', 'dataplane', 'identityhub'] as const
const OLDEST_JAVA = 17
const THREADS = 2

process.exitCode = build(process.argv.slice(2))

function build(args: readonly string[]): number {
  const missing = missingTools()
  if (missing.length > 0) {
    for (const line of missing) console.error(`Missing: ${line}`)
    return 1
  }
  const command = [
    '--batch-mode',
    '--no-transfer-progress',
    '--quiet',
    `--threads=${THREADS}`,
    'clean',
    'package',
    ...args,
  ]
  console.log(`mvn ${command.join(' ')}  (in runtimes; the first time, it downloads about 100 MB)`)
  const begun = performance.now()
  const { status } = spawnSync('mvn', command, { cwd: HOME, stdio: 'inherit' })
  const seconds = ((performance.now() - begun) / 1000).toFixed(1)
  if (status !== 0) {
    console.error(
      `The runtimes were not built: Maven ended with ${status ?? 'a signal'} after ${seconds} s; see above.`,
    )
    return 1
  }
  console.log(`Built in ${seconds} s:`)
  for (const runtime of RUNTIMES)
    console.log(`  runtimes/${runtime}/target/lib  ${sizeOf(join(HOME, runtime, 'target/lib'))}`)
  return 0
}

function missingTools(): readonly string[] {
  const java = javaVersion()
  return [
    (java === undefined || java < OLDEST_JAVA) &&
      `a JDK of version ${OLDEST_JAVA} or newer (found ${java ?? 'none'}): apt-get install openjdk-17-jdk-headless`,
    !answers('mvn', '--version') && 'Maven 3.8 or newer: apt-get install maven',
  ].filter((line) => line !== false)
}

/** Of the compiler: a runtime without one cannot build. */
function javaVersion(): number | undefined {
  const { stdout } = spawnSync('javac', ['-version'], { encoding: 'utf8' })
  const version = /^javac (\d+)/u.exec(stdout ?? '')?.[1]
  return version === undefined ? undefined : Number(version)
}

function answers(program: string, question: string): boolean {
  return spawnSync(program, [question], { stdio: 'ignore' }).status === 0
}

function sizeOf(folder: string): string {
  const sizes = readdirSync(folder).map((file) => statSync(join(folder, file)).size)
  const bytes = sizes.reduce((sum, size) => sum + size, 0)
  return `${sizes.length} jars, ${Math.round(bytes / 1e6)} MB`
}
