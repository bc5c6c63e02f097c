/** Two participants of real EDC processes in one dataspace: seeding, credential, catalogue, negotiation. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { eventually } from '../support/eventually.ts'
import { type Issuer, openIssuer } from '../support/issuer/issuer.ts'
import { type DataServer, openDataServer } from './support/data-server.ts'
import type { Offer } from './support/participant.ts'
import { type RunningParticipant, runParticipant } from './support/running-participant.ts'

const ASSET = 'asset-1'

describe('a dataspace of real EDC processes', () => {
  const stack = new AsyncDisposableStack()
  let issuer: Issuer
  let consumer: RunningParticipant
  let provider: RunningParticipant
  let offer: Offer
  let contract: string
  let data: DataServer

  before(async () => {
    issuer = stack.use(await openIssuer())
    data = stack.use(await openDataServer('the data'))
    const trustedIssuers = [issuer.did]
    consumer = stack.use(await runParticipant({ name: 'acme', trustedIssuers }))
    provider = stack.use(await runParticipant({ name: 'globex', trustedIssuers }))
  })
  after(() => stack.disposeAsync())

  it('makes wallets whose secret the control plane finds in the vault by itself', async () => {
    const secret = await consumer.seeding.createWallet()
    await provider.seeding.createWallet()
    const token = await consumer.seeding.token(secret, provider.participant.did)
    assert.equal(token.status, 200, token.text)
  })

  it('takes an asset, a policy about membership and a contract definition', async () => {
    await provider.seeding.offerToMembers(ASSET, data.url)
  })

  it('refuses a policy that nothing could judge', async () => {
    const answer = await provider.seeding.createPolicy('Unknown.operand')
    assert.equal(answer.status, 400)
    assert.match(answer.text, /is not bound to any/u)
  })

  it('refuses the catalogue to one who has no credential', async () => {
    await provider.seeding.requestCredential(issuer.did)
    const catalog = await consumer.seeding.catalogOf(provider.participant)
    assert.equal(catalog.status, 502, catalog.text)
    assert.match(catalog.text, /Unauthorized/u)
  })

  it('tells by ERROR that an issuer refuses', async () => {
    issuer.mode = 'refuse'
    assert.equal(await consumer.seeding.requestCredential(issuer.did), 'ERROR')
    issuer.mode = 'issue'
  })

  it('shows nothing to a member whose credential says suspended', async () => {
    issuer.claims = { membership: 'suspended' }
    assert.equal(await consumer.seeding.requestCredential(issuer.did), 'ISSUED')
    const catalog = await consumer.seeding.catalogOf(provider.participant)
    assert.equal(catalog.status, 200, catalog.text)
    assert.deepEqual(catalog.json.dataset ?? [], [])
  })

  it('shows the asset to an active member', async () => {
    issuer.claims = undefined
    assert.equal(await consumer.seeding.requestCredential(issuer.did), 'ISSUED')
    const catalog = await consumer.seeding.catalogOf(provider.participant)
    assert.equal(catalog.status, 200, catalog.text)
    assert.equal(catalog.json.participantId, provider.participant.did)
    const [dataset] = catalog.json.dataset
    assert.equal(dataset['@id'], ASSET)
    offer = dataset.hasPolicy[0]
    assert.match(JSON.stringify(offer), /MembershipCredential/u)
  })

  it('concludes a contract about it', async () => {
    const negotiation = await consumer.seeding.negotiate(provider.participant, ASSET, offer)
    const outcome = await consumer.seeding.outcomeOf(negotiation)
    assert.equal(outcome.state, 'FINALIZED', outcome.errorDetail)
    contract = outcome.contractAgreementId ?? ''
  })

  it("sends the data by the provider's data plane to where the consumer wants it", async () => {
    const transfer = await consumer.seeding.transfer(provider.participant, contract, data.url)
    await eventually(() => data.received.length > 0, { what: 'the data', withinMs: 60_000 })
    assert.deepEqual(data.received, ['the data'])
    await eventually(
      async () => {
        const { json } = await consumer.seeding.management(`/v3/transferprocesses/${transfer}`)
        return json.state === 'COMPLETED'
      },
      { what: 'the transfer to complete', withinMs: 60_000 },
    )
  })

  it('keeps offers and contracts over a restart of the control plane', async () => {
    await provider.restart('controlplane')
    const { json } = await provider.seeding.management('/v3/contractagreements/request', { method: 'POST' })
    assert.equal(json.length, 1)
    const catalog = await consumer.seeding.catalogOf(provider.participant)
    assert.equal(catalog.json.dataset.length, 1)
  })

  it('registers a data plane that starts anew under its old name', async () => {
    await provider.restart('dataplane')
    const { json } = await provider.seeding.management('/v3/dataplanes')
    assert.deepEqual(
      json.map((one: { readonly '@id': string }) => one['@id']),
      ['dataplane'],
    )
  })

  it('is a member again at once when a wallet that its hub forgot is made anew with the old key', async () => {
    const key = await consumer.seeding.publicKey()
    await consumer.restart('identityhub')
    const forgotten = await consumer.seeding.identity(consumer.seeding.context)
    assert.equal(forgotten.status, 404)
    await consumer.seeding.createWallet(key)
    assert.deepEqual(await consumer.seeding.publicKey(), key)
    assert.equal(await consumer.seeding.requestCredential(issuer.did), 'ISSUED')
    const catalog = await consumer.seeding.catalogOf(provider.participant)
    assert.equal(catalog.status, 200, catalog.text)
    assert.equal(catalog.json.dataset.length, 1)
  })

  it('refuses one who presents the credential of a stranger beside that of a trusted issuer', async () => {
    await using stranger = await openIssuer()
    assert.equal(await consumer.seeding.requestCredential(stranger.did), 'ISSUED')
    const catalog = await consumer.seeding.catalogOf(provider.participant)
    assert.equal(catalog.status, 502, catalog.text)
  })

  it('is refused by those who know its old key when a wallet is made anew with another', async () => {
    await consumer.restart('identityhub')
    await consumer.seeding.createWallet()
    assert.equal(await consumer.seeding.requestCredential(issuer.did), 'ISSUED')
    const catalog = await consumer.seeding.catalogOf(provider.participant)
    assert.equal(catalog.status, 502, catalog.text)
  })
})
