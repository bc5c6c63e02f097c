import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readDocuments } from './documents.ts'
import { dumpOf } from './dump.ts'
import { findObjects, type FoundObject } from './objects.ts'
import { fields, isTime, listOf, text } from './shape.ts'
import { JUDGED_KINDS } from './shapes.ts'

const testdata = fileURLToPath(new URL('testdata/', import.meta.url))
const inputs = readdirSync(testdata).filter((name) => name.includes('.input.'))
const found = await Promise.all(
  inputs.map(async (name) => findObjects(await readDocuments(readFileSync(testdata + name, 'utf8'))).objects),
)

type Path = readonly string[]

/** The same value, but whatever own member is read of it is told. */
function watched<T>(value: T, tell: (path: Path) => void, path: Path = []): T {
  if (typeof value !== 'object' || value === null) return value
  return new Proxy(value, {
    get: (target, key) => {
      const member: unknown = Reflect.get(target, key)
      if (typeof key !== 'string' || !Object.hasOwn(target, key) || key === 'length') return member
      tell([...path, key])
      return watched(member, tell, [...path, key])
    },
  }) as T
}

function withWrongType(value: unknown, [key = '', ...rest]: Path): unknown {
  const copy = structuredClone(value) as Record<string, unknown>
  const member = copy[key]
  copy[key] = rest.length > 0 ? withWrongType(member, rest) : typeof member === 'object' ? 7 : {}
  return copy
}

/** Fields that are read of an object, of each kind one object that has them. */
const read = new Map<string, { readonly of: FoundObject; readonly path: Path }>()
for (const objects of found) {
  const watching = objects.map((of) => ({
    ...of,
    object: watched(of.object, (path) =>
      read.set(`${of.kind}.${path.join('.').replaceAll(/\.\d+/gu, '[]')}`, { of, path }),
    ),
  }))
  dumpOf(watching)
}

/** Looked at before the shape is. */
const IDENTITY: readonly string[] = ['apiVersion', 'kind']

describe('what is read of an object has its type checked first', () => {
  it('for at least a hundred fields', () => assert.ok(read.size > 100, [...read.keys()].join()))

  for (const [field, { of, path }] of read)
    if (!IDENTITY.includes(path.join('.')))
      it(field, () => {
        const shape = JUDGED_KINDS[of.kind]?.shape
        assert.ok(shape)
        assert.equal(shape(of.object, ''), undefined)
        assert.match(shape(withWrongType(of.object, path), '') ?? 'nothing', /expected|missing/u)
      })
})

describe('a shape', () => {
  const shape = fields({ list: listOf(fields({ name: text })) }, { id: text })

  it('says where a value is wrong, what it is, and what was expected', () => {
    assert.equal(
      shape({ id: 'a', list: [{}, { name: 7 }] }, ''),
      'list[1].name is a number, expected a string',
    )
    assert.equal(shape({ id: 'a', list: 'x' }, 'status'), 'status.list is a string, expected a list')
    assert.equal(shape([], 'status'), 'status is a list, expected an object')
  })

  it('says what is missing', () => assert.equal(shape({}, 'metadata'), 'metadata.id is missing'))

  it('does not care for members that nobody reads', () =>
    assert.equal(shape({ id: 'a', other: 7, ['__proto__']: null }, ''), undefined))
})

describe('a time', () => {
  for (const time of ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.123456Z', '2028-02-29T23:59:59+02:00'])
    it(`is ${time}`, () => assert.equal(isTime(time), true))

  for (const time of [
    '',
    'now',
    '2026-01-31',
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-31T25:00:00Z',
  ])
    it(`is not ${JSON.stringify(time)}`, () => assert.equal(isTime(time), false))
})
