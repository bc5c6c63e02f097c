/** Tests what prepares PostgreSQL on a real one: the very script, SQL and settings that are shipped. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { appendFile, rm } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import { openPostgresPod, type PostgresPod, type PostgresServer } from '../../test/support/postgres-pod.ts'
import { DEFAULT_PROFILE } from './default-profile.ts'
import { type ManifestInput, renderManifests } from './manifests.ts'
import { DATABASES } from './secrets.ts'
import { databasesSql } from './sql.ts'

const input: ManifestInput = {
  name: 'acme-corp',
  uid: 'uid',
  profile: DEFAULT_PROFILE,
  spec: {
    did: 'did:web:acme.example',
    host: 'localhost',
    mode: 'Managed',
    profile: 'default',
    suspended: false,
    deletionPolicy: 'Delete',
  },
}
const { workloads } = renderManifests(input)
const VOLUME = '/var/lib/postgresql/data'
const PGDATA = `${VOLUME}/pgdata`

const passwordOf = (role: string, round: string): string => `${round} of ${role} 'quoted' \\ "$HOME" %L :x`
const filesOf = (round: string): Record<string, string> => ({
  'admin-password': passwordOf('postgres', round),
  ...Object.fromEntries(DATABASES.map((name) => [`${name}-password`, passwordOf(name, round)])),
})

async function openPod(from?: PostgresPod): Promise<PostgresPod> {
  const pod = await openPostgresPod(workloads)
  await pod.mount('/run/credentials', filesOf('first'))
  if (from !== undefined) await pod.copy(VOLUME, from)
  return pod
}

async function prepared(pod: PostgresPod): Promise<void> {
  assert.equal(await pod.prepare(), 0, pod.said)
}

const login = (name: string, round = 'first', database = name): Parameters<PostgresServer['query']>[0] => ({
  user: name,
  password: passwordOf(name, round),
  database,
})
const ROLES = `SELECT rolname, rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls
  FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY 1`

/** Every role with its rights, password and database, and nothing beside them. */
async function assertInOrder(pod: PostgresPod, round = 'first'): Promise<void> {
  await using server = await pod.serve()
  const admin = login('postgres', round)
  const rows = await server.query(admin, ROLES)
  assert.deepEqual(rows.split('\n'), [
    ...DATABASES.map((name) => `${name}|t|f|f|f|f|f`),
    'postgres|t|t|t|t|t|t',
  ])
  const owners = 'SELECT datname, pg_get_userbyid(datdba) FROM pg_database WHERE NOT datistemplate ORDER BY 1'
  assert.deepEqual((await server.query(admin, owners)).split('\n'), [
    ...DATABASES.map((name) => `${name}|${name}`),
    'postgres|postgres',
  ])
  for (const name of DATABASES)
    assert.equal(await server.query(login(name, round), 'SELECT current_user'), name)
}

/** Databases are folders below this; three of them come with a cluster. */
const databasesIn = (pod: PostgresPod): number => {
  const base = pod.at(`${PGDATA}/base`)
  return existsSync(base) ? readdirSync(base).filter((name) => /^\d+$/u.test(name)).length : 0
}

describe('what prepares PostgreSQL', () => {
  /** At rest after its first start; to be copied. */
  let first: PostgresPod
  before(async () => {
    first = await openPod()
    await prepared(first)
    // Nothing here ends by a loss of power.
    await appendFile(first.at(`${PGDATA}/postgresql.conf`), 'fsync = off\n')
  })
  after(() => first[Symbol.asyncDispose]())

  it('makes a role for each runtime that can do nothing but enter and own its database', async () => {
    await using pod = await openPod(first)
    await assertInOrder(pod)
    await using server = await pod.serve()
    await server.query(login('controlplane'), 'CREATE TABLE asset (id text)')
    for (const database of ['postgres', 'template1', 'dataplane', 'identityhub'])
      await assert.rejects(
        server.query(login('controlplane', 'first', database), 'SELECT 1'),
        /permission denied/u,
      )
    for (const name of ['postgres', ...DATABASES])
      await assert.rejects(server.query(login(name, 'wrong'), 'SELECT 1'), /password authentication failed/u)
    const plain = "SELECT count(*) FROM pg_authid WHERE rolcanlogin AND rolpassword !~ '^SCRAM-SHA-256'"
    assert.equal(await server.query(login('postgres'), plain), '0')
  })

  it('ends right after it was killed at any moment, however often', async (t) => {
    await using pod = await openPod()
    const moments: Readonly<Record<string, (commands: string) => boolean>> = {
      'the cluster is begun': () => existsSync(pod.at(`${PGDATA}.new/PG_VERSION`)),
      'the cluster is nearly whole': () => existsSync(pod.at(`${PGDATA}.new/base/4/PG_VERSION`)),
      'the cluster is about to be renamed': (commands) => /^\+ mv /mu.test(commands),
      'the server is about to start': (commands) => /^\+ postgres /mu.test(commands),
      'the server is up': (commands) => /^\+ psql /mu.test(commands),
      'the first database is made': () => databasesIn(pod) > 3,
      'the last database is made': () => databasesIn(pod) > 5,
      'the server is about to stop': (commands) => /^\+ wait /mu.test(commands),
    }
    for (const [moment, holds] of Object.entries(moments)) {
      await pod.prepareUntil(holds)
      t.diagnostic(`killed when ${moment}`)
    }
    await prepared(pod)
    await assertInOrder(pod)
  })

  it('gives every role the password of its file, keeps the data, and refuses the old password', async () => {
    await using pod = await openPod(first)
    {
      await using server = await pod.serve()
      await server.query(login('dataplane'), "CREATE TABLE kept AS SELECT 'of value' AS what")
    }
    await pod.mount('/run/credentials', filesOf('second'))
    await pod.prepareUntil((commands) => /^\+ psql /mu.test(commands))
    await prepared(pod)
    await assertInOrder(pod, 'second')
    await using server = await pod.serve()
    assert.equal(await server.query(login('dataplane', 'second'), 'SELECT what FROM kept'), 'of value')
    for (const name of ['postgres', ...DATABASES])
      await assert.rejects(server.query(login(name), 'SELECT 1'), /password authentication failed/u)
  })

  it('takes back rights that a role was given, and makes a database again that is gone', async () => {
    await using pod = await openPod(first)
    {
      await using server = await pod.serve()
      const admin = login('postgres')
      await server.query(admin, 'ALTER ROLE dataplane SUPERUSER CREATEDB CREATEROLE REPLICATION BYPASSRLS')
      await server.query(admin, 'ALTER ROLE controlplane NOLOGIN')
      await server.query(admin, 'GRANT CONNECT ON DATABASE controlplane, postgres TO PUBLIC')
      await server.query(admin, 'ALTER DATABASE controlplane OWNER TO postgres')
      await server.query(admin, 'DROP DATABASE identityhub')
    }
    await prepared(pod)
    await assertInOrder(pod)
    await using server = await pod.serve()
    for (const database of ['controlplane', 'postgres'])
      await assert.rejects(
        server.query(login('dataplane', 'first', database), 'SELECT 1'),
        /permission denied/u,
      )
  })

  it('says no password, whatever the server is set to log and whatever fails', async () => {
    await using pod = await openPod(first)
    const verbose =
      "log_statement = 'all'\nlog_min_duration_statement = 0\nlog_min_error_statement = debug5\nlog_min_messages = debug1\n"
    await appendFile(pod.at(`${PGDATA}/postgresql.conf`), verbose)
    await prepared(pod)
    const failing =
      "SELECT format('ALTER ROLE nobody PASSWORD %L', pg_read_file(:'credentials' || '/admin-password')) \\gexec\n"
    await appendFile(pod.at('/run/settings/databases.sql'), failing)
    assert.notEqual(await pod.prepare(), 0)
    assert.match(pod.said, /role "nobody" does not exist/u)
    assert.match(pod.said, /statement: SET log_min_messages/u, 'the server did not log statements')
    for (const password of Object.values(filesOf('first')))
      assert.ok(!pod.said.includes(password.slice(0, 12)), `${password} was said`)
  })

  it('takes names that are words of SQL, begin with a digit or hold quotes', async () => {
    await using pod = await openPod(first)
    const names = ['acme-corp', '1a', 'select', 'a "b"', "it's", 'back\\slash', '%I:x $$', 'Ü']
    const roles = names.map((name, index) => ({ name, passwordFile: `${index}'s "file"` }))
    const sql = databasesSql({ name: 'postgres', passwordFile: 'admin-password' }, roles)
    await pod.mount('/run/settings', { 'databases.sql': sql })
    await pod.mount(
      '/run/credentials',
      Object.fromEntries(roles.map(({ name, passwordFile }) => [passwordFile, passwordOf(name, 'first')])),
    )
    await prepared(pod)
    await prepared(pod)
    await using server = await pod.serve()
    for (const name of names) {
      assert.equal(await server.query(login(name), 'SELECT current_user || current_database()'), name + name)
      const rights = `SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user`
      assert.equal(await server.query(login(name), rights), 'f')
    }
  })

  it('stops at a password that is not there, and touches no volume that holds something else', async () => {
    await using pod = await openPod(first)
    await rm(pod.at('/run/credentials/dataplane-password'))
    assert.notEqual(await pod.prepare(), 0)
    assert.match(pod.said, /dataplane-password" for reading: No such file/u)
    await using other = await openPod()
    await other.mount(PGDATA, { 'of-somebody': 'else' })
    assert.notEqual(await other.prepare(), 0)
    assert.deepEqual(readdirSync(other.at(PGDATA)), ['of-somebody'])
  })
})
