/** The vault of a participant that is seeded: opened before its runtimes, and again whenever it is sealed. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type KubeObject, type Resource, RESOURCES } from '../../../src/model/kubernetes.ts'
import { API_VERSION, ASKS, KIND, OWNER_ANNOTATION } from '../../../src/model/names.ts'
import { eventually } from '../../support/eventually.ts'
import { untilEvent } from '../operations.ts'
import { CLUSTER_MS, create, remove, untilReady, untilTold } from '../participants.ts'
import { startProcess } from '../process.ts'
import { type OpenTestCluster, serviceOn } from '../test-cluster.ts'
import { openVaultGround, secretIn, type VaultGround } from '../vault-ground.ts'

const INITIALISE = 'POST /v1/sys/init'
const UNSEAL = 'POST /v1/sys/unseal'
const MAKE_TOKEN = 'POST /v1/auth/token/create'
const REVOKE = 'POST /v1/auth/token/revoke-accessor'
/** Calls that change something. The first has an answer that cannot be asked for again, the second is like all others. */
const DEATHS = [
  ['init', /sys\/init$/u],
  ['token', /token\/create$/u],
  ['unseal', /sys\/unseal$/u],
  ['mount', /^POST .*sys\/mounts/u],
  ['rights', /^PUT .*policies/u],
] as const
const OWNERS = ['controlplane', 'dataplane', 'identityhub']

export function vaultsAreOpened(clusterName: string, open: OpenTestCluster): void {
  describe(`the vault of a participant on ${clusterName}`, () => {
    let ground: VaultGround
    before(async () => {
      ground = await openVaultGround(open)
    })
    after(() => ground[Symbol.asyncDispose]())

    const service = () => serviceOn(ground.cluster, { args: ground.args })
    const keysOf = (namespace: string) => secretIn(ground.cluster.kube, { namespace, name: 'vault-keys' })
    const timesOf = (name: string, call: string): number =>
      ground.calls(name).filter((one) => one === call).length
    const claimOf = async (namespace: string): Promise<string | undefined> => {
      const { items } = await ground.cluster.kube.list<KubeObject>(RESOURCES.PersistentVolumeClaim, {
        namespace,
      })
      return items.find(({ metadata }) => metadata.name === 'vault-data')?.metadata.uid
    }
    const restart = (namespace: string): Promise<unknown> =>
      ground.cluster.kube.delete(RESOURCES.Pod, { namespace, name: 'vault-0' })
    const untilOpen = (name: string): Promise<unknown> =>
      eventually(async () => (await ground.vaultOf(name))?.sealed === false, {
        what: `the vault of ${name} to be open`,
        withinMs: CLUSTER_MS,
      })
    const isFurnished = async (name: string): Promise<void> => {
      const vault = await ground.vaultOf(name)
      const keys = await keysOf(name)
      assert.deepEqual(Object.keys(keys ?? {}).toSorted(), ['initialised-at', 'root-token', 'unseal-key'])
      assert.ok(vault)
      assert.ok(vault.knows(keys?.['root-token'] ?? ''), 'the root token that is kept is that of the vault')
      assert.deepEqual(vault.owners.toSorted(), OWNERS)
    }

    it('is initialised, unsealed and furnished before the runtimes are made, and asked little after that', async () => {
      await using provisioner = await service()
      await create(provisioner, 'opened')
      const { steps } = await untilReady(provisioner, 'opened')
      const names = steps.map(({ name }) => name)
      assert.ok(names.indexOf('storage') < names.indexOf('vault'))
      assert.ok(names.indexOf('vault') < names.indexOf('workloads'))
      await isFurnished('opened')
      assert.deepEqual([timesOf('opened', INITIALISE), timesOf('opened', MAKE_TOKEN)], [1, OWNERS.length])
    })

    it('is unsealed again without a person when its pod starts anew', async () => {
      await using provisioner = await service()
      await untilReady(provisioner, 'opened')
      const opened = timesOf('opened', UNSEAL)
      await restart('opened')
      await eventually(() => timesOf('opened', UNSEAL) > opened, {
        what: 'it to be unsealed',
        withinMs: CLUSTER_MS,
      })
      await untilOpen('opened')
      await untilReady(provisioner, 'opened')
      assert.equal(timesOf('opened', MAKE_TOKEN), OWNERS.length)
      await untilEvent(ground.cluster, 'opened', { reason: 'VaultUnsealed', says: /has been unsealed/u })
    })

    it('is told as sealed while it cannot be unsealed, and unsealed as soon as it can', async () => {
      await using provisioner = await service()
      await untilReady(provisioner, 'opened')
      ground.before = ({ call }) => (call === UNSEAL ? 500 : undefined)
      await restart('opened')
      const { status } = await untilTold(provisioner, 'opened', {
        what: 'sealed',
        holds: ({ components }) => components['vault']?.cause?.code === 'VaultSealed',
      })
      assert.equal(status, 'DEGRADED')
      ground.before = () => undefined
      await untilReady(provisioner, 'opened')
      await untilOpen('opened')
    })

    it('is unsealed by the next verification after a person sealed it', async () => {
      ;(await ground.vaultOf('opened'))?.seal()
      // Which a process begins with.
      await using provisioner = await service()
      await untilOpen('opened')
      await untilReady(provisioner, 'opened')
    })

    it('is never taken away when its keys are gone: that is told, and it goes on once they are back', async () => {
      const { kube } = ground.cluster
      const place = { namespace: 'opened', name: 'vault-keys' }
      const kept = await kube.get<KubeObject & { readonly data?: object }>(RESOURCES.Secret, place)
      assert.ok(kept)
      const [volume, server] = [await claimOf('opened'), await ground.vaultOf('opened')]
      await kube.delete(RESOURCES.Secret, place)
      await restart('opened')
      await using provisioner = await service()
      const { status, components } = await untilTold(provisioner, 'opened', {
        what: 'without keys',
        holds: ({ reason }) => reason === 'VaultKeysMissing',
      })
      assert.deepEqual([status, components['vault']?.cause?.code], ['DEGRADED', 'VaultKeysMissing'])
      assert.deepEqual([await claimOf('opened'), await ground.vaultOf('opened')], [volume, server])
      const { name, namespace, labels } = kept.metadata
      await kube.create({ ...kept, metadata: { name, namespace: namespace ?? '', labels: labels ?? {} } })
      await using _other = await service()
      await untilReady(provisioner, 'opened')
      await isFurnished('opened')
      assert.equal(timesOf('opened', INITIALISE), 1)
    })

    it('knows new tokens before the pods that bring them, and forgets the old ones after that', async () => {
      await using provisioner = await service()
      await untilReady(provisioner, 'opened')
      const before = ground.calls('opened').length
      const body = { metadata: { annotations: { [ASKS.rotate]: 'after the leak' } } }
      const change = { type: 'merge', manager: 'somebody', body } as const
      await ground.cluster.kube.patch(RESOURCES.Participant, { name: 'opened' }, change)
      await eventually(() => timesOf('opened', REVOKE) === OWNERS.length, {
        what: 'the old tokens to be revoked',
        withinMs: CLUSTER_MS,
      })
      const calls = ground.calls('opened').slice(before)
      assert.ok(calls.lastIndexOf(MAKE_TOKEN) < calls.indexOf(REVOKE))
      await untilReady(provisioner, 'opened')
      await isFurnished('opened')
      await remove(provisioner, 'opened')
    })

    it('is opened with its own keys by whoever takes over a namespace that was kept', async () => {
      const { kube } = ground.cluster
      const set = (resource: Resource, body: object): Promise<unknown> =>
        kube.patch(resource, { name: 'kept' }, { type: 'merge', manager: 'somebody', body })
      await using provisioner = await service()
      await create(provisioner, 'kept')
      await untilReady(provisioner, 'kept')
      const keys = await keysOf('kept')
      await set(RESOURCES.Participant, { spec: { deletionPolicy: 'Retain' } })
      await remove(provisioner, 'kept')
      await restart('kept')
      const heir = await kube.create<KubeObject & { readonly spec: object }>({
        apiVersion: API_VERSION,
        kind: KIND,
        metadata: { name: 'kept' },
        spec: { did: 'did:web:kept.example' },
      })
      await set(RESOURCES.Namespace, { metadata: { annotations: { [OWNER_ANNOTATION]: heir.metadata.uid } } })
      await untilReady(provisioner, 'kept')
      assert.deepEqual(await keysOf('kept'), keys)
      await isFurnished('kept')
      assert.equal(timesOf('kept', INITIALISE), 1)
      await remove(provisioner, 'kept')
    })

    for (const [name, call] of process.env['DEATHS'] === 'all' ? DEATHS : DEATHS.slice(0, 2))
      for (const moment of ['before', 'after'] as const)
        it(`is opened by the next process after one was killed ${moment} a call: ${name}`, async () => {
          const participant = `${moment}-${name}`
          const more = ['--leader-election', 'off', ...ground.args]
          const doomed = await startProcess(ground.cluster, more)
          let dead = false
          ground[moment] = (seen: { readonly participant: string; readonly call: string }) => {
            if (dead || seen.participant !== participant || !call.test(seen.call)) return undefined
            dead = true
            process.kill(doomed.pid, 'SIGKILL')
            return moment === 'before' ? 503 : undefined
          }
          await create(doomed, participant)
          await eventually(() => dead, { what: 'its death', withinMs: CLUSTER_MS })
          await doomed.kill()
          ground.before = () => undefined
          ground.after = () => undefined
          await using provisioner = await service()
          await untilReady(provisioner, participant)
          await isFurnished(participant)
          // Only the answer that nobody heard is asked for again, of a new vault.
          assert.equal(timesOf(participant, INITIALISE), participant === 'after-init' ? 2 : 1)
          await remove(provisioner, participant)
        })
  })
}
