import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { SharedTexts } from './shared-texts.ts'

const fresh = (text: string): string => JSON.parse(JSON.stringify(text)) as string

describe('shared texts', () => {
  it('leave every value as it was', () => {
    const texts = new SharedTexts()
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const copy = JSON.parse(JSON.stringify(value)) as unknown
        assert.deepEqual(texts.within(copy), JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('do not touch what is frozen', () => {
    const texts = new SharedTexts()
    const holder = { list: Object.freeze([fresh('a text that is long')]) }
    assert.deepEqual(texts.within(holder), { list: ['a text that is long'] })
  })

  it('do not grow without end', () => {
    const texts = new SharedTexts()
    for (let index = 0; index < 50_000; index += 1) texts.within([`a text of its own ${index}`])
    assert.ok(texts.size <= 8_192)
    const [text] = texts.within(['a text that comes again'])
    assert.equal(text, 'a text that comes again')
  })
})
