/** What the admission policies of `deploy/` keep the program's account from, although its roles would let it. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { hasReason } from '../../../src/kube/errors.ts'
import type { Kube } from '../../../src/kube/kube.ts'
import { type KubeObject, RESOURCES } from '../../../src/model/kubernetes.ts'
import { OWNER_ANNOTATION, PARTICIPANT_LABEL } from '../../../src/model/names.ts'
import { eventually } from '../../support/eventually.ts'
import { type InstalledCluster, kubeOf } from '../test-cluster.ts'

function namespace(name: string, metadata: Partial<KubeObject['metadata']> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, ...metadata } }
}

function configMap(inNamespace: string): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'fenced', namespace: inNamespace } }
}

const participants = (name: string): Partial<KubeObject['metadata']> => ({
  labels: { [PARTICIPANT_LABEL]: name },
  annotations: { [OWNER_ANNOTATION]: 'a-uid' },
})

const manager = 'fence-suite'
const relabel = { type: 'merge', manager, body: { metadata: { labels: { touched: 'yes' } } } } as const

export function fenceHolds(open: () => Promise<InstalledCluster>): void {
  describe('the fence of deploy/', () => {
    let cluster: InstalledCluster
    let program: Kube & AsyncDisposable
    before(async () => {
      cluster = await open()
      program = await kubeOf(cluster.kubeconfig)
      await cluster.kube.create(namespace('fence-foreign'))
      // A policy is in force some moments after it was stored.
      await eventually(async () => await isFenced(program.apply(configMap('fence-foreign'), { manager })), {
        what: 'the fence to be in force',
      })
    })
    after(async () => {
      await program[Symbol.asyncDispose]()
      await cluster.kube.delete(RESOURCES.Namespace, { name: 'fence-foreign' })
      await cluster[Symbol.asyncDispose]()
    })

    it('keeps it from writing into a namespace that is no participant’s, its own included', async () => {
      for (const name of ['fence-foreign', 'kube-system', 'dataspace-provisioner'])
        assert.ok(await isFenced(program.apply(configMap(name), { manager })), name)
      const secret = {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'fenced', namespace: 'fence-foreign' },
      }
      assert.ok(await isFenced(program.create(secret)))
    })

    it('keeps it from deleting, changing and taking over a foreign namespace', async () => {
      const key = { name: 'fence-foreign' }
      assert.ok(await isFenced(program.delete(RESOURCES.Namespace, key)))
      assert.ok(await isFenced(program.patch(RESOURCES.Namespace, key, relabel)))
      const taken = namespace('fence-foreign', participants('fence-foreign'))
      assert.ok(await isFenced(program.apply(taken, { manager, force: true })))
    })

    it('keeps it from making a namespace that is no participant’s, or that bears the name of another', async () => {
      assert.ok(await isFenced(program.create(namespace('unlabelled'))))
      assert.ok(await isFenced(program.create(namespace('one', participants('other')))))
    })

    it('lets it make, fill, change and remove the namespace of a participant, and not give it away', async () => {
      const own = namespace('fenced-in', participants('fenced-in'))
      const key = { name: 'fenced-in' }
      await program.create(own)
      await program.apply(configMap('fenced-in'), { manager })
      await program.patch(RESOURCES.Namespace, key, relabel)
      const unlabelled = { metadata: { labels: { [PARTICIPANT_LABEL]: null } } }
      assert.ok(
        await isFenced(program.patch(RESOURCES.Namespace, key, { type: 'merge', manager, body: unlabelled })),
      )
      await program.delete(RESOURCES.Namespace, key)
    })

    it('is nobody else’s concern', async () => {
      await cluster.kube.apply(configMap('fence-foreign'), { manager })
    })
  })
}

/** True when the policy refused it; throws when something else did, or nothing. */
async function isFenced(call: Promise<unknown>): Promise<boolean> {
  try {
    await call
    return false
  } catch (error) {
    if (hasReason(error, 'Invalid', 'Forbidden') && /ValidatingAdmissionPolicy/u.test(error.message))
      return true
    throw error
  }
}
