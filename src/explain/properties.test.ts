import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { readDocuments } from './documents.ts'
import { type Ran, runExplain } from './for-tests.ts'

const testdata = fileURLToPath(new URL('testdata/', import.meta.url))

/** The objects of each dump, lists taken apart. */
const dumps: readonly unknown[][] = await Promise.all(
  readdirSync(testdata)
    .filter((name) => name.includes('.input.') && !name.startsWith('broken'))
    .map(async (name) =>
      (await readDocuments(readFileSync(testdata + name, 'utf8'))).flatMap(
        (document) => (document as { items?: unknown[] }).items ?? [document],
      ),
    ),
)

const judge = (objects: readonly unknown[]): Promise<Ran> =>
  runExplain({
    args: ['-f', '-', '-o', 'json'],
    stdin: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
    nowMs: Date.parse('2026-11-22T21:17:23Z'),
  })

type Path = readonly (string | number)[]

/** Where each member and each element of a value stands. */
function pathsOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return []
  const entries: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value)
  return entries.flatMap(([key, member]) => [[...path, key], ...pathsOf(member, [...path, key])])
}

/** A copy with another value there, or with none. */
function changed(value: unknown, [key, ...rest]: Path, to: { readonly value: unknown } | undefined): unknown {
  const copy: unknown = Array.isArray(value) ? [...value] : { ...(value as object) }
  const members = copy as Record<string | number, unknown>
  if (key === undefined) return copy
  if (rest.length > 0) members[key] = changed(members[key], rest, to)
  else if (to !== undefined) members[key] = to.value
  else if (Array.isArray(copy)) copy.splice(Number(key), 1)
  else delete members[key]
  return copy
}

const places = fc
  .constantFrom(...dumps)
  .chain((dump) => fc.tuple(fc.constant(dump), fc.constantFrom(...pathsOf(dump))))

function assertSound({ exit, stdout, stderr }: Ran): void {
  assert.ok([0, 1, 2].includes(exit))
  if (exit === 2) assert.match(stderr, /\S/u)
  else assert.ok(Array.isArray((JSON.parse(stdout) as { participants: unknown }).participants))
}

describe('whatever is wrong with a dump', () => {
  it('a field that is missing anywhere never ends explain', () =>
    fc.assert(
      fc.asyncProperty(places, async ([dump, path]) => {
        assertSound(await judge(changed(dump, path, undefined) as unknown[]))
      }),
      { numRuns: 600 },
    ))

  it('another value anywhere never ends explain', () =>
    fc.assert(
      fc.asyncProperty(places, fc.jsonValue({ maxDepth: 2 }), async ([dump, path], value) => {
        assertSound(await judge(changed(dump, path, { value }) as unknown[]))
      }),
      { numRuns: 600 },
    ))

  it('null means the same as absence, except in lists', () =>
    fc.assert(
      fc.asyncProperty(
        places.filter(([, path]) => typeof path.at(-1) === 'string'),
        async ([dump, path]) => {
          const [gone, none] = await Promise.all([
            judge(changed(dump, path, undefined) as unknown[]),
            judge(changed(dump, path, { value: null }) as unknown[]),
          ])
          assert.deepEqual(none, gone)
        },
      ),
      { numRuns: 200 },
    ))

  it('the order of the objects never matters', () =>
    fc.assert(
      fc.asyncProperty(
        fc
          .constantFrom(...dumps)
          .chain((dump) =>
            fc.tuple(fc.constant(dump), fc.shuffledSubarray([...dump], { minLength: dump.length })),
          ),
        async ([dump, shuffled]) => {
          const [one, other] = await Promise.all([judge(dump), judge(shuffled)])
          assert.equal(other.stdout, one.stdout)
          assert.equal(other.exit, one.exit)
        },
      ),
    ))

  it('bytes that are no dump end with exit code 2 and a sentence', () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (stdin) => {
        const { exit, stdout, stderr } = await runExplain({ args: ['-f', '-'], stdin })
        assert.equal(exit, 2)
        assert.equal(stdout, '')
        assert.match(stderr, /^standard input: \S/u)
      }),
    ))
})
