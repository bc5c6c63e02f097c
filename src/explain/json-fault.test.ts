import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { jsonFaultAt } from './json-fault.ts'

describe('the place where a text stops being JSON', () => {
  for (const [text, at] of [
    ['{"a": oops}', 6],
    ['{"a": }', 6],
    ['{"a" 1}', 5],
    ['{a: 1}', 1],
    ['{"a": 1,}', 8],
    ['[1, 2', 5],
    ['[1 2]', 3],
    ['[1, ]', 4],
    ['{"a": [1}', 8],
    ['{"a": "b', 6],
    ['{"a": 01}', 7],
    ['{}}', 2],
    [',', 0],
  ] as const)
    it(`is ${at} in ${text}`, () => assert.equal(jsonFaultAt(text), at))

  it('is not found where there is none', () =>
    fc.assert(fc.property(fc.json(), (text) => assert.equal(jsonFaultAt(text), text.length))))

  it('is found where a piece was cut out, unless that left JSON', () =>
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.nat(20), (json, from, length) => {
        const at = from % (json.length + 1)
        const text = json.slice(0, at) + json.slice(at + length)
        const sound = ((): boolean => {
          try {
            JSON.parse(text)
            return true
          } catch {
            return false
          }
        })()
        const found = jsonFaultAt(text)
        assert.ok(found <= text.length)
        if (sound) assert.equal(found, text.length)
      }),
    ))
})
