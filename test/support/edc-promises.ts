/**
 * What the EDC client promises, whatever generation it speaks to. The doubles of every generation run this, and real
 * runtimes can: whatever needs another clock, another key or a restart is left to tests of the doubles alone.
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import type { ParticipantEdc } from '../../src/edc/edc.ts'
import { EdcError, type EdcErrorKind } from '../../src/edc/errors.ts'
import type { IssuerApi } from '../../src/edc/issuer.ts'
import { decideDefinition } from '../../src/seed/compare.ts'
import { credentialRequestBody, holds } from '../../src/seed/credential.ts'
import { type Definition, type JsonObject, wantedDefinitions } from '../../src/seed/definitions.ts'
import { decideHolder, wantedHolder } from '../../src/seed/holder.ts'
import { type EdcProfile, stsSecretAlias } from '../../src/seed/profile.ts'
import type { Recognised } from '../../src/seed/recognise.ts'
import { walletBody } from '../../src/seed/wallet.ts'
import { PROMISED_SEED as SEED } from './edc-promises-seed.ts'
import { eventually } from './eventually.ts'

export interface EdcUnderTest extends AsyncDisposable {
  readonly profile: EdcProfile
  readonly edc: ParticipantEdc
  /** The same runtimes, with keys that are wrong. */
  readonly stranger: ParticipantEdc
  readonly isReady: (runtime: 'controlplane' | 'identityhub') => Promise<boolean>
  readonly probe: () => Promise<Recognised>
  /** Of the wallet; nothing of that name may be there yet. The DID has to resolve where credentials are really issued. */
  readonly contextId: string
  readonly did: string
  /** As issuers reach it. */
  readonly credentialsUrl: string
  /** Issues a `MembershipCredential` to the DID. */
  readonly issuerDid: string
  /** Left out where no admin API can be had; then the issuer knows the DID. */
  readonly issuer?: IssuerApi
  /** The secret that the control plane finds under an alias; left out where that cannot be seen. */
  readonly secretHeld?: (alias: string) => string | undefined
  /** Lets time pass while something is waited for; real runtimes need none of it. */
  readonly pass?: (ms: number) => void
}

/** Whether a rejection is an `EdcError` of this kind. */
export function ofKind(kind: EdcErrorKind): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof EdcError, String(error))
    assert.equal(error.kind, kind, error.message)
    return true
  }
}

export function edcKeepsItsPromises(name: string, open: () => Promise<EdcUnderTest>): void {
  const signal = AbortSignal.timeout(120_000)

  describe(`the client of EDC, speaking to ${name}`, () => {
    it('recognises the generation by the versions that the runtimes tell', async () => {
      await using under = await open()
      const recognised = await under.probe()
      assert.equal(
        recognised.kind === 'known' ? recognised.profile.name : recognised.message,
        under.profile.name,
      )
    })

    it('hears from each runtime that it is ready', async () => {
      await using under = await open()
      assert.equal(await under.isReady('controlplane'), true)
      assert.equal(await under.isReady('identityhub'), true)
    })

    it('creates what is wanted once, finds it as it is, and leaves it from then on', async () => {
      await using under = await open()
      const { management } = under.edc
      for (const wanted of wantedDefinitions(SEED, under.profile)) {
        assert.deepEqual(decideDefinition(wanted, await management.find(wanted, signal)), { do: 'create' })
        await management.create(wanted, signal)
        assert.deepEqual(
          decideDefinition(wanted, await management.find(wanted, signal)),
          { do: 'leave' },
          wanted.id,
        )
        await assert.rejects(management.create(wanted, signal), ofKind('conflict'))
      }
    })

    it('sees what somebody changed, and puts it right', async () => {
      await using under = await open()
      const { management } = under.edc
      for (const wanted of wantedDefinitions(SEED, under.profile)) {
        await management.create({ ...wanted, body: otherContent(wanted) }, signal)
        const decision = decideDefinition(wanted, await management.find(wanted, signal))
        assert.equal(decision.do, 'update', wanted.id)
        await management.update(wanted, signal)
        assert.deepEqual(
          decideDefinition(wanted, await management.find(wanted, signal)),
          { do: 'leave' },
          wanted.id,
        )
      }
    })

    it('says that what it should update is gone', async () => {
      await using under = await open()
      for (const wanted of wantedDefinitions(SEED, under.profile))
        await assert.rejects(under.edc.management.update(wanted, signal), ofKind('absent'))
    })

    it('gets the secret of a wallet once, and a wallet that works', async () => {
      await using under = await open()
      const { edc, profile, contextId, did } = under
      const { identity } = edc
      assert.equal(await identity.findWallet(contextId, signal), undefined)
      const body = bodyOfWallet(under)
      const held = await identity.createWallet(body, signal)
      assert.deepEqual(await identity.findWallet(contextId, signal), { did, active: true })
      assert.equal(await identity.didState({ contextId, did }, signal), 'PUBLISHED')
      await assert.rejects(identity.createWallet(body, signal), ofKind('conflict'))
      assert.equal(held.clientSecret !== undefined, profile.secretHandOver === 'secrets-api')
      if (held.clientSecret === undefined) return
      const { clientId, clientSecret } = held
      assert.equal(await identity.trySecret({ clientId, clientSecret }, signal), 'works')
      assert.equal(await identity.trySecret({ clientId, clientSecret: 'another' }, signal), 'refused')
    })

    it('leaves the secret where the control plane looks for it', async () => {
      await using under = await open()
      const { edc, profile, contextId, secretHeld } = under
      const held = await edc.identity.createWallet(bodyOfWallet(under), signal)
      const alias = stsSecretAlias(profile, { contextId, clientId: held.clientId })
      if (profile.secretHandOver === 'secrets-api') {
        const value = held.clientSecret ?? ''
        await edc.management.storeSecret({ alias, value: 'an older one' }, signal)
        for (let again = 0; again < 2; again += 1) await edc.management.storeSecret({ alias, value }, signal)
      }
      const clientSecret = secretHeld?.(alias)
      if (secretHeld === undefined) return
      const { clientId } = held
      assert.ok(clientSecret !== undefined)
      assert.equal(await edc.identity.trySecret({ clientId, clientSecret }, signal), 'works')
    })

    it('makes a wallet anew that is gone or whose secret is lost, with another secret', async () => {
      await using under = await open()
      const {
        contextId,
        profile,
        edc: { identity },
      } = under
      const first = await identity.createWallet(bodyOfWallet(under), signal)
      assert.equal(await identity.removeWallet(contextId, signal), true)
      assert.equal(await identity.removeWallet(contextId, signal), false)
      assert.equal(await identity.findWallet(contextId, signal), undefined)
      const second = await identity.createWallet(bodyOfWallet(under), signal)
      if (profile.secretHandOver === 'secrets-api') assert.notEqual(second.clientSecret, first.clientSecret)
      assert.match(await identity.renewApiKey(contextId, signal), /^\S{16,}$/u)
    })

    it('makes a wallet with the public key that is given, and says what it shows', async () => {
      await using under = await open()
      const { contextId, edc } = under
      const held = await edc.identity.createWallet(bodyOfWallet(under), signal)
      const publicKey = await edc.identity.publicKey(contextId, signal)
      assert.ok(publicKey)
      assert.deepEqual(Object.keys(publicKey), ['kty', 'crv', 'x', 'y'])
      await edc.identity.removeWallet(contextId, signal)
      // With the wallet the private key is gone.
      const again = await edc.identity.createWallet(bodyOfWallet(under, publicKey), signal)
      assert.deepEqual(await edc.identity.publicKey(contextId, signal), publicKey)
      if (held.clientSecret === undefined || again.clientSecret === undefined) return
      const { clientId, clientSecret } = again
      assert.equal(await edc.identity.trySecret({ clientId, clientSecret }, signal), 'unsigned')
    })

    it('activates a wallet that is not', async () => {
      await using under = await open()
      const {
        contextId,
        did,
        edc: { identity },
      } = under
      await identity.createWallet({ ...bodyOfWallet(under), active: false }, signal)
      assert.deepEqual(await identity.findWallet(contextId, signal), { did, active: false })
      await identity.activateWallet(contextId, signal)
      assert.deepEqual(await identity.findWallet(contextId, signal), { did, active: true })
    })

    it('brings a request for a credential to its end, and finds the credential', async () => {
      await using under = await open()
      const {
        edc: { identity },
        contextId,
        did,
        issuer,
        issuerDid,
        profile,
      } = under
      await identity.createWallet(bodyOfWallet(under), signal)
      await issuer?.createHolder(wantedHolder({ did, name: 'acme' }), signal)
      const wish = { issuerDid, type: 'MembershipCredential', definitionId: 'MembershipCredential' }
      const holderPid = randomUUID()
      assert.equal(await identity.requestState({ contextId, holderPid }, signal), undefined)
      assert.equal(holds(await identity.credentials(contextId, signal), wish), false)
      await identity.requestCredential(contextId, credentialRequestBody(wish, holderPid, profile), signal)
      await eventually(
        async () => {
          under.pass?.(100)
          return (await identity.requestState({ contextId, holderPid }, signal)) === 'ISSUED'
        },
        { what: 'the credential to be issued', withinMs: 20_000 },
      )
      assert.equal(holds(await identity.credentials(contextId, signal), wish), true)
      assert.equal(holds(await identity.credentials(contextId, signal), { ...wish, type: 'Other' }), false)
    })

    it('says that a credential is requested for a wallet that is not there', async () => {
      await using under = await open()
      const {
        edc: { identity },
        contextId,
        issuerDid,
        profile,
      } = under
      const wish = { issuerDid, type: 'MembershipCredential', definitionId: 'MembershipCredential' }
      const body = credentialRequestBody(wish, randomUUID(), profile)
      await assert.rejects(identity.requestCredential(contextId, body, signal), ofKind('absent'))
      assert.equal(await identity.requestState({ contextId, holderPid: 'none' }, signal), undefined)
      assert.deepEqual(await identity.credentials(contextId, signal), [])
    })

    it('knows a key that is not taken from a thing that is not there', async () => {
      await using under = await open()
      const { stranger, contextId } = under
      const [asset] = wantedDefinitions(SEED, under.profile)
      assert.ok(asset)
      await assert.rejects(stranger.management.find(asset, signal), ofKind('unauthorised'))
      await assert.rejects(stranger.management.create(asset, signal), ofKind('unauthorised'))
      await assert.rejects(stranger.identity.findWallet(contextId, signal), ofKind('unauthorised'))
      await assert.rejects(
        stranger.identity.createWallet(bodyOfWallet(under), signal),
        ofKind('unauthorised'),
      )
    })

    it('says what is wrong with a body in the words of EDC, as far as it has any', async () => {
      await using under = await open()
      const body = { ...bodyOfWallet(under), participantContextId: '' }
      await assert.rejects(under.edc.identity.createWallet(body, signal), (error: EdcError) => {
        assert.match(error.message, /participantContextId cannot be null or empty/u)
        return ofKind('refused')(error)
      })
      const wordless = { kind: 'asset', id: 'x', body: { x: 1 } } as const
      await assert.rejects(under.edc.management.create(wordless, signal), ofKind('refused'))
    })
  })
}

/** Where the admin API of an issuer can be had. */
export function issuerClientKeepsItsPromises(
  name: string,
  open: () => Promise<EdcUnderTest & { readonly issuer: IssuerApi }>,
): void {
  const signal = AbortSignal.timeout(120_000)

  describe(`the client of an issuer, speaking to ${name}`, () => {
    it('registers a holder, corrects it, and removes it where that can be done', async () => {
      await using under = await open()
      const { issuer, did, profile } = under
      const wanted = wantedHolder({ did, name: 'acme' })
      assert.deepEqual(decideHolder(wanted, await issuer.findHolder(did, signal)), { do: 'create' })
      await issuer.createHolder({ ...wanted, name: 'somebody else' }, signal)
      await assert.rejects(issuer.createHolder(wanted, signal), ofKind('conflict'))
      const decision = decideHolder(wanted, await issuer.findHolder(did, signal))
      assert.deepEqual(decision, { do: 'update', fields: ['name'] })
      await issuer.updateHolder(wanted, signal)
      assert.deepEqual(decideHolder(wanted, await issuer.findHolder(did, signal)), { do: 'leave' })
      // A DID with a port stands in the path with an escaped percent sign, which servers refuse.
      const removable = profile.issuer.removesHolders && !did.includes('%')
      assert.equal(await issuer.removeHolder(did, signal), removable ? 'removed' : 'unsupported')
      assert.equal(await issuer.removeHolder(did, signal), removable ? 'absent' : 'unsupported')
      if (!removable) return
      await assert.rejects(issuer.updateHolder(wanted, signal), ofKind('absent'))
    })
  })
}

function bodyOfWallet(under: EdcUnderTest, publicKey?: JsonObject): ReturnType<typeof walletBody> {
  const { contextId, did, credentialsUrl, profile } = under
  const protocolUrl = 'http://controlplane.acme.svc:18082/api/dsp/2025-1'
  return walletBody({ contextId, did, credentialsUrl, protocolUrl, ...(publicKey && { publicKey }) }, profile)
}

/** As somebody else would have written it under the same id. */
function otherContent({ kind, body }: Definition): Definition['body'] {
  switch (kind) {
    case 'asset':
      return { ...body, properties: { name: 'Something else', extra: 'kept by nobody' } }
    case 'policy':
      return { ...body, policy: { '@type': 'Set', permission: [{ action: 'use' }] } }
    case 'contractDefinition':
      return { ...body, assetsSelector: [] }
  }
}
