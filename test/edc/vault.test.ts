/** An identity hub with a real vault: absent, sealed, unsealed, sealed again, and over a restart of the hub. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { eventually } from '../support/eventually.ts'
import { openFolder } from '../support/folder.ts'
import { type LocalParticipant, localParticipant } from './support/environment.ts'
import { namesIn, openBao, type OpenBao, seal, wasRenewed } from './support/openbao.ts'
import { type OpenedVault, openVaultOf } from './support/opened-vault.ts'
import { environmentOf, newKeys, Seeding } from './support/participant.ts'
import { health, isReady, launch } from './support/runtime.ts'
import type { ServerProcess } from './support/server-process.ts'

describe('an identity hub and its vault', () => {
  const stack = new AsyncDisposableStack()
  const keys = newKeys()
  let bao: OpenBao
  let participant: LocalParticipant
  let seeding: Seeding
  let hub: ServerProcess
  let start: () => ServerProcess
  let vault: OpenedVault

  before(async () => {
    bao = stack.use(await openBao(stack.use(await openFolder())))
    participant = await localParticipant('acme', { trustedIssuers: [], sharesVault: true })
    vault = stack.use(await openVaultOf(participant, keys, bao.url))
    seeding = new Seeding(participant, keys)
    const additions = { EDC_VAULT_HASHICORP_URL: bao.url }
    const environment = environmentOf(participant, 'identityhub', { keys, additions })
    start = () => launch({ runtime: 'identityhub', environment })
    hub = start()
  })
  after(async () => {
    await hub.stop()
    await stack.disposeAsync()
  })

  it('waits, alive and silent, for a vault that is not there', async () => {
    await eventually(() => hub.output().includes('Waiting for an unsealed vault'), {
      what: 'the hub to say so',
    })
    await assert.rejects(health(participant, 'identityhub', 'startup'))
    assert.equal(hub.ended(), undefined)
  })

  it('waits for a vault that is new', async () => {
    await bao.start()
    await eventually(() => /status 50[13]/u.test(hub.output()), {
      what: 'the hub to say so',
      withinMs: 20_000,
    })
  })

  it('starts once the vault is opened, and serves its API from its first moment of readiness on', async () => {
    await vault.open()
    await eventually(() => isReady(participant, 'identityhub'), { what: 'the hub', withinMs: 60_000 })
    const { status, text } = await seeding.identity('?limit=1')
    assert.equal(status, 200, text)
    await seeding.createWallet()
  })

  it('renews its token when it starts', async () => {
    await eventually(async () => wasRenewed(bao.url, await vault.rootToken(), keys.tokens.identityhub), {
      what: 'the renewal',
    })
  })

  it('is alive but not ready while the vault is sealed', async () => {
    await seal(bao.url, await vault.rootToken())
    await eventually(async () => !(await isReady(participant, 'identityhub')), { what: 'the hub to notice' })
    const readiness = await health(participant, 'identityhub', 'readiness')
    assert.match(readiness.text, /Vault is sealed/u)
    assert.equal((await health(participant, 'identityhub', 'liveness')).status, 200)
  })

  it('is ready again as soon as the vault is', async () => {
    await vault.open()
    await eventually(() => isReady(participant, 'identityhub'), { what: 'the hub', withinMs: 20_000 })
  })

  it('is not ready while the vault is away', async () => {
    await bao.stop()
    await eventually(async () => !(await isReady(participant, 'identityhub')), {
      what: 'the hub to notice',
      withinMs: 30_000,
    })
    await bao.start()
    await vault.open()
    await eventually(() => isReady(participant, 'identityhub'), { what: 'the hub', withinMs: 20_000 })
  })

  it('forgets its wallets when it starts anew, while the vault keeps their keys', async () => {
    const before = await namesIn(bao.url, await vault.rootToken(), 'identityhub')
    await hub.stop()
    hub = start()
    await eventually(() => isReady(participant, 'identityhub'), { what: 'the hub', withinMs: 60_000 })
    assert.equal((await seeding.identity(seeding.context)).status, 404)
    assert.deepEqual(await namesIn(bao.url, await vault.rootToken(), 'identityhub'), before)
    assert.ok(before.includes('acme-sts-client-secret'), before.join())
  })
})
