/** Tests that a deletion takes away what is ours, all of it, and nothing else. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../../test/support/eventually.ts'
import {
  createParticipant,
  eventuallyStep,
  openProvisioning,
  participantIn,
} from '../../test/support/provisioning.ts'
import { openTestCluster } from '../../test/support/test-cluster.ts'
import { watchWrites } from '../../test/support/watched-writes.ts'
import type { Kube } from '../kube/kube.ts'
import { type KubeObject, RESOURCES } from '../model/kubernetes.ts'
import { OWNER_ANNOTATION, PARTICIPANT_LABEL } from '../model/names.ts'

const ACME = { name: 'acme' }

/** Holds the namespace back, as a volume that cannot be detached would. */
const anchor = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'acme', name: 'anchor', finalizers: ['example.org/hold'] },
} as const satisfies KubeObject

async function letGo(kube: Kube): Promise<void> {
  const { namespace, name } = anchor.metadata
  const body = { metadata: { finalizers: null } }
  await kube.patch(RESOURCES.ConfigMap, { namespace, name }, { type: 'merge', body, manager: 'somebody' })
}

async function eventuallyGone(kube: Kube): Promise<void> {
  await eventually(async () => (await participantIn(kube, 'acme')) === undefined, { what: 'acme to be gone' })
}

async function eventuallyStarted(kube: Kube): Promise<void> {
  await eventuallyStep(kube, 'acme', { name: 'workloads', state: 'Done' })
}

describe('deleting a participant', () => {
  it('names what remains, and lets go only when the namespace is gone', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    await using _provisioning = await openProvisioning({ kube })
    await createParticipant(kube, 'acme')
    await eventuallyStarted(kube)
    await kube.create(anchor)
    await kube.delete(RESOURCES.Participant, ACME)
    const step = await eventually(
      async () => {
        const steps = (await participantIn(kube, 'acme'))?.status?.steps
        return steps?.find(({ message }) => message?.includes('example.org/hold'))
      },
      { what: 'the step to name what remains' },
    )
    assert.deepEqual(
      [step.name, step.state, step.reason],
      ['remove-namespace', 'Waiting', 'NamespaceTerminating'],
    )
    await letGo(kube)
    await eventuallyGone(kube)
    assert.equal(await kube.get(RESOURCES.Namespace, ACME), undefined)
  })

  it('ends well in the middle of its creation', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    const gate = Promise.withResolvers<void>()
    const writeWith = watchWrites(kube, {
      before: (write) => {
        if (write.startsWith('create Secret')) gate.resolve()
      },
    })
    await using _provisioning = await openProvisioning({ kube, writeWith })
    await createParticipant(kube, 'acme')
    await gate.promise
    await kube.delete(RESOURCES.Participant, ACME)
    await eventuallyGone(kube)
    assert.equal(await kube.get(RESOURCES.Namespace, ACME), undefined)
  })

  it('never deletes a namespace that is not ours', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    const labels = { [PARTICIPANT_LABEL]: 'acme' }
    const annotations = { [OWNER_ANNOTATION]: 'uid-of-somebody-else' }
    await kube.create({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'acme', labels, annotations },
    })
    await using _provisioning = await openProvisioning({ kube })
    await createParticipant(kube, 'acme')
    await eventuallyStep(kube, 'acme', { name: 'namespace', reason: 'NamespaceForeign' })
    await kube.delete(RESOURCES.Participant, ACME)
    await eventuallyGone(kube)
    assert.equal((await kube.get(RESOURCES.Namespace, ACME))?.metadata.deletionTimestamp, undefined)
    assert.notEqual(await kube.get(RESOURCES.Namespace, ACME), undefined)
  })

  it('keeps the namespace when the policy is Retain', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    await using _provisioning = await openProvisioning({ kube })
    await createParticipant(kube, 'acme', { deletionPolicy: 'Retain' })
    await eventuallyStarted(kube)
    await kube.delete(RESOURCES.Participant, ACME)
    await eventuallyGone(kube)
    const namespace = await kube.get(RESOURCES.Namespace, ACME)
    assert.ok(namespace)
    assert.equal(namespace.metadata.deletionTimestamp, undefined)
    assert.ok((await kube.list(RESOURCES.Secret, { namespace: 'acme' })).items.length > 0)
  })

  it('happens also while the participant is suspended', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    await using _provisioning = await openProvisioning({ kube })
    await createParticipant(kube, 'acme')
    await eventuallyStarted(kube)
    const suspend = { type: 'merge', body: { spec: { suspended: true } }, manager: 'somebody' } as const
    await kube.patch(RESOURCES.Participant, ACME, suspend)
    await kube.delete(RESOURCES.Participant, ACME)
    await eventuallyGone(kube)
    assert.equal(await kube.get(RESOURCES.Namespace, ACME), undefined)
  })

  it('leaves the name free for another: its namespace and Secrets are new', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    await using _provisioning = await openProvisioning({ kube })
    await createParticipant(kube, 'acme')
    await eventuallyStarted(kube)
    const before = await kube.get(RESOURCES.Namespace, ACME)
    await kube.delete(RESOURCES.Participant, ACME)
    await eventuallyGone(kube)
    const second = await createParticipant(kube, 'acme')
    await eventuallyStarted(kube)
    const after = await kube.get(RESOURCES.Namespace, ACME)
    assert.notEqual(after?.metadata.uid, before?.metadata.uid)
    assert.equal(after?.metadata.annotations?.[OWNER_ANNOTATION], second.metadata.uid)
  })

  it('is waited for when another of the same name comes too early', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: ACME })
    await kube.create(anchor)
    await kube.delete(RESOURCES.Namespace, ACME)
    await using _provisioning = await openProvisioning({ kube })
    await createParticipant(kube, 'acme')
    await eventuallyStep(kube, 'acme', {
      name: 'namespace',
      state: 'Waiting',
      reason: 'NamespaceTerminating',
    })
    await letGo(kube)
    await eventuallyStarted(kube)
  })
})
