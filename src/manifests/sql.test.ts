import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { databasesSql, quoteIdentifier, quoteLiteral } from './sql.ts'

/** What PostgreSQL reads back: the text between the quotes, with its escapes undone. */
function readLiteral(sql: string): string {
  const escaped = /^ E'(.*)'$/su.exec(sql)?.[1]
  if (escaped !== undefined) return unescaped(escaped)
  const plain = /^'(.*)'$/su.exec(sql)?.[1]
  assert.ok(plain !== undefined, sql)
  assert.doesNotMatch(
    plain,
    /\\/u,
    'a backslash means something else where standard_conforming_strings is off',
  )
  assert.doesNotMatch(plain.replaceAll("''", ''), /'/u)
  return plain.replaceAll("''", "'")
}

function unescaped(text: string): string {
  assert.match(text, /^(?:[^\\']|''|\\\\)*$/su)
  return text.replaceAll(/''|\\\\/gu, (pair) => pair[0] ?? '')
}

describe('SQL', () => {
  it('quotes any text so that it is read back as it was', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom("'", '\\', '"', '$', '\n', ';', 'a') }),
    )
    fc.assert(
      fc.property(
        texts.filter((text) => !text.includes('\0')),
        (text) => assert.equal(readLiteral(quoteLiteral(text)), text),
      ),
    )
  })

  it('quotes identifiers that are words of SQL, begin with a digit or contain quotes', () => {
    assert.equal(quoteIdentifier('select'), '"select"')
    assert.equal(quoteIdentifier('1a'), '"1a"')
    assert.equal(quoteIdentifier('acme-corp'), '"acme-corp"')
    assert.equal(quoteIdentifier('a"; DROP DATABASE x; --'), '"a""; DROP DATABASE x; --"')
  })

  it('refuses what PostgreSQL would cut off or cannot hold', () => {
    assert.throws(() => quoteIdentifier(''), RangeError)
    assert.throws(() => quoteIdentifier('a'.repeat(64)), RangeError)
    assert.throws(() => quoteIdentifier('ü'.repeat(32)), RangeError)
    assert.throws(() => quoteIdentifier('a\0b'), RangeError)
    assert.throws(() => quoteLiteral('a\0b'), RangeError)
  })

  const admin = { name: 'postgres', passwordFile: 'admin' }
  const sqlFor = (name: string): string => databasesSql(admin, [{ name, passwordFile: 'hub-password' }])

  it('makes roles that can do nothing but own their database, and lets nobody else in', () => {
    const sql = sqlFor('hub')
    assert.match(
      sql,
      /^ALTER ROLE "hub" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;$/mu,
    )
    assert.match(sql, /^ALTER DATABASE "hub" OWNER TO "hub";$/mu)
    assert.match(sql, /^REVOKE ALL ON DATABASE "hub" FROM PUBLIC;$/mu)
  })

  it('has each password read from its file by the server, and keeps the log silent before the first', () => {
    const sql = sqlFor('hub')
    assert.match(sql, /pg_read_file\(:'credentials' \|\| '\/hub-password'\)/u)
    const silence = sql.indexOf('SET log_min_messages = panic;')
    assert.ok(silence !== -1 && silence < sql.indexOf('PASSWORD'))
  })

  it('has the same statements for any name, each on a line of its own', () => {
    const lines = sqlFor('hub').split('\n').length
    fc.assert(
      fc.property(fc.stringMatching(/^[^\0\n\r]{1,15}$/u), (name) => {
        const sql = sqlFor(name)
        assert.equal(sql.split('\n').length, lines)
        assert.ok(sql.includes(`ALTER ROLE ${quoteIdentifier(name)} LOGIN `))
      }),
    )
  })
})
