import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { baseNameOf, fingerprintOf } from './fingerprint.ts'

const same: Readonly<Record<string, readonly [string, string]>> = {
  'the time until the next try': [
    'back-off 10s restarting failed container=web',
    'back-off 5m0s restarting failed container=web',
  ],
  addresses: [
    'Get "http://10.1.2.3:8080/ready": connection refused',
    'Get "http://10.1.2.44:8080/ready": connection refused',
  ],
  'addresses of IPv6': ['Get "http://[fd00::1]:8080/": refused', 'Get "http://[fd00::2:a]:8080/": refused'],
  'uids of pods': [
    'pod acme_web(0b9c1d2e-1111-2222-3333-444455556666)',
    'pod acme_web(ffffffff-1111-2222-3333-444455556666)',
  ],
  'ids of sandboxes': [
    'failed to setup network for sandbox "0123456789abcdef0123456789abcdef"',
    'failed to setup network for sandbox "fedcba98765432100123456789abcdef"',
  ],
  times: ['since 2026-01-01T00:00:00Z', 'since 2026-01-02T10:00:00.123Z'],
}

describe('texts that tell the same', () => {
  for (const [what, [one, other]] of Object.entries(same))
    it(`differ only in ${what}`, () => assert.equal(fingerprintOf(one), fingerprintOf(other)))

  it('differ only in the name of the pod', () => {
    const text = (name: string): string => fingerprintOf(`restarting web in pod ${name}_acme`, name)
    assert.equal(text('web-7d9c4b8f6-x2x4z'), text('web-7d9c4b8f6-abcde'))
  })

  it('differ only in the name that a refused pod would have had', () => {
    const text = (name: string): string =>
      fingerprintOf(`Error creating: pods "web-7d9c4b8f6-${name}" is forbidden`, 'web-7d9c4b8f6')
    assert.equal(text('x2x4z'), text('abcde'))
  })

  it('are not those with another image, code or count', () => {
    const texts = [
      'image "web:1.2"',
      'image "web:1.3"',
      'statuscode: 503',
      'statuscode: 500',
      '0/3 nodes',
      '0/4 nodes',
    ]
    assert.equal(new Set(texts.map((text) => fingerprintOf(text))).size, texts.length)
  })
})

describe('the name of a pod', () => {
  it('tells which component it belongs to', () => {
    const names = ['web-front-7d9c4b8f6-x2x4z', 'postgres-0', 'postgres-12', 'alone']
    assert.deepEqual(names.map(baseNameOf), ['web-front', 'postgres', 'postgres', 'alone'])
  })
})
