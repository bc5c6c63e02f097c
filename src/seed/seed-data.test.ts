import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { describe, it } from 'node:test'
import { DEMO_FILES, demoData } from '../../test/support/demo-data.ts'
import { readSeed, seedOf } from './seed-data.ts'

function faultsOf(...contents: readonly unknown[]): readonly string[] {
  const faults: string[] = []
  readSeed(
    contents.map((content, index) => ({
      path: `${index}.json`,
      text: typeof content === 'string' ? content : JSON.stringify(content),
    })),
    faults,
  )
  return faults
}

const ASSET = { id: 'a', properties: {}, address: { type: 'HttpData' } }
const CONSTRAINT = { leftOperand: 'x', operator: 'eq', rightOperand: 'y' }

describe('the demo data', () => {
  it('is two assets, three policies and two contract definitions, without a fault', () => {
    const faults: string[] = []
    const { assets, policies, contractDefinitions } = readSeed(DEMO_FILES, faults)
    assert.deepEqual(faults, [])
    assert.deepEqual([assets.length, policies.length, contractDefinitions.length], [2, 3, 2])
  })

  it('is all that lies in its folder', () => {
    const names = readdirSync(new URL('../../seed', import.meta.url)).map((name) => `seed/${name}`)
    assert.deepEqual(names.toSorted(), DEMO_FILES.map(({ path }) => path).toSorted())
  })

  it('offers nothing to those who are no members', () => {
    for (const { accessPolicy } of demoData().contractDefinitions)
      assert.equal(accessPolicy, 'require-membership')
  })
})

describe('a participant', () => {
  it('gets the demo data unless its spec says no', () => {
    const demo = demoData()
    for (const seed of [undefined, {}, { demoData: true }]) assert.equal(seedOf(seed, demo), demo)
    const nothing = { assets: [], policies: [], contractDefinitions: [] }
    assert.deepEqual(seedOf({ demoData: false }, demo), nothing)
  })
})

describe('seed files', () => {
  it('may hold any of the lists, and belong together', () => {
    const policy = { id: 'p' }
    const offer = { id: 'o', accessPolicy: 'p', contractPolicy: 'p', assets: ['a'] }
    assert.deepEqual(
      faultsOf({ assets: [ASSET] }, { policies: [policy], contractDefinitions: [offer] }, {}),
      [],
    )
  })

  for (const [what, contents, fault] of [
    ['no JSON', ['{"assets": [{"address": {"authCode": "canary"'], /^"0\.json" is not JSON$/u],
    ['a list', [[]], /"0\.json" at \/: must be object/u],
    ['a misspelt member', [{ asset: [] }], /"0\.json"/u],
    [
      'a number in a property',
      [{ assets: [{ ...ASSET, properties: { n: 3 } }] }],
      /\/assets\/0\/properties\/n/u,
    ],
    ['an id that has to be escaped', [{ assets: [{ ...ASSET, id: 'a/b' }] }], /\/assets\/0\/id/u],
    [
      'a number as right operand, on which EDC fails',
      [
        {
          policies: [
            { id: 'p', permissions: [{ action: 'use', constraints: [{ ...CONSTRAINT, rightOperand: 3 }] }] },
          ],
        },
      ],
      /\/policies\/0\/permissions\/0\/constraints\/0\/rightOperand/u,
    ],
    [
      'an operator that EDC does not take',
      [
        {
          policies: [
            { id: 'p', permissions: [{ action: 'use', constraints: [{ ...CONSTRAINT, operator: 'in' }] }] },
          ],
        },
      ],
      /operator/u,
    ],
    [
      'an offer of everything, by an empty list',
      [{ contractDefinitions: [{ id: 'o', accessPolicy: 'p', contractPolicy: 'p', assets: [] }] }],
      /\/contractDefinitions\/0\/assets/u,
    ],
    ['an id twice over two files', [{ assets: [ASSET] }, { assets: [ASSET] }], /two of asset "a"/u],
    [
      'a policy that nobody wrote',
      [
        {
          assets: [ASSET],
          contractDefinitions: [{ id: 'o', accessPolicy: 'p', contractPolicy: 'q', assets: ['a'] }],
        },
      ],
      /"o" names the policy "p", which no seed file holds.*names the policy "q"/su,
    ],
    [
      'an asset that nobody wrote',
      [
        {
          policies: [{ id: 'p' }],
          contractDefinitions: [{ id: 'o', accessPolicy: 'p', contractPolicy: 'p', assets: ['b'] }],
        },
      ],
      /offers the asset "b"/u,
    ],
  ] as const)
    it(`are refused, by file and place: ${what}`, () => {
      const faults = faultsOf(...contents)
      assert.match(faults.join('\n'), fault)
      assert.ok(!faults.join().includes('canary'))
    })
})
