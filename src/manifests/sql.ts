/** The SQL that makes the databases of a participant: run once, by the image's own start, as the administrator. */

export interface DatabaseRole {
  /** Of the role and of the database that it owns. */
  readonly name: string
  readonly password: string
}

/**
 * One role and one database each. The roles cannot become anything more: a superuser could run commands on the host
 * (COPY … PROGRAM), and nobody else may even connect to a database that is not his.
 */
export function databasesSql(roles: readonly DatabaseRole[]): string {
  return [
    '-- A statement that fails would be logged, with the password in it.',
    'SET log_min_error_statement = panic;',
    "SET log_statement = 'none';",
    ...roles.flatMap((role) => roleSql(role)),
    'REVOKE ALL ON DATABASE postgres FROM PUBLIC;',
    '',
  ].join('\n')
}

function roleSql({ name, password }: DatabaseRole): readonly string[] {
  const identifier = quoteIdentifier(name)
  return [
    `CREATE ROLE ${identifier} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD ${quoteLiteral(password)};`,
    `CREATE DATABASE ${identifier} OWNER ${identifier};`,
    `REVOKE ALL ON DATABASE ${identifier} FROM PUBLIC;`,
  ]
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
