/** A runtime that is only starting, or that is not there: what the client says of it, and when it asks again. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openEdcDouble } from '../../test/support/edc-doubles.ts'
import { ofKind } from '../../test/support/edc-promises.ts'
import { GENERATIONS } from '../simulator/edc/generation.ts'
import { EdcError } from './errors.ts'

const NEVER = new AbortController().signal
const ASSET = { kind: 'asset', id: 'asset-1' } as const

async function kindOf(call: Promise<unknown>): Promise<string> {
  try {
    await call
    return 'answered'
  } catch (error) {
    assert.ok(error instanceof EdcError)
    return `${error.kind} ${error.status}`
  }
}

for (const name of GENERATIONS)
  describe(`a runtime of ${name}`, () => {
    it('is "not yet" there while its APIs come up, whatever it answers, and then there', async () => {
      await using under = await openEdcDouble(name)
      under.runtimes.restart('identityhub')
      const seen = new Set<string>()
      for (let ms = 0; ms < 300; ms += 10) {
        seen.add(await kindOf(under.young.identity.findWallet('acme', NEVER)))
        under.pass(10)
      }
      assert.deepEqual([...seen], ['not-yet 404', 'not-yet 500', 'not-yet 401', 'answered'])
      under.runtimes.restart('identityhub')
      assert.equal(await kindOf(under.young.identity.createWallet({}, NEVER)), 'not-yet 405')
      under.runtimes.restart('controlplane')
      assert.equal(await kindOf(under.young.management.find(ASSET, NEVER)), 'not-yet 404')
      under.pass(200)
      assert.equal(await kindOf(under.young.management.find(ASSET, NEVER)), 'answered')
    })

    it('is excused for a bounded time only', async () => {
      await using under = await openEdcDouble(name, { earlyMs: 100 })
      under.runtimes.restart('identityhub')
      under.pass(110)
      await assert.rejects(under.young.identity.findWallet('acme', NEVER), ofKind('broken'))
    })

    it('is not left alone because it was starting', async () => {
      await using under = await openEdcDouble(name)
      under.runtimes.restart('controlplane')
      for (let time = 0; time < 10; time += 1)
        await assert.rejects(under.young.management.find(ASSET, NEVER), ofKind('not-yet'))
      under.pass(200)
      assert.equal(await under.young.management.find(ASSET, NEVER), undefined)
    })

    it('forgets its wallets with its memory, and that is seen', async () => {
      await using under = await openEdcDouble(name)
      const body = { participantContextId: 'acme', did: under.did, active: true, key: {} }
      await under.edc.identity.createWallet(body, NEVER)
      under.runtimes.restart('identityhub')
      under.pass(1_000)
      assert.equal(await under.edc.identity.findWallet('acme', NEVER), undefined)
      await under.edc.identity.createWallet(body, NEVER)
    })

    it('that is down is asked no more for a while; the other one is asked on', async () => {
      await using under = await openEdcDouble(name)
      const { identity, management } = under.edc
      under.runtimes.stop('identityhub')
      for (let time = 0; time < 3; time += 1)
        await assert.rejects(identity.findWallet('acme', NEVER), ofKind('unreachable'))
      await assert.rejects(identity.findWallet('acme', NEVER), (error: EdcError) => {
        assert.match(error.message, /identityhub of "acme".*left alone .* asked again in 5 s/u)
        assert.equal(error.retryInMs, 5_000)
        return ofKind('held-back')(error)
      })
      assert.equal(await management.find(ASSET, NEVER), undefined)
      under.runtimes.restart('identityhub')
      under.pass(5_000)
      assert.equal(await identity.findWallet('acme', NEVER), undefined)
    })

    it('is one thing, an issuer that is dead another: the one does not hold up the other', async () => {
      await using under = await openEdcDouble(name)
      under.issuerDouble.mood = 'unreachable'
      for (const kind of ['unreachable', 'unreachable', 'unreachable', 'held-back'] as const)
        await assert.rejects(under.issuer.findHolder(under.did, NEVER), ofKind(kind))
      assert.equal(await under.edc.identity.findWallet('acme', NEVER), undefined)
      under.issuerDouble.mood = 'issue'
      under.pass(5_000)
      assert.equal(await under.issuer.findHolder(under.did, NEVER), undefined)
    })
  })

describe('a profile for another generation', () => {
  for (const [profile, runtime] of [
    ['0.15', '0.19'],
    ['0.19', '0.15'],
  ] as const)
    it(`${profile}, meeting ${runtime}, is told from a key that is wrong`, async () => {
      await using under = await openEdcDouble(runtime, {}, profile)
      const { identity, management } = under.edc
      for (const call of [identity.findWallet('acme', NEVER), management.find(ASSET, NEVER)])
        await assert.rejects(call, (error: EdcError) => {
          assert.match(error.message, /check that the image is of the generation that the profile names/u)
          return ofKind('broken')(error)
        })
      const recognised = await under.probe()
      assert.equal(recognised.kind === 'known' && recognised.profile.name, `edc-${runtime}`)
    })
})
