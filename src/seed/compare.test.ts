import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { demoData } from '../../test/support/demo-data.ts'
import { decideDefinition } from './compare.ts'
import { type Definition, type DefinitionKind, wantedDefinitions } from './definitions.ts'
import { EDC_PROFILES } from './profile.ts'
import { edcProfile } from './profiles.ts'

const EDC = 'https://w3id.org/edc/v0.0.1/ns/'
const ODRL = 'http://www.w3.org/ns/odrl/2/'

function wanted(kind: DefinitionKind, id: string): Definition {
  const found = wantedDefinitions(demoData(), edcProfile('edc-0.15')).find(
    (one) => one.kind === kind && one.id === id,
  )
  assert.ok(found)
  return found
}

const POLICY = wanted('policy', 'require-membership')
const ASSET = wanted('asset', 'asset-1')
const OFFER = wanted('contractDefinition', 'members-only')

const CONSTRAINT = {
  'odrl:leftOperand': { '@id': 'MembershipCredential' },
  'odrl:operator': { '@id': 'odrl:eq' },
  'odrl:rightOperand': 'active',
}

/** As 0.15.1 hands back the policy. */
const LIVE_POLICY = {
  '@id': 'require-membership',
  '@type': 'PolicyDefinition',
  createdAt: 1_795_745_139_077,
  policy: {
    '@id': 'ca12c903-101f-4b76-a748-fc223a158bf8',
    '@type': 'odrl:Set',
    'odrl:permission': { 'odrl:action': { '@id': 'odrl:use' }, 'odrl:constraint': CONSTRAINT },
    'odrl:prohibition': [],
    'odrl:obligation': [],
  },
  '@context': { '@vocab': EDC, edc: EDC, odrl: ODRL },
}

/** The same, expanded by a JSON-LD processor. */
const EXPANDED_POLICY = [
  {
    '@id': 'require-membership',
    '@type': [`${EDC}PolicyDefinition`],
    [`${EDC}createdAt`]: [{ '@value': 1_795_745_139_077 }],
    [`${EDC}policy`]: [
      {
        '@id': 'ca12c903',
        '@type': [`${ODRL}Set`],
        [`${ODRL}permission`]: [
          {
            [`${ODRL}action`]: [{ '@id': `${ODRL}use` }],
            [`${ODRL}constraint`]: [
              {
                [`${ODRL}leftOperand`]: [{ '@id': 'MembershipCredential' }],
                [`${ODRL}operator`]: [{ '@id': `${ODRL}eq` }],
                [`${ODRL}rightOperand`]: [{ '@value': 'active' }],
              },
            ],
          },
        ],
      },
    ],
  },
]

describe('a definition', () => {
  it('is created when there is none', () => {
    assert.deepEqual(decideDefinition(POLICY, undefined), { do: 'create' })
  })

  for (const [what, live] of [
    ['compacted with prefixes, a list of one bare', LIVE_POLICY],
    ['expanded', EXPANDED_POLICY],
    ['as it was sent', POLICY.body],
  ] as const)
    it(`is left when it is there: ${what}`, () => {
      assert.deepEqual(decideDefinition(POLICY, live), { do: 'leave' })
    })

  for (const [what, permission] of [
    [
      'one more permission',
      [LIVE_POLICY.policy['odrl:permission'], { 'odrl:action': { '@id': 'odrl:use' } }],
    ],
    ['a permission without its constraint', { 'odrl:action': { '@id': 'odrl:use' } }],
    ['no permission', []],
    [
      'a left operand in the vocabulary of EDC, which is bound to another function',
      {
        'odrl:action': { '@id': 'odrl:use' },
        'odrl:constraint': { ...CONSTRAINT, 'odrl:leftOperand': { '@id': 'edc:MembershipCredential' } },
      },
    ],
    [
      'another value',
      {
        'odrl:action': { '@id': 'odrl:use' },
        'odrl:constraint': { ...CONSTRAINT, 'odrl:rightOperand': 'any' },
      },
    ],
  ] as const)
    it(`is updated when a policy has ${what}`, () => {
      const live = { ...LIVE_POLICY, policy: { ...LIVE_POLICY.policy, 'odrl:permission': permission } }
      assert.deepEqual(decideDefinition(POLICY, live), { do: 'update', fields: ['policy.permission'] })
    })

  it('is updated when an asset differs, told by the names of the fields and never by values', () => {
    const properties = { name: 'Other', description: ASSET.body['properties'], extra: 'left alone' }
    const live = { ...ASSET.body, properties, dataAddress: { type: 'HttpData', authCode: 'canary' } }
    const decision = decideDefinition(ASSET, live)
    assert.deepEqual(decision, {
      do: 'update',
      fields: [
        'properties.description',
        'properties.name',
        'dataAddress.baseUrl',
        'dataAddress.proxyPath',
        'dataAddress.proxyQueryParams',
      ],
    })
  })

  it('is left when others added properties to an asset', () => {
    const { properties } = ASSET.body as { properties: object }
    const live = {
      ...ASSET.body,
      privateProperties: { p: 1 },
      properties: { ...properties, id: 'asset-1', own: 'x' },
    }
    assert.deepEqual(decideDefinition(ASSET, live), { do: 'leave' })
  })

  it('is updated when an offer selects more or other assets, or all', () => {
    const [criterion] = OFFER.body['assetsSelector'] as readonly object[]
    assert.deepEqual(decideDefinition(OFFER, { ...OFFER.body, assetsSelector: criterion }), { do: 'leave' })
    for (const assetsSelector of [
      [],
      [criterion, { ...criterion, operandRight: 'x' }],
      { ...criterion, operandRight: 'x' },
    ])
      assert.deepEqual(decideDefinition(OFFER, { ...OFFER.body, assetsSelector }), {
        do: 'update',
        fields: ['assetsSelector'],
      })
  })

  it('is updated, and no more, whatever a server answers in its place', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (live) => {
        for (const definition of [POLICY, ASSET, OFFER])
          assert.equal(decideDefinition(definition, live).do, 'update')
      }),
    )
    const deep = JSON.parse(`{"policy":${'['.repeat(100_000)}${']'.repeat(100_000)}}`) as unknown
    assert.equal(decideDefinition(POLICY, deep).do, 'update')
  })

  it('is left in every answer that 0.15.1 gave to what it was sent', () => {
    const recording = JSON.parse(
      readFileSync(new URL('../simulator/edc/testdata/recorded-0.15.1.json', import.meta.url), 'utf8'),
    ) as readonly Recorded[]
    let compared = 0
    for (const [index, { asked, answered }] of recording.entries()) {
      if (asked.method !== 'GET' || answered.status !== 200) continue
      const sent = recording.slice(0, index).findLast((one) => sentTo(one, asked.path))
      const kind = KINDS.find(([collection]) => asked.path.includes(`/${collection}/`))?.[1]
      if (sent?.asked.body === undefined || kind === undefined || KNOWN_TO_DIFFER.test(asked.path)) continue
      const definition: Definition = { kind, id: 'any', body: sent.asked.body }
      assert.deepEqual(decideDefinition(definition, answered.body), { do: 'leave' }, asked.path)
      compared += 1
    }
    assert.ok(compared >= 10, `only ${compared} were compared`)
  })
})

interface Recorded {
  readonly asked: { readonly method: string; readonly path: string; readonly body?: Definition['body'] }
  readonly answered: { readonly status: number; readonly body: unknown }
}

const KINDS: readonly (readonly [string, DefinitionKind])[] = [
  ['assets', 'asset'],
  ['policydefinitions', 'policy'],
  ['contractdefinitions', 'contractDefinition'],
]

/** With `@vocab` EDC makes other names of left operands, and of a list its text: seed files have neither. */
const KNOWN_TO_DIFFER = /\/(?:vocabulary|list)$/u

function sentTo({ asked, answered }: Recorded, path: string): boolean {
  const id = path.split('/').at(-1)
  return ['POST', 'PUT'].includes(asked.method) && answered.status < 300 && asked.body?.['@id'] === id
}

describe('what is wanted', () => {
  for (const name of EDC_PROFILES)
    it(`is the same on every pass, in an order in which nothing is named before it exists (${name})`, () => {
      const first = wantedDefinitions(demoData(), edcProfile(name))
      assert.deepEqual(first, wantedDefinitions(demoData(), edcProfile(name)))
      assert.deepEqual(
        first.map(({ kind }) => kind),
        'asset asset policy policy policy contractDefinition contractDefinition'.split(' '),
      )
      for (const { id, body } of first) assert.equal(body['@id'], id)
    })

  it('says where data lies only to generations that want to know', () => {
    const addressed = (name: (typeof EDC_PROFILES)[number]): boolean =>
      'dataAddress' in (wantedDefinitions(demoData(), edcProfile(name))[0]?.body ?? {})
    assert.deepEqual(EDC_PROFILES.map(addressed), [true, false, false])
  })
})
