/** The SQL that brings the databases of a participant to what is wanted: run at every start, as the administrator. */

export interface DatabaseRole {
  /** Of the role and of the database that it owns. */
  readonly name: string
  /** Name of the file with its password, in the folder of the psql variable `credentials`. */
  readonly passwordFile: string
}

/**
 * One role and one database each, and the administrator's password; what is there already stays. The roles cannot become
 * anything more: a superuser could run commands on the host (COPY … PROGRAM), and nobody else may even connect to a
 * database that is not his.
 *
 * For psql, which has to stop at the first error. Holds no password: the server reads them from their files.
 */
export function databasesSql(admin: DatabaseRole, roles: readonly DatabaseRole[]): string {
  return [
    '-- Whatever the server is set to log, no statement with a password in it is.',
    'SET log_min_messages = panic;',
    "SET password_encryption = 'scram-sha-256';",
    passwordSql(admin),
    ...roles.flatMap((role) => roleSql(role)),
    'REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;',
    '',
  ].join('\n')
}

function roleSql(role: DatabaseRole): readonly string[] {
  const name = quoteLiteral(role.name)
  const identifier = quoteIdentifier(role.name)
  return [
    `SELECT format('CREATE ROLE %I', ${name}) WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ${name}) \\gexec`,
    `ALTER ROLE ${identifier} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;`,
    passwordSql(role),
    `SELECT format('CREATE DATABASE %I', ${name}) WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = ${name}) \\gexec`,
    `ALTER DATABASE ${identifier} OWNER TO ${identifier};`,
    `REVOKE ALL ON DATABASE ${identifier} FROM PUBLIC;`,
  ]
}

function passwordSql({ name, passwordFile }: DatabaseRole): string {
  const file = `:'credentials' || ${quoteLiteral(`/${passwordFile}`)}`
  return `SELECT format('ALTER ROLE %I PASSWORD %L', ${quoteLiteral(name)}, pg_read_file(${file})) \\gexec`
}

/** PostgreSQL documentation §4.1.1. Throws on what no identifier can hold: nothing, a zero character, over 63 bytes. */
export function quoteIdentifier(name: string): string {
  const bytes = new TextEncoder().encode(name).length
  if (bytes === 0 || bytes > 63) throw new RangeError(`an identifier has 1 to 63 bytes, this one ${bytes}`)
  return `"${withoutZero(name).replaceAll('"', '""')}"`
}

/** PostgreSQL documentation §4.1.2.1 and §4.1.2.2: safe whatever `standard_conforming_strings` says. */
export function quoteLiteral(text: string): string {
  const doubled = withoutZero(text).replaceAll("'", "''")
  return doubled.includes('\\') ? ` E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`
}

function withoutZero(text: string): string {
  if (text.includes('\0')) throw new RangeError('PostgreSQL has no zero character')
  return text
}
