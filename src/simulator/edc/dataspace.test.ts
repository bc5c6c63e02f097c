import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { EdcAnswer } from './answers.ts'
import { EdcDataspace } from './dataspace.ts'

const DID = 'did:web:acme.example:members:acme'

function open(durable = false): {
  readonly dataspace: EdcDataspace
  readonly runtimes: ReturnType<EdcDataspace['start']>
  readonly ask: (port: number, path: string, body?: object) => EdcAnswer | undefined
} {
  let [now, numbers] = [0, 0]
  const dataspace = new EdcDataspace({
    generation: '0.15',
    now: () => (now += 1_000),
    random: () => `random-${(numbers += 1)}`,
  })
  const runtimes = dataspace.start('acme', { managementKey: 'key', identityKey: 'key', durable })
  const ask = (port: number, path: string, body?: object): EdcAnswer | undefined =>
    dataspace.answer(
      { participant: 'acme', service: port < 18_000 ? 'identityhub' : 'controlplane', port },
      {
        method: body === undefined ? 'GET' : 'POST',
        path,
        query: new URLSearchParams(),
        headers: { 'x-api-key': 'key' },
        body: JSON.stringify(body ?? {}),
      },
    )
  return { dataspace, runtimes, ask }
}

const WALLETS = '/api/identity/v1alpha/participants'
const SECRETS = '/api/management/v3/secrets'
const WALLET = { participantContextId: 'acme', did: DID, active: true, key: {} }

describe('the dataspace of doubles', () => {
  it('answers a DID document that is not published without a body, not with 404', () => {
    const { ask } = open()
    assert.equal(ask(17_083, '/members/acme/did.json')?.status, 204)
    ask(17_081, WALLETS, WALLET)
    assert.equal(ask(17_083, '/members/acme/did.json')?.status, 200)
    assert.equal(ask(17_083, '/members/other/did.json')?.status, 204)
  })

  it('answers nothing where nothing listens', () => {
    const { ask, runtimes, dataspace } = open()
    assert.equal(ask(17_085, '/'), undefined)
    runtimes.stop('identityhub')
    assert.equal(ask(17_081, WALLETS), undefined)
    assert.equal(ask(18_080, '/api/check/readiness')?.status, 200)
    dataspace.remove('acme')
    assert.equal(ask(18_080, '/api/check/readiness'), undefined)
  })

  for (const durable of [false, true])
    it(`${durable ? 'keeps' : 'loses'} what a runtime held when it starts anew ${durable ? 'with' : 'without'} a database`, () => {
      const { ask, runtimes } = open(durable)
      ask(17_081, WALLETS, WALLET)
      ask(18_081, SECRETS, { '@id': 'alias', value: 'v' })
      runtimes.restart('identityhub')
      runtimes.restart('controlplane')
      assert.equal(ask(17_081, `${WALLETS}/YWNtZQ==`)?.status, durable ? 200 : 404)
      assert.equal(ask(18_081, `${SECRETS}/alias`)?.status, durable ? 200 : 404)
    })
})
