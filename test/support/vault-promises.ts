/** What the client of the vault promises. The double of the built-in cluster and a real OpenBao both run this. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { vaultPolicy } from '../../src/manifests/vault-access.ts'
import { VaultError, type VaultErrorKind } from '../../src/vault/errors.ts'
import type { Vault, VaultKeys, VaultRoot } from '../../src/vault/vault.ts'
import { eventually } from './eventually.ts'

export interface VaultUnderTest extends AsyncDisposable {
  readonly vault: Vault
  /** Its process ends and starts anew, on the same volume. */
  restart(): Promise<void>
  /** Answers the status code of a renewal of its own by whoever has this token. */
  renew(token: string): Promise<number>
}

const { signal } = new AbortController()
const TOKEN = 'an-id_of-our-own-0123456789-abcdefghijklmno'
const OTHER = 'another-id_of-our-own-0123456789-abcdefghij'

/** `open` makes a new and empty one. The sentences are told in order, about one vault. */
export function vaultKeepsItsPromises(name: string, open: () => Promise<VaultUnderTest>): void {
  describe(`the vault of ${name}`, () => {
    let tested: VaultUnderTest
    let keys: VaultKeys
    let root: VaultRoot
    const opening = open().then((opened) => (tested = opened))
    const untilActive = (): Promise<unknown> =>
      eventually(() => tested.vault.isActive(signal), { what: 'the vault to be active', withinMs: 20_000 })

    it('says that it is new, and is not active', async () => {
      await opening
      assert.deepEqual(await tested.vault.state(signal), { initialised: false, sealed: true })
      assert.equal(await tested.vault.isActive(signal), false)
    })

    it('is initialised once', async () => {
      const made = await tested.vault.initialise(signal)
      assert.ok(made)
      keys = made
      root = tested.vault.as(keys.rootToken)
      assert.equal(await tested.vault.initialise(signal), undefined)
      assert.deepEqual(await tested.vault.state(signal), { initialised: true, sealed: true })
    })

    it('does nothing while it is sealed', async () => {
      await rejects(root.ensureEngine(signal), 'sealed')
      assert.equal(await tested.vault.isActive(signal), false)
    })

    it('takes its own key, and no other', async () => {
      const other = Buffer.alloc(32).toString('base64')
      assert.equal(await tested.vault.unseal(other, signal), false)
      assert.equal(await tested.vault.unseal('no base64!', signal), false)
      assert.equal(await tested.vault.unseal(keys.unsealKey, signal), true)
      await untilActive()
      assert.deepEqual(await tested.vault.state(signal), { initialised: true, sealed: false })
    })

    it('knows its root, and nobody else', async () => {
      assert.equal(await root.isKnown(signal), true)
      assert.equal(await tested.vault.as('somebody').isKnown(signal), false)
      await rejects(tested.vault.as('somebody').accessors(signal), 'denied')
    })

    it('gets a key-value store of version 2, once', async () => {
      assert.equal(await root.ensureEngine(signal), true)
      assert.equal(await root.ensureEngine(signal), false)
    })

    it('gets a policy when it has another or none', async () => {
      assert.equal(
        await root.ensurePolicy('dataplane', 'path "secret/data/x" { capabilities = ["read"] }', signal),
        true,
      )
      const policy = vaultPolicy('dataplane', 'acme')
      assert.equal(await root.ensurePolicy('dataplane', policy, signal), true)
      assert.equal(await root.ensurePolicy('dataplane', policy, signal), false)
    })

    it('gets a token with an id that was made before, whose owner can renew it', async () => {
      assert.equal(await root.findToken(TOKEN, signal), undefined)
      await root.createToken({ id: TOKEN, owner: 'dataplane' }, signal)
      assert.equal((await root.findToken(TOKEN, signal))?.owner, 'dataplane')
      assert.equal(await tested.renew(TOKEN), 200)
      await rejects(root.createToken({ id: TOKEN, owner: 'dataplane' }, signal), 'refused')
      await rejects(tested.vault.as(TOKEN).accessors(signal), 'denied')
    })

    it('tells whose tokens it knows, and revokes one by its accessor', async () => {
      await root.createToken({ id: OTHER, owner: 'dataplane' }, signal)
      const all = await root.accessors(signal)
      const owners = await Promise.all(
        all.map(async (accessor) => (await root.tokenAt(accessor, signal))?.owner),
      )
      assert.deepEqual(owners.map(String).toSorted(), ['dataplane', 'dataplane', 'undefined'])
      const { accessor = '' } = (await root.findToken(OTHER, signal)) ?? {}
      await root.revoke(accessor, signal)
      await root.revoke(accessor, signal)
      assert.equal(await root.tokenAt(accessor, signal), undefined)
      assert.equal(await root.findToken(OTHER, signal), undefined)
      assert.equal(await tested.renew(OTHER), 403)
    })

    it('is sealed after a start, and has lost nothing', async () => {
      await tested.restart()
      assert.deepEqual(await tested.vault.state(signal), { initialised: true, sealed: true })
      assert.equal(await tested.vault.unseal(keys.unsealKey, signal), true)
      await untilActive()
      assert.equal((await root.findToken(TOKEN, signal))?.owner, 'dataplane')
      assert.equal(await root.ensureEngine(signal), false)
      await tested[Symbol.asyncDispose]()
    })
  })
}

async function rejects(promise: Promise<unknown>, kind: VaultErrorKind): Promise<void> {
  await assert.rejects(promise, (error) => error instanceof VaultError && error.kind === kind)
}
