/** What becomes of participants, their own and others, whose issuer does not answer. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type KubeObject, RESOURCES } from '../../../src/model/kubernetes.ts'
import type { Answer } from '../../../src/status/answer.ts'
import { eventually } from '../../support/eventually.ts'
import { openScriptedServer, type ScriptedServer, silence } from '../../support/scripted-server.ts'
import { create, remove, untilReady, untilTold } from '../participants.ts'
import { openSeeded, type SeededCluster } from '../seeded-cluster.ts'
import { type BuiltInTestCluster, serviceOn } from '../test-cluster.ts'

/** More than there are passes at a time. */
const MANY = 12

export function deadIssuersHoldUpNobody(clusterName: string, open: () => Promise<BuiltInTestCluster>): void {
  describe(`a dead issuer on ${clusterName}`, () => {
    let seeded: SeededCluster
    before(async () => {
      seeded = await openSeeded(open)
    })
    after(() => seeded[Symbol.asyncDispose]())

    it('that takes connections and never answers does not keep participants of another from READY', async () => {
      await using hole = await openScriptedServer()
      hole.script(silence())
      await using service = await serviceOn(seeded.cluster, { file: withModernIssuerAt(seeded, hole) })
      const stuck = Array.from({ length: MANY }, (_, index) => `stuck-${index}`)
      for (const name of stuck) await create(service, name, { profile: 'modern' })
      await eventually(() => hole.received.length > 0, { what: 'a call that is not answered' })
      const beganMs = performance.now()
      await create(service, 'swift')
      await untilReady(service, 'swift')
      const tookMs = performance.now() - beganMs
      assert.ok(tookMs < 9_000, `${tookMs} ms: as long as a call that is not answered`)
      const { reason, message } = await untilTold(service, 'stuck-0', {
        what: 'waiting for its issuer',
        holds: (answer) => answer.reason === 'IssuerUnreachable',
      })
      assert.equal(reason, 'IssuerUnreachable')
      assert.match(message, /Whoever runs the issuer has to act/u)
    })

    it('is asked again soon once it is well, for all who wait for it', async () => {
      await using service = await serviceOn(seeded.cluster, { file: seeded.file })
      for (let index = 0; index < MANY; index += 1) {
        await untilReady(service, `stuck-${index}`)
        await remove(service, `stuck-${index}`)
      }
    })

    it('changes nothing for one that is READY, whose lost wallet is made anew without it', async () => {
      seeded.issuer.mood = 'unreachable'
      await using service = await serviceOn(seeded.cluster, { file: seeded.file })
      const told = await untilTold(service, 'swift', { what: 'taken as registered', holds: isTakenOnTrust })
      assert.equal(told.status, 'READY')
      const wallets = (): number =>
        seeded.calls('swift').filter(({ call }) => /^POST .*\/participants$/u.test(call)).length
      const before = wallets()
      await deletePodOf(seeded, 'swift', 'identityhub')
      await eventually(() => wallets() > before, { what: 'another wallet', withinMs: 30_000 })
      seeded.issuer.mood = 'issue'
      await untilTold(service, 'swift', {
        what: 'known to its issuer, and READY',
        holds: (answer) => answer.status === 'READY' && !isTakenOnTrust(answer),
      })
    })
  })
}

function isTakenOnTrust({ steps }: Pick<Answer, 'steps'>): boolean {
  const holder = steps.find(({ name }) => name === 'holder')
  return holder?.state === 'Done' && holder.message?.startsWith('taken as registered') === true
}

function withModernIssuerAt({ file }: SeededCluster, { url }: Pick<ScriptedServer, 'url'>): string {
  const config = JSON.parse(file) as { readonly issuers: readonly { readonly did: string }[] }
  const issuers = config.issuers.map((issuer) =>
    issuer.did === 'did:web:modern.test' ? { ...issuer, address: url } : issuer,
  )
  return JSON.stringify({ ...config, issuers })
}

async function deletePodOf(
  { cluster: { kube } }: SeededCluster,
  namespace: string,
  component: string,
): Promise<void> {
  const { items } = await kube.list<KubeObject>(RESOURCES.Pod, { namespace })
  const pod = items.find(({ metadata }) => metadata.name.startsWith(component))
  await kube.delete(RESOURCES.Pod, { namespace, name: pod?.metadata.name ?? '' })
}
