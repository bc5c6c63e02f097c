/** What the documents name must exist: scripts, files, and the links between pages. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { glob, readFile } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { describe, it } from 'node:test'

const pages: string[] = []
for await (const page of glob(['*.md', 'docs/**/*.md', 'test/**/*.md', 'runtimes/*.md'])) pages.push(page)
const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as { scripts: Record<string, string> }

const matches = (text: string, pattern: RegExp): readonly string[] =>
  [...text.matchAll(pattern)].flatMap(({ groups }) => groups?.['found'] ?? [])

describe('the documents', () => {
  it('are there', () => assert.ok(pages.length >= 5, `found only ${pages.join(', ')}`))

  for (const page of pages) {
    it(`${page} names only scripts that exist`, async () => {
      const text = await readFile(page, 'utf8')
      const named = matches(text, /npm run (?<found>[a-z][a-z:-]*)/gu)
      assert.deepEqual(
        named.filter((name) => scripts[name] === undefined),
        [],
      )
    })

    it(`${page} links only to files that exist`, async () => {
      const text = await readFile(page, 'utf8')
      const linked = matches(text, /\]\((?<found>[^)#:\s]+)(?:#[^)]*)?\)/gu)
      assert.deepEqual(
        linked.filter((link) => !existsSync(normalize(join(dirname(page), link)))),
        [],
      )
    })
  }
})
