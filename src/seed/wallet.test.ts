import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decideHolder, wantedHolder } from './holder.ts'
import { edcProfile } from './profiles.ts'
import { decideWallet, walletBody, type WalletFacts } from './wallet.ts'

const DID = 'did:web:acme.example'
const OLD = edcProfile('edc-0.15')
const NEW = edcProfile('edc-0.19')
const HELD = { clientId: DID, clientSecret: 'secret', apiKey: 'key' }

const KEY = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }

function keyOf(body: object): object {
  const { keyId, privateKeyAlias, ...rest } = (body as { readonly key: Record<string, string> }).key
  assert.equal(keyId, privateKeyAlias)
  return rest
}

/** A wallet that is as it should be. */
function facts(differs: Partial<WalletFacts> = {}): WalletFacts {
  return { did: DID, live: { did: DID, active: true }, held: HELD, trial: 'works', ...differs }
}

describe('a wallet', () => {
  it('is left as it is when its secret is held and works', () => {
    assert.deepEqual(decideWallet(facts(), OLD), { do: 'leave' })
    assert.deepEqual(decideWallet(facts({ trial: undefined }), OLD), { do: 'leave' })
  })

  it('is created when there is none, also when the answer to an earlier one is held', () => {
    assert.deepEqual(decideWallet(facts({ live: undefined, held: undefined }), OLD), { do: 'create' })
    assert.deepEqual(decideWallet(facts({ live: undefined, trial: 'refused' }), OLD), { do: 'create' })
  })

  it('is made anew when its secret was lost or is refused: nothing else gives back a secret', () => {
    const decide = (differs: Partial<WalletFacts>): string => {
      const decision = decideWallet(facts(differs), OLD)
      return 'why' in decision ? `${decision.do} ${decision.why}` : decision.do
    }
    assert.equal(decide({ held: undefined }), 'replace SecretUnknown')
    assert.equal(decide({ held: { clientId: DID } }), 'replace SecretUnknown')
    assert.equal(decide({ trial: 'refused' }), 'replace SecretRefused')
  })

  it('needs no secret where the hub hands it over itself, only to have been made by us', () => {
    const held = { clientId: DID, publicKey: KEY }
    assert.deepEqual(decideWallet(facts({ held, trial: undefined }), NEW), { do: 'leave' })
    assert.equal(decideWallet(facts({ held: undefined }), NEW).do, 'replace')
  })

  it('has its key remembered once it works, where that outlives the hub', () => {
    assert.deepEqual(decideWallet(facts(), NEW), { do: 'remember-key' })
    assert.deepEqual(decideWallet(facts({ held: { ...HELD, publicKey: KEY } }), NEW), { do: 'leave' })
    assert.deepEqual(decideWallet(facts({ live: undefined }), NEW), { do: 'create' })
  })

  it('is made anew with another key when that of before is lost, but never one that has worked', () => {
    const unsigned = (held: object): object =>
      decideWallet(facts({ held: { ...HELD, ...held }, trial: 'unsigned' }), NEW)
    assert.match(JSON.stringify(unsigned({})), /replace.*KeyLost/u)
    assert.match(JSON.stringify(unsigned({ publicKey: KEY })), /stall.*WalletKeyLost/u)
  })

  it('is activated when it is not', () => {
    assert.deepEqual(decideWallet(facts({ live: { did: DID, active: false } }), OLD), { do: 'activate' })
  })

  it('of another DID is never touched; a person has to look at it', () => {
    const decision = decideWallet(
      facts({ live: { did: 'did:web:other', active: true }, held: undefined }),
      OLD,
    )
    assert.equal(decision.do, 'stall')
    assert.match(
      'message' in decision ? decision.message : '',
      /for did:web:other instead of did:web:acme\.example/u,
    )
  })

  it('is asked for in the words of its generation', () => {
    const wish = {
      contextId: 'acme',
      did: DID,
      credentialsUrl: 'http://identityhub.acme.svc:17082/api/credentials',
      protocolUrl: 'http://controlplane.acme.svc:18082/api/dsp/2025-1',
    }
    const old = walletBody(wish, OLD)
    assert.deepEqual(keyOf(old), { keyGeneratorParams: { algorithm: 'EC' } })
    assert.deepEqual(keyOf(walletBody({ ...wish, publicKey: KEY }, OLD)), { publicKeyJwk: KEY })
    assert.deepEqual(old['roles'], [])
    assert.ok(!('scopes' in old))
    assert.deepEqual(walletBody(wish, NEW)['scopes'], [])
    const endpoints = (body: object): unknown =>
      (body as { serviceEndpoints: readonly { serviceEndpoint: string }[] }).serviceEndpoints[0]
        ?.serviceEndpoint
    assert.equal(endpoints(old), `${wish.credentialsUrl}/v1/participants/YWNtZQ==`)
    assert.equal(endpoints(walletBody(wish, NEW)), `${wish.credentialsUrl}/v1/participants/acme`)
  })
})

describe('a holder', () => {
  const wanted = wantedHolder({ did: DID, name: 'acme' })

  it('is created, left, or corrected', () => {
    assert.deepEqual(decideHolder(wanted, undefined), { do: 'create' })
    assert.deepEqual(decideHolder(wanted, { ...wanted }), { do: 'leave' })
    assert.deepEqual(decideHolder(wanted, { ...wanted, name: 'other' }), { do: 'update', fields: ['name'] })
    assert.deepEqual(decideHolder(wanted, { ...wanted, did: 'did:web:x', name: '' }), {
      do: 'update',
      fields: ['did', 'name'],
    })
  })
})
