/** The stand-in for an issuer, asked by a hub that is made here: what it answers, delivers and signs. */
import assert from 'node:assert/strict'
import { createPublicKey, type JsonWebKey, verify } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { eventually } from '../eventually.ts'
import { didWebUrl } from './did-web.ts'
import { type Issuer, ISSUER_CONTEXT, openIssuer } from './issuer.ts'
import { claimsOf, newSigner } from './signing.ts'

const NS = 'https://w3id.org/dspace-dcp/v1.0/'

interface Delivery {
  readonly token: string
  readonly holderPid: string
  readonly credentials: readonly { readonly credentialType: string; readonly payload: string }[]
}

interface Hub extends AsyncDisposable {
  readonly did: string
  readonly deliveries: readonly Delivery[]
  request(issuer: Issuer, credentialId: string): Promise<Response>
}

/** Refuses the first delivery, as a hub does that has not noted yet that its request was taken. */
async function openHub(): Promise<Hub> {
  const deliveries: Delivery[] = []
  let asked = 0
  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      const service = [
        { id: 'cs', type: 'CredentialService', serviceEndpoint: `http://127.0.0.1:${port}/cs` },
      ]
      return void response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ id: did, service }))
    }
    asked += 1
    if (asked === 1) return void response.writeHead(404).end()
    let body = ''
    request.on('data', (part) => (body += String(part)))
    request.on('end', () => {
      const token = (request.headers.authorization ?? '').replace('Bearer ', '')
      deliveries.push({ token, ...(JSON.parse(body) as Omit<Delivery, 'token'>) })
      response.end()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const did = `did:web:127.0.0.1%3A${port}:acme`
  return {
    did,
    deliveries,
    request: (issuer, credentialId) =>
      fetch(`http://127.0.0.1:${issuer.port}/issuance/credentials`, {
        method: 'POST',
        headers: { authorization: `Bearer ${newSigner(`${did}#key-1`).sign({ iss: did, sub: did })}` },
        body: JSON.stringify({
          [`${NS}holderPid`]: { '@id': 'pid-1' },
          [`${NS}credentials`]: [{ '@type': '@json', '@value': [{ id: credentialId }] }],
        }),
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function isSignedBy(token: string, did: string): Promise<boolean> {
  const document = (await (await fetch(didWebUrl(did))).json()) as {
    readonly verificationMethod: readonly { readonly publicKeyJwk: JsonWebKey }[]
  }
  const jwk = document.verificationMethod[0]?.publicKeyJwk ?? {}
  const [header, body, signature = ''] = token.split('.')
  const key = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' } as const
  return verify('sha256', Buffer.from(`${header}.${body}`), key, Buffer.from(signature, 'base64url'))
}

describe('the stand-in for an issuer', () => {
  for (const { id, subject } of [
    { id: 'MembershipCredential', subject: (claims: Claims) => claims['vc'].credentialSubject },
    { id: 'MembershipCredential@VC2_0_JOSE', subject: (claims: Claims) => claims['credentialSubject'] },
  ])
    it(`delivers ${id}, signed with the key of its DID document, as soon as the hub takes it`, async () => {
      await using issuer = await openIssuer()
      await using hub = await openHub()
      assert.equal((await hub.request(issuer, id)).status, 201)
      await eventually(() => issuer.requests[0]?.delivered === 200, { what: 'the delivery' })
      const [delivery] = hub.deliveries
      assert.equal(delivery?.holderPid, 'pid-1')
      assert.equal(claimsOf(delivery.token)['aud'], hub.did)
      const [credential] = delivery.credentials
      assert.equal(credential?.credentialType, 'MembershipCredential')
      assert.ok(await isSignedBy(credential.payload, issuer.did))
      assert.deepEqual(subject(claimsOf(credential.payload) as Claims), { id: hub.did, membership: 'active' })
    })

  for (const { mode, status } of [
    { mode: 'refuse', status: 403 },
    { mode: 'fail', status: 500 },
  ] as const)
    it(`answers ${status} and remembers nothing in mode ${mode}`, async () => {
      await using issuer = await openIssuer({ mode })
      await using hub = await openHub()
      assert.equal((await hub.request(issuer, 'MembershipCredential')).status, status)
      assert.deepEqual(issuer.requests, [])
    })

  it('accepts and never delivers in mode silent', async () => {
    await using issuer = await openIssuer({ mode: 'silent' })
    await using hub = await openHub()
    assert.equal((await hub.request(issuer, 'MembershipCredential')).status, 201)
    issuer.mode = 'issue'
    await hub.request(issuer, 'MembershipCredential')
    await eventually(() => issuer.requests[1]?.delivered === 200, { what: 'the second delivery' })
    assert.equal(issuer.requests[0]?.delivered, undefined)
    assert.equal(hub.deliveries.length, 1)
  })

  it('with an admin API refuses whom nobody made known to it as a holder', async () => {
    await using issuer = await openIssuer({ adminKey: 'key' })
    await using hub = await openHub()
    const make = (key: string): Promise<Response> =>
      fetch(`${issuer.adminUrl}/v1alpha/participants/${btoa(ISSUER_CONTEXT)}/holders`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': key },
        body: JSON.stringify({ holderId: hub.did, did: hub.did, name: 'acme' }),
      })
    assert.equal((await hub.request(issuer, 'MembershipCredential')).status, 403)
    assert.equal((await make('wrong')).status, 401)
    assert.equal((await make('key')).status, 201)
    assert.equal((await hub.request(issuer, 'MembershipCredential')).status, 201)
    await eventually(() => issuer.requests[0]?.delivered === 200, { what: 'the delivery' })
  })

  it('says why a delivery failed when the holder cannot be found', async () => {
    await using issuer = await openIssuer()
    const hub = await openHub()
    await hub[Symbol.asyncDispose]()
    await hub.request(issuer, 'MembershipCredential')
    await eventually(() => issuer.requests[0]?.delivered instanceof Error, { what: 'the failure' })
  })
})

// oxlint-disable-next-line typescript/no-explicit-any -- claims of many shapes
type Claims = Readonly<Record<string, any>>
