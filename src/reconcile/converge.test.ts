/** Tests how a pass says what it did to objects that were there already. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { eventually } from '../../test/support/eventually.ts'
import {
  createParticipant,
  eventuallyDone,
  eventuallyStep,
  openProvisioning,
  participantIn,
} from '../../test/support/provisioning.ts'
import type { RecordedLog } from '../../test/support/recorded-log.ts'
import { openTestCluster } from '../../test/support/test-cluster.ts'
import type { Kube } from '../kube/kube.ts'
import { type KubeObject, RESOURCES } from '../model/kubernetes.ts'

async function acme(t: TestContext): Promise<{ readonly kube: Kube; readonly log: RecordedLog }> {
  const cluster = await openTestCluster()
  t.after(() => cluster[Symbol.asyncDispose]())
  const { kube } = cluster
  const provisioning = await openProvisioning({ kube })
  t.after(() => provisioning[Symbol.asyncDispose]())
  await createParticipant(kube, 'acme')
  await eventuallyDone(kube, 'acme')
  return { kube, log: provisioning.log }
}

const ask = (kube: Kube, spec: object): Promise<KubeObject> =>
  kube.patch(RESOURCES.Participant, { name: 'acme' }, { type: 'merge', manager: 'somebody', body: { spec } })

describe('a pass that finds something else than what is wanted', () => {
  it('leaves a volume claim that cannot shrink as it is, says so, and goes on', async (t) => {
    const { kube } = await acme(t)
    await ask(kube, { host: 'dataspace.example', components: { vault: { storage: '1Mi' } } })
    const said = await eventually(
      async () => {
        const steps = (await participantIn(kube, 'acme'))?.status?.steps ?? []
        const storage = steps.find(({ name }) => name === 'storage')
        return storage?.message === undefined ? undefined : { storage, steps }
      },
      { what: 'the storage step to say something' },
    )
    assert.equal(said.storage.state, 'Done')
    assert.match(
      said.storage.message ?? '',
      /left PersistentVolumeClaim "vault-data" as it is.*: spec\.resources\.requests\.storage$/u,
    )
    const settings = { namespace: 'acme', name: 'controlplane-settings' }
    await eventually(
      async () => JSON.stringify(await kube.get(RESOURCES.ConfigMap, settings)).includes('dataspace.example'),
      { what: 'the steps after it to be taken' },
    )
  })

  it('grows a volume claim', async (t) => {
    const { kube } = await acme(t)
    await ask(kube, { components: { vault: { storage: '3Gi' } } })
    const claim = { namespace: 'acme', name: 'vault-data' }
    await eventually(
      async () => JSON.stringify(await kube.get(RESOURCES.PersistentVolumeClaim, claim)).includes('"3Gi"'),
      { what: 'the claim to grow' },
    )
    await eventuallyStep(kube, 'acme', { name: 'storage', state: 'Done' })
  })

  it('warns of drift: which field of which object, and who had set it', async (t) => {
    const { kube, log } = await acme(t)
    const key = { namespace: 'acme', name: 'dataplane' }
    await kube.patch(RESOURCES.Deployment, key, {
      type: 'merge',
      manager: 'kubectl-edit',
      body: { spec: { replicas: 5 } },
    })
    await eventually(() => log.texts('warn').includes('drift repaired'), { what: 'a warning' })
    const live = await kube.get<KubeObject & { spec: { replicas: number } }>(RESOURCES.Deployment, key)
    assert.equal(live?.spec.replicas, 1)
  })

  it('makes a runtime that somebody deleted also while the vault is being replaced, however long that takes', async (t) => {
    const { kube } = await acme(t)
    const tooMuch = { requests: { cpu: '900' }, limits: { cpu: '900' } }
    await ask(kube, { components: { vault: { resources: tooMuch } } })
    await eventuallyStep(kube, 'acme', { name: 'storage', state: 'Waiting', reason: 'RollingOut' })
    const key = { namespace: 'acme', name: 'dataplane' }
    const before = await kube.get(RESOURCES.Deployment, key)
    await kube.delete(RESOURCES.Deployment, key)
    await eventually(
      async () => {
        const { uid } = (await kube.get(RESOURCES.Deployment, key))?.metadata ?? {}
        return uid !== undefined && uid !== before?.metadata.uid
      },
      { what: 'another Deployment of that name' },
    )
    await eventuallyStep(kube, 'acme', { name: 'storage', state: 'Waiting', reason: 'RollingOut' })
  })
})
