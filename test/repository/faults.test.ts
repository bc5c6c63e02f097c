/** The table of the earlier provisioner's faults in decision 14 must name tests that exist. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, it } from 'node:test'

const PAGE = 'docs/decisions/0014-what-a-pass-takes-back-makes-anew-and-deletes.md'
const FAULTS = Array.from({ length: 22 }, (_, index) => `A${index + 1}`)

const rows = (await readFile(PAGE, 'utf8'))
  .split('\n')
  .filter((line) => /^\| A\d+ +\|/u.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))

describe('the faults of the earlier provisioner', () => {
  it('are all in the table, in order', () => {
    assert.deepEqual(
      rows.map(([, fault]) => fault),
      FAULTS,
    )
  })

  for (const [, fault, what, file = '', sentence = ''] of rows)
    it(`${fault} (${what}) is held by a test of that name, or cannot occur`, async () => {
      assert.ok(sentence.length > 20 || file !== '–', `${fault} is held by nothing`)
      if (file === '–') return
      const source = await readFile(file.replaceAll('`', ''), 'utf8')
      assert.ok(source.includes(sentence), `${file} has no "${sentence}"`)
    })
})
