/** A PostgreSQL server of its own, with one database and one role per runtime, made by the product's own statements. */
import { execFile } from 'node:child_process'
import { chmod, chown, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type DatabaseRole, databasesSql } from '../../../src/manifests/sql.ts'
import type { Folder } from '../../support/folder.ts'
import { freePorts } from './free-ports.ts'
import { programs } from './programs.ts'
import { type ServerProcess, startServer, untilServing } from './server-process.ts'

const run = promisify(execFile)

export interface Postgres extends AsyncDisposable {
  readonly port: number
  readonly server: ServerProcess
}

/** `passwords` by the name of role and database. */
export async function startPostgres(
  folder: Folder,
  passwords: Readonly<Record<string, string>>,
): Promise<Postgres> {
  const { postgres } = programs()
  const [port = 0] = await freePorts(1)
  const data = join(folder.path, 'postgres')
  await mkdir(data, { mode: 0o700 })
  // The server refuses to run as root.
  const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : undefined
  if (user !== undefined) {
    await chmod(folder.path, 0o755)
    await chown(data, user.uid, user.gid)
  }
  const access = ['--auth-local=trust', '--auth-host=scram-sha-256']
  await run(join(postgres, 'initdb'), ['-D', data, '-U', 'postgres', '--no-sync', ...access], {
    cwd: '/',
    ...user,
  })
  const settings = ['listen_addresses=127.0.0.1', `unix_socket_directories=${data}`, 'fsync=off'].flatMap(
    (one) => ['-c', one],
  )
  const server = startServer({
    command: [join(postgres, 'postgres'), '-D', data, '-p', String(port), ...settings],
    ...(user !== undefined && { user }),
  })
  const psql = (args: readonly string[]): Promise<unknown> =>
    run(join(postgres, 'psql'), [
      '-X',
      '-q',
      '-v',
      'ON_ERROR_STOP=1',
      '-h',
      data,
      '-p',
      String(port),
      '-U',
      'postgres',
      ...args,
    ])
  await untilServing(server, 'PostgreSQL', () =>
    psql(['-c', 'select 1']).then(
      () => true,
      () => false,
    ),
  )
  await prepare({ passwords, psql, data, user })
  return { port, server, [Symbol.asyncDispose]: () => server.stop() }
}

interface Preparation {
  readonly passwords: Readonly<Record<string, string>>
  readonly psql: (args: readonly string[]) => Promise<unknown>
  readonly data: string
  readonly user: { readonly uid: number; readonly gid: number } | undefined
}

/** The server reads the passwords from files, so these have to be the server's. */
async function prepare({ passwords, psql, data, user }: Preparation): Promise<void> {
  for (const [name, password] of Object.entries({ ...passwords, postgres: 'unused' })) {
    const file = join(data, `${name}.password`)
    await writeFile(file, password)
    if (user !== undefined) await chown(file, user.uid, user.gid)
  }
  const roleOf = (name: string): DatabaseRole => ({ name, passwordFile: `${name}.password` })
  const script = join(data, 'databases.sql')
  await writeFile(script, databasesSql(roleOf('postgres'), Object.keys(passwords).map(roleOf)))
  await psql(['-v', `credentials=${data}`, '-f', script])
}
