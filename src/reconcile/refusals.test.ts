/** Tests which participants are refused, with which reason, and that nothing of others is touched. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../../test/support/eventually.ts'
import {
  createParticipant,
  eventuallyDone,
  eventuallyStep,
  openProvisioning,
} from '../../test/support/provisioning.ts'
import { openTestCluster } from '../../test/support/test-cluster.ts'
import { type KubeObject, RESOURCES } from '../model/kubernetes.ts'
import { OWNER_ANNOTATION, PARTICIPANT_LABEL } from '../model/names.ts'

const DEPLOYMENT = { namespace: 'acme', name: 'controlplane' }

function namespaceNamed(name: string, metadata: object = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, ...metadata } }
}

describe('a participant is refused, with a reason', () => {
  it("NamespaceForeign when the namespace is somebody else's: nothing in it is touched", async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    await kube.create(namespaceNamed('acme', { labels: { team: 'other' } }))
    const before = await kube.get(RESOURCES.Namespace, { name: 'acme' })
    await using _provisioning = await openProvisioning({ kube })
    await createParticipant(kube, 'acme')
    const step = await eventuallyStep(kube, 'acme', {
      name: 'namespace',
      state: 'Stalled',
      reason: 'NamespaceForeign',
    })
    assert.match(
      step.message ?? '',
      /Delete the namespace, or delete this Participant and choose another name/u,
    )
    assert.deepEqual(
      (await kube.get(RESOURCES.Namespace, { name: 'acme' }))?.metadata.labels,
      before?.metadata.labels,
    )
    assert.deepEqual((await kube.list(RESOURCES.Secret, { namespace: 'acme' })).items, [])

    await kube.delete(RESOURCES.Namespace, { name: 'acme' })
    await eventuallyStep(kube, 'acme', { name: 'namespace', state: 'Done' })
  })

  it('NamespaceForeign when the namespace has our label but the uid of an earlier Participant', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    const labels = { [PARTICIPANT_LABEL]: 'acme' }
    await kube.create(
      namespaceNamed('acme', { labels, annotations: { [OWNER_ANNOTATION]: 'uid-of-before' } }),
    )
    await using _provisioning = await openProvisioning({ kube })
    await createParticipant(kube, 'acme')
    const step = await eventuallyStep(kube, 'acme', { name: 'namespace', reason: 'NamespaceForeign' })
    assert.match(step.message ?? '', /earlier Participant \(uid uid-of-before\)/u)
  })

  it('ObjectForeign when somebody else made an object of a wanted name', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    {
      await using _provisioning = await openProvisioning({ kube })
      await createParticipant(kube, 'acme')
      await eventuallyDone(kube, 'acme')
    }
    const live = await kube.get<KubeObject & { spec: object }>(RESOURCES.Deployment, DEPLOYMENT)
    assert.ok(live)
    await kube.delete(RESOURCES.Deployment, DEPLOYMENT)
    await eventually(async () => (await kube.get(RESOURCES.Deployment, DEPLOYMENT)) === undefined, {
      what: 'it to go',
    })
    const { apiVersion, kind, spec } = live
    await kube.create({ apiVersion, kind, metadata: DEPLOYMENT, spec } as KubeObject)
    await using _provisioning = await openProvisioning({ kube })
    const step = await eventuallyStep(kube, 'acme', {
      name: 'workloads',
      state: 'Stalled',
      reason: 'ObjectForeign',
    })
    assert.match(step.message ?? '', /Deployment "controlplane"/u)
    assert.equal((await kube.get(RESOURCES.Deployment, DEPLOYMENT))?.metadata.labels, undefined)
  })

  it('DidTaken when an older one has its DID, until that one is gone', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    await using _provisioning = await openProvisioning({ kube, tuning: { stalledRecheckMs: 3_600_000 } })
    await createParticipant(kube, 'acme')
    await eventuallyDone(kube, 'acme')
    await createParticipant(kube, 'beta', { did: 'did:web:acme.example' })
    const step = await eventuallyStep(kube, 'beta', { name: 'accept', state: 'Stalled', reason: 'DidTaken' })
    assert.match(step.message ?? '', /belongs to participant "acme"/u)
    assert.equal(await kube.get(RESOURCES.Namespace, { name: 'beta' }), undefined)
    await kube.delete(RESOURCES.Participant, { name: 'acme' })
    await eventuallyStep(kube, 'beta', { name: 'namespace', state: 'Done' })
  })

  it('UnknownProfile when its profile is not configured, naming those that are', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    await using _provisioning = await openProvisioning({ kube })
    await createParticipant(kube, 'acme', { profile: 'edge' })
    const step = await eventuallyStep(kube, 'acme', {
      name: 'accept',
      state: 'Stalled',
      reason: 'UnknownProfile',
    })
    assert.match(step.message ?? '', /no profile "edge"; known are "default"/u)
    const change = { type: 'merge', body: { spec: { profile: 'default' } }, manager: 'somebody' } as const
    await kube.patch(RESOURCES.Participant, { name: 'acme' }, change)
    await eventuallyStep(kube, 'acme', { name: 'namespace', state: 'Done' })
  })

  it('InvalidName when the configuration reserves its name', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    await using _provisioning = await openProvisioning({ kube })
    await createParticipant(kube, 'issuer')
    await eventuallyStep(kube, 'issuer', { name: 'accept', state: 'Stalled', reason: 'InvalidName' })
    assert.equal(await kube.get(RESOURCES.Namespace, { name: 'issuer' }), undefined)
  })
})
