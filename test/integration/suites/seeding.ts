/** A participant that is seeded: known to its issuer, with a wallet, offers and a credential before it is READY. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type KubeObject, RESOURCES } from '../../../src/model/kubernetes.ts'
import { ASKS } from '../../../src/model/names.ts'
import { SEED_STEPS } from '../../../src/model/seed-steps.ts'
import { eventually } from '../../support/eventually.ts'
import { operationsOf, untilOver } from '../operations.ts'
import {
  call,
  create,
  remove,
  statusOf,
  untilGone,
  untilReady,
  untilStatus,
  untilTold,
} from '../participants.ts'
import { startProcess } from '../process.ts'
import { conditionsIn, openSeeded, type SeededCluster, walletIn } from '../seeded-cluster.ts'
import { type BuiltInTestCluster, serviceOn } from '../test-cluster.ts'

const MAKE_WALLET = 'POST /api/identity/v1alpha/participants'
const SEED_HOLDS = ['IssuerRegistered True', 'Seeded True', 'CredentialIssued True']

export function participantsAreSeeded(clusterName: string, open: () => Promise<BuiltInTestCluster>): void {
  describe(`seeding on ${clusterName}`, () => {
    let seeded: SeededCluster
    before(async () => {
      seeded = await openSeeded(open)
    })
    after(() => seeded[Symbol.asyncDispose]())

    const seedingIn = async (name: string): Promise<readonly string[]> =>
      (await conditionsIn(seeded.cluster.kube, name)).filter((text) => SEED_HOLDS.includes(text))
    const countOf = (name: string, what: RegExp): number =>
      seeded.calls(name).filter(({ call: asked }) => what.test(asked)).length
    const walletsMade = (name: string): number =>
      seeded.calls(name).filter(({ call: asked }) => asked === MAKE_WALLET).length

    it('takes a participant from POST to READY, a credential included, and tells its steps', async () => {
      await using service = await serviceOn(seeded.cluster, { file: seeded.file })
      const { headers } = await create(service, 'seeded')
      await untilReady(service, 'seeded')
      assert.deepEqual(await seedingIn('seeded'), SEED_HOLDS)
      const { state, steps } = await untilOver(service, headers.get('operation-location') ?? '')
      assert.equal(state, 'succeeded')
      assert.deepEqual(
        steps.slice(-SEED_STEPS.length).map((step) => `${step.name} ${step.state}`),
        SEED_STEPS.map((name) => `${name} Done`),
      )
      assert.deepEqual([walletsMade('seeded'), countOf('seeded', /POST .*assets$/u)], [1, 2])
      const held = await walletIn(seeded.cluster.kube, 'seeded')
      assert.deepEqual(Object.keys(held).toSorted(), [
        'api-key',
        'attempt',
        'client-id',
        'client-secret',
        'created-at',
        'public-key',
      ])
      assert.equal(countOf('seeded', /secrets/u), 0, 'the hub writes it into the vault that both use')
    })

    it('hands the secret over by a call where the runtimes share no vault, and leaves that vault alone', async () => {
      await using service = await serviceOn(seeded.cluster, { file: seeded.file })
      await create(service, 'memory', { profile: 'memory' })
      const { steps } = await untilReady(service, 'memory')
      const held = await walletIn(seeded.cluster.kube, 'memory')
      const handedOver = seeded.calls('memory').find(({ call: asked }) => /POST .*secrets$/u.test(asked))
      assert.equal((JSON.parse(handedOver?.body ?? '{}') as { value?: string }).value, held['client-secret'])
      assert.ok(!steps.some((step) => step.name === 'vault'))
      await remove(service, 'memory')
    })

    it('asks nothing of the EDC of one that is seeded when only its process starts anew, but whether it is so', async () => {
      await using service = await serviceOn(seeded.cluster, { file: seeded.file })
      const before = seeded.calls('seeded').length
      await eventually(() => seeded.calls('seeded').length > before, { what: 'the verification' })
      await untilReady(service, 'seeded')
      const made = seeded.calls('seeded').slice(before)
      assert.deepEqual(
        made.filter(({ call: asked }) => /^(?:POST|DELETE) .*(?:participants|assets|request)$/u.test(asked)),
        [],
      )
      assert.deepEqual(await seedingIn('seeded'), SEED_HOLDS)
    })

    it('leaves participants of a profile without edc as they were', async () => {
      await using service = await serviceOn(seeded.cluster, { file: seeded.file })
      await create(service, 'plain', { profile: 'plain' })
      await untilReady(service, 'plain')
      const conditions = await conditionsIn(seeded.cluster.kube, 'plain')
      assert.ok(!conditions.some((text) => /Seeded|Issue/u.test(text)), conditions.join())
      await remove(service, 'plain')
    })

    it('tells of an issuer that refuses, and goes on once it does not', async () => {
      await using service = await serviceOn(seeded.cluster, { file: seeded.file })
      seeded.issuer.mood = 'refuse'
      await create(service, 'refused')
      const told = await untilTold(service, 'refused', {
        what: 'refused',
        holds: ({ message }) => /the issuer refused it/u.test(message),
      })
      assert.equal(told.status, 'PROVISIONING')
      assert.deepEqual(await seedingIn('refused'), SEED_HOLDS.slice(0, 2))
      seeded.issuer.mood = 'issue'
      await untilReady(service, 'refused')
      const asked = seeded.calls('refused').filter(({ call: one }) => one.endsWith('credentials/request'))
      const pids = asked.map(({ body }) => (JSON.parse(body) as { holderPid: string }).holderPid)
      assert.equal(new Set(pids).size, asked.length, 'a pid was used twice')
      await remove(service, 'refused')
    })

    it('shows that a hub has lost everything, and puts it right', async () => {
      await using service = await serviceOn(seeded.cluster, { file: seeded.file })
      await create(service, 'forgetful')
      await untilReady(service, 'forgetful')
      const { kube } = seeded.cluster
      const before = await walletIn(kube, 'forgetful')
      const { items } = await kube.list<KubeObject>(RESOURCES.Pod, { namespace: 'forgetful' })
      const pod = items.find(({ metadata }) => metadata.name.startsWith('identityhub'))
      const toldMeanwhile: Promise<string | undefined>[] = []
      seeded.onCall = ({ participant, call: asked }) => {
        if (participant === 'forgetful' && asked === MAKE_WALLET)
          toldMeanwhile.push(statusOf(service, 'forgetful').then((told) => told?.status))
      }
      await kube.delete(RESOURCES.Pod, { namespace: 'forgetful', name: pod?.metadata.name ?? '' })
      await untilStatus(service, 'forgetful', ({ status }) => status === 'DEGRADED')
      await eventually(() => walletsMade('forgetful') === 2, {
        what: 'another wallet',
        withinMs: 30_000,
      })
      assert.deepEqual(await Promise.all(toldMeanwhile), ['DEGRADED'])
      await untilReady(service, 'forgetful')
      assert.deepEqual(await seedingIn('forgetful'), SEED_HOLDS)
      const anew = await walletIn(kube, 'forgetful')
      assert.notEqual(anew['client-secret'], before['client-secret'])
      assert.equal(anew['public-key'], before['public-key'], 'others would refuse what it signs')
      await remove(service, 'forgetful')
    })

    for (const [name, what, wallets, profile] of [
      ['wallet', /POST .*participants$/u, 2, 'default'],
      ['secret', /POST .*secrets$/u, 1, 'memory'],
      ['offer', /POST .*contractdefinitions$/u, 1, 'default'],
      ['request', /POST .*credentials\/request$/u, 1, 'default'],
    ] as const)
      it(`is finished by the next process after one was killed before it heard of its ${name}`, async () => {
        const participant = `killed-${name}`
        const doomed = await startProcess(seeded.cluster, [
          '--leader-election',
          'off',
          '--config',
          seeded.path,
        ])
        let dead = false
        seeded.onCall = ({ participant: whose, call: asked }) => {
          if (dead || whose !== participant || !what.test(asked)) return
          dead = true
          process.kill(doomed.pid, 'SIGKILL')
        }
        await create(doomed, participant, { profile })
        await eventually(() => dead, { what: 'its death', withinMs: 30_000 })
        await doomed.kill()
        await using service = await serviceOn(seeded.cluster, { file: seeded.file })
        await untilReady(service, participant)
        assert.deepEqual(await seedingIn(participant), SEED_HOLDS)
        assert.equal(walletsMade(participant), wallets)
        assert.equal(countOf(participant, /POST .*credentials\/request$/u), 1)
        assert.equal(countOf(participant, /POST .*assets$/u), 2)
        const held = await walletIn(seeded.cluster.kube, participant)
        if (profile !== 'memory') return await remove(service, participant)
        const stored = seeded
          .calls(participant)
          .findLast(({ call: asked }) => /(?:POST|PUT) .*secrets$/u.test(asked))
        assert.equal((JSON.parse(stored?.body ?? '{}') as { value?: string }).value, held['client-secret'])
        await remove(service, participant)
      })

    it('is undone by DELETE: no wallet, and no holder at an issuer that can forget', async () => {
      await using service = await serviceOn(seeded.cluster, { file: seeded.file })
      await create(service, 'undone', { profile: 'modern' })
      await untilReady(service, 'undone')
      assert.equal(seeded.modernIssuer.moodTowards('did:web:undone.example'), 'issue')
      await remove(service, 'undone')
      assert.equal(seeded.modernIssuer.moodTowards('did:web:undone.example'), 'refuse')
      assert.equal(countOf('undone', /^DELETE .*participants\/[^/]+$/u), 1)
    })

    it('ends with a participant that is deleted in the middle of it, and its wallet goes', async () => {
      await using service = await serviceOn(seeded.cluster, { file: seeded.file })
      seeded.issuer.mood = 'silent'
      await create(service, 'hasty')
      await untilTold(service, 'hasty', {
        what: 'waiting for its credential',
        holds: ({ message }) => message.includes('step credential waits'),
      })
      await remove(service, 'hasty')
      seeded.issuer.mood = 'issue'
      assert.equal(countOf('hasty', /^DELETE .*participants\/[^/]+$/u), 1)
    })

    it('holds up no removal of a participant whose EDC never ran', async () => {
      await using service = await serviceOn(seeded.cluster, { file: seeded.file })
      await create(service, 'never', { profile: 'broken' })
      await untilStatus(service, 'never', ({ components }) => components['controlplane']?.ready === true)
      await remove(service, 'never')
      assert.deepEqual(seeded.calls('never'), [])
    })

    it('keeps a participant while its issuer cannot be told of the removal, unless a person skips that', async () => {
      await using service = await serviceOn(seeded.cluster, { file: seeded.file })
      await create(service, 'held', { profile: 'modern' })
      await untilReady(service, 'held')
      seeded.modernIssuer.mood = 'unreachable'
      await call(service, 'DELETE /api/v1/resources', { participantName: 'held' })
      await eventually(
        async () => {
          const [operation] = await operationsOf(service, 'held')
          return operation?.steps.some(({ name, state }) => name === 'remove-holder' && state === 'Waiting')
        },
        { what: 'the removal to wait for the issuer', withinMs: 30_000 },
      )
      await untilTold(service, 'held', {
        what: 'waiting for its issuer',
        holds: ({ status, message }) => status === 'DELETING' && message.includes(seeded.modernIssuer.did),
      })
      const body = { metadata: { annotations: { [ASKS.skip]: 'remove-holder' } } }
      const patch = { type: 'merge', manager: 'kubectl-annotate', body } as const
      await seeded.cluster.kube.patch(RESOURCES.Participant, { name: 'held' }, patch)
      await untilGone(service, 'held')
      seeded.modernIssuer.mood = 'issue'
    })
  })
}
