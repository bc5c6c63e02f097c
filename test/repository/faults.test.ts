/** The tables of the earlier systems' faults in the decisions must name tests that exist. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, it } from 'node:test'

const TABLES = [
  {
    of: 'the earlier provisioner',
    page: 'docs/decisions/0014-what-a-pass-takes-back-makes-anew-and-deletes.md',
    letter: 'A',
    count: 22,
  },
  {
    of: 'the earlier Status API',
    page: 'docs/decisions/0022-no-fault-of-the-earlier-status-api-comes-back.md',
    letter: 'P',
    count: 17,
  },
] as const

for (const { of, page, letter, count } of TABLES) {
  const row = new RegExp(`^\\| ${letter}\\d+ +\\|`, 'u')
  const rows = (await readFile(page, 'utf8'))
    .split('\n')
    .filter((line) => row.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()))

  describe(`the faults of ${of}`, () => {
    it('are all in the table, in order', () => {
      assert.deepEqual(
        rows.map(([, fault]) => fault),
        Array.from({ length: count }, (_, index) => `${letter}${index + 1}`),
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
}
