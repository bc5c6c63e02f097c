/** Each cause code has a page for the person who reads it, and no page speaks of a code that is not told. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { CAUSES } from '../../src/model/causes.ts'

const FOLDER = 'docs/causes/'
const SECTIONS = [
  '## What you see',
  '## What it means',
  '## How to confirm',
  '## What to do',
  '## Who acts, and when it is a verdict',
]

const codes = Object.entries(CAUSES)
const pages = readdirSync(FOLDER).filter((page) => page !== 'README.md')
const read = (page: string): string => readFileSync(FOLDER + page, 'utf8')

describe('the causes', () => {
  it('have a page each, and no others have one', () => {
    assert.deepEqual(pages.toSorted(), codes.map(([code]) => `${code}.md`).toSorted())
  })

  for (const [code, { who, means }] of codes) {
    it(`${code} has its code as the title of its page, and all that an operator asks for`, () => {
      const text = read(`${code}.md`)
      assert.ok(text.startsWith(`# ${code}\n`))
      assert.deepEqual(
        SECTIONS.filter((section) => !text.includes(`\n${section}\n`)),
        [],
      )
      assert.match(text, /```sh\nkubectl /)
      assert.ok(text.includes(`**${who}**`), `names who acts: ${who}`)
    })

    it(`${code} stands in the list of causes with what it means`, () => {
      const row = read('README.md')
        .split('\n')
        .find((line) => line.includes(`[${code}](${code}.md)`))
      assert.ok(row?.includes(means))
    })
  }
})
