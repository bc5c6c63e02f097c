/** How requests for credentials go on with time, as measured on 0.15.1. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type EdcDouble, openEdcDouble } from '../../../test/support/edc-doubles.ts'
import { credentialRequestBody } from '../../seed/credential.ts'
import { wantedHolder } from '../../seed/holder.ts'
import { walletBody } from '../../seed/wallet.ts'
import type { IssuerMood } from './credential-runs.ts'

const NEVER = new AbortController().signal

interface Requesting extends AsyncDisposable {
  readonly under: EdcDouble
  /** Requests one; its course is as the mood of the issuer is at this moment. */
  readonly request: (holderPid: string, mood?: IssuerMood) => Promise<void>
  readonly state: (holderPid: string) => Promise<string | undefined>
  readonly count: () => Promise<number>
}

async function openRequesting(): Promise<Requesting> {
  const under = await openEdcDouble('0.15')
  const { edc, profile, contextId, did, issuerDid, issuerDouble, issuer } = under
  const wish = { issuerDid, type: 'MembershipCredential', definitionId: 'MembershipCredential' }
  const urls = { credentialsUrl: 'http://hub', protocolUrl: 'http://dsp' }
  await edc.identity.createWallet(walletBody({ contextId, did, ...urls }, profile), NEVER)
  await issuer.createHolder(wantedHolder({ did, name: 'acme' }), NEVER)
  return {
    under,
    request: async (holderPid, mood = 'issue') => {
      issuerDouble.mood = mood
      await edc.identity.requestCredential(contextId, credentialRequestBody(wish, holderPid, profile), NEVER)
    },
    state: (holderPid) => edc.identity.requestState({ contextId, holderPid }, NEVER),
    count: async () => (await edc.identity.credentials(contextId, NEVER)).length,
    [Symbol.asyncDispose]: async () => under[Symbol.asyncDispose](),
  }
}

/** What a request went through, and when it got there, in ms. */
async function course({ under, state }: Requesting, holderPid: string): Promise<readonly string[]> {
  const seen: string[] = []
  for (let ms = 0; ms <= 20_000; ms += 100) {
    const now = (await state(holderPid)) ?? 'unknown'
    if (seen.at(-1)?.split(' ')[0] !== now) seen.push(`${now} ${ms}`)
    under.pass(100)
  }
  return seen
}

describe('a request for a credential, in the doubles', () => {
  for (const [mood, expected] of [
    ['issue', ['CREATED 0', 'REQUESTED 300', 'ISSUED 900']],
    ['refuse', ['CREATED 0', 'ERROR 600']],
    ['silent', ['CREATED 0', 'REQUESTED 300']],
    ['unreachable', ['CREATED 0', 'ERROR 14800']],
  ] as const)
    it(`goes on as an issuer lets it: ${mood}`, async () => {
      await using open = await openRequesting()
      await open.request('one', mood)
      assert.deepEqual(await course(open, 'one'), expected)
      assert.equal(await open.count(), mood === 'issue' ? 1 : 0)
    })

  it('waits behind one whose issuer is out of reach', async () => {
    await using open = await openRequesting()
    await open.request('dead', 'unreachable')
    await open.request('good')
    assert.deepEqual(await course(open, 'good'), ['CREATED 0', 'REQUESTED 15100', 'ISSUED 15700'])
  })

  it('is issued twice when its pid is used twice', async () => {
    await using open = await openRequesting()
    await open.request('one')
    open.under.pass(1_000)
    assert.equal(await open.count(), 1)
    await open.request('one')
    assert.equal(await open.state('one'), 'CREATED')
    open.under.pass(1_000)
    assert.equal(await open.count(), 2)
  })

  it('is forgotten with its wallet, and the credential is not', async () => {
    await using open = await openRequesting()
    await open.request('one')
    open.under.pass(1_000)
    await open.under.edc.identity.removeWallet('acme', NEVER)
    assert.equal(await open.state('one'), undefined)
    assert.equal(await open.count(), 1)
  })

  it('is refused to whom the issuer does not know', async () => {
    await using under = await openEdcDouble('0.15')
    const { edc, profile, contextId, did, issuerDid } = under
    const urls = { credentialsUrl: 'http://hub', protocolUrl: 'http://dsp' }
    await edc.identity.createWallet(walletBody({ contextId, did, ...urls }, profile), NEVER)
    const wish = { issuerDid, type: 'MembershipCredential', definitionId: 'MembershipCredential' }
    await edc.identity.requestCredential(contextId, credentialRequestBody(wish, 'one', profile), NEVER)
    under.pass(1_000)
    assert.equal(await edc.identity.requestState({ contextId, holderPid: 'one' }, NEVER), 'ERROR')
  })
})
