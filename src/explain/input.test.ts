import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openFolder } from '../../test/support/folder.ts'
import { readDocuments } from './documents.ts'
import { InputError } from './input-error.ts'
import { readInput } from './input.ts'

const nothing = (async function* () {})()
const sentence = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => assert.fail('nothing was wrong'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof InputError, String(error))
  return error.message
}

describe('the input of explain', () => {
  const ofBytes = (...bytes: readonly Uint8Array[]): Promise<string> =>
    readInput({
      file: '-',
      stdin: (async function* () {
        yield* bytes
      })(),
    })

  it('comes from a file or from standard input', async () => {
    await using folder = await openFolder()
    await folder.write({ 'dump.yaml': 'kind: List\n' })
    assert.equal(await readInput({ file: `${folder.path}/dump.yaml`, stdin: nothing }), 'kind: List\n')
    assert.equal(await ofBytes(Buffer.from('kind: '), Buffer.from('List')), 'kind: List')
  })

  it('may be UTF-16, and begin with a byte order mark', async () => {
    const text = 'kind: Lüst'
    assert.equal(await ofBytes(Buffer.from(`\uFEFF${text}`)), text)
    assert.equal(await ofBytes(Buffer.from(`\uFEFF${text}`, 'utf16le')), text)
    assert.equal(await ofBytes(Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()), text)
  })

  it('may come in pieces that cut a character', async () => {
    const bytes = Buffer.from('ü: 1')
    assert.equal(await ofBytes(bytes.subarray(0, 1), bytes.subarray(1)), 'ü: 1')
  })

  it('is refused with a sentence when there is no such file, or none that can be read', async () => {
    await using folder = await openFolder()
    const missing = readInput({ file: `${folder.path}/none`, stdin: nothing })
    assert.equal(await sentence(missing), 'no such file')
    assert.equal(
      await sentence(readInput({ file: folder.path, stdin: nothing })),
      'this is a directory; name one file',
    )
  })

  it('is refused when it is empty, no text, or too large', async () => {
    assert.match(await sentence(ofBytes()), /it is empty/u)
    assert.match(await sentence(ofBytes(Buffer.from(' \n'))), /it is empty/u)
    assert.match(await sentence(ofBytes(Buffer.from([0x1f, 0x8b, 0x08]))), /no text in UTF-8/u)
    const stdin = (async function* () {
      for (;;) yield Buffer.alloc(1024 * 1024)
    })()
    assert.match(
      await sentence(readInput({ file: '-', stdin, maxBytes: 3 * 1024 * 1024 })),
      /larger than 3 MiB/u,
    )
  })
})

describe('the documents of a dump', () => {
  it('are one JSON value, or several with or without lines between them', async () => {
    assert.deepEqual(await readDocuments('{"a":1}'), [{ a: 1 }])
    assert.deepEqual(await readDocuments('{"a":"}"}\n{"b":["\\"{"]}[1]'), [{ a: '}' }, { b: ['"{'] }, [1]])
    assert.deepEqual(await readDocuments('{"a":1}\r\n---\r\n{"b":2}\r\n'), [{ a: 1 }, { b: 2 }])
  })

  it('are YAML, with empty ones among them, and any line ends', async () => {
    assert.deepEqual(await readDocuments('---\na: 1\n---\n---\n# nothing\n---\nb: 2\n...\n'), [
      { a: 1 },
      null,
      null,
      { b: 2 },
    ])
    assert.deepEqual(await readDocuments('a: 1\r\nb:\r\n- 2\r\n---\r\nc: 3\r\n'), [
      { a: 1, b: [2] },
      { c: 3 },
    ])
  })

  it('are read as kubectl meant them: times stay texts, yes is no boolean', async () => {
    const text = 'at: 2026-01-01T00:00:00Z\nlabel: yes\nhash: "7"\nfine: true\n'
    const expected = { at: '2026-01-01T00:00:00Z', label: 'yes', hash: '7', fine: true }
    assert.deepEqual(await readDocuments(text), [expected])
  })

  it('may be YAML that looks like JSON', async () =>
    assert.deepEqual(await readDocuments('{a: 1, b: [2,]}'), [{ a: 1, b: [2] }]))

  it('are refused with line and column where they are broken', async () => {
    assert.match(await sentence(readDocuments('a: 1\nb: [1\nc: 2\n')), /^line \d+, column \d+: no YAML: /u)
    assert.match(await sentence(readDocuments('{"a": 1,\n "b": }}')), /^line 2, column 7: no JSON: /u)
    assert.match(await sentence(readDocuments('{"a":1}\n{"b": oops}')), /^line 2, column 7: no JSON: /u)
    assert.match(
      await sentence(readDocuments('{"a":1}\nError from server')),
      /^line 2, column 1: no JSON: expected an object/u,
    )
    assert.match(
      await sentence(readDocuments('{"a":1}\n{"b": [')),
      /^line 2, column 8: .*ends in the middle/u,
    )
  })

  it('are refused when there is none', async () => {
    for (const text of ['# nothing\n', '---\n---\n', 'null', '~'])
      assert.equal(await sentence(readDocuments(text)), 'it holds no object')
  })

  it('are refused when their aliases stand for too much', async () => {
    const levels = Array.from({ length: 9 }, (_, at) => `a${at + 1}: &a${at + 1} [${`*a${at},`.repeat(9)}]`)
    assert.match(
      await sentence(readDocuments(`a0: &a0 [x]\n${levels.join('\n')}\n`)),
      /^document 1: its aliases/u,
    )
  })

  it('are refused when they are nested without end', async () =>
    assert.match(await sentence(readDocuments(`a: ${'['.repeat(200_000)}`)), /nested too deeply|no YAML/u))

  it('take what refers to itself without going round for ever', async () => {
    const [document] = await readDocuments('a: &a\n  b: *a\n').catch(() => [undefined])
    assert.ok(document === undefined || typeof document === 'object')
  })
})
