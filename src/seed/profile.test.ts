import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DID_PATTERN } from '../model/did.ts'
import { credentialServicePath, EDC_PROFILES, pathId, stsSecretAlias } from './profile.ts'
import { edcProfile } from './profiles.ts'
import { recognise } from './recognise.ts'

const [OLD, , NEW] = EDC_PROFILES.map(edcProfile)
assert.ok(OLD && NEW)

describe('a profile', () => {
  it('puts ids into paths as its generation reads them', () => {
    assert.equal(pathId(OLD, 'alice'), 'YWxpY2U=')
    assert.equal(pathId(NEW, 'alice'), 'alice')
    assert.equal(credentialServicePath(OLD, 'alice'), '/v1/participants/YWxpY2U=')
  })

  it('needs no escape for a participant or a DID in base64: neither / nor + occurs', () => {
    const names = fc.stringMatching(/^[a-z0-9-]{1,40}$/u)
    const dids = fc.stringMatching(new RegExp(DID_PATTERN, 'u'))
    fc.assert(
      fc.property(fc.oneof(names, dids), (id) => {
        assert.match(pathId(OLD, id), /^[A-Za-z0-9]+=*$/u)
        assert.equal(Buffer.from(pathId(OLD, id), 'base64').toString(), id)
      }),
    )
  })

  it('names the secret as the control plane will look for it', () => {
    const wallet = { contextId: 'acme', clientId: 'did:web:acme.example' }
    assert.equal(stsSecretAlias(OLD, wallet), 'did:web:acme.example-sts-client-secret')
    assert.equal(stsSecretAlias(NEW, wallet), 'acme-sts-client-secret')
  })

  it('says whether it was held against real processes', () => {
    assert.deepEqual(
      EDC_PROFILES.map((name) => edcProfile(name).evidence),
      ['recorded', 'documented', 'documented'],
    )
  })
})

describe('a generation', () => {
  for (const [management, identity, name] of [
    [['/v3', '/v4beta'], ['/v1alpha'], 'edc-0.15'],
    [['/v3', '/v4', '/v5beta'], ['/v1alpha'], 'edc-0.16'],
    [['/v3', '/v4', '/v5beta'], ['/v1beta'], 'edc-0.19'],
    [['/v4', '/v5beta'], ['/v1beta'], 'edc-0.19'],
  ] as const)
    it(`that serves ${management.join(', ')} and ${identity.join()} is spoken to as ${name}`, () => {
      const recognised = recognise({ management, identity })
      assert.equal(recognised.kind === 'known' && recognised.profile.name, name)
    })

  for (const [management, identity] of [
    [['/v5'], ['/v2']],
    [['/v3'], ['/v1beta']],
    [[], []],
  ] as const)
    it(`that serves ${management.join() || 'nothing'} and ${identity.join() || 'nothing'} is refused with a sentence`, () => {
      const recognised = recognise({ management, identity })
      assert.equal(recognised.kind, 'unknown')
      assert.match(
        'message' in recognised ? recognised.message : '',
        /is not known: it serves management .*, identity .*; known are edc-0\.19 .*edc-0\.15 \(management \/v3, identity \/v1alpha\); use images/u,
      )
    })
})
