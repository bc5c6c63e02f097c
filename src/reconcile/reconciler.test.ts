/** Tests what becomes of a Participant in a cluster: made, repaired, waited for, refused. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../../test/support/eventually.ts'
import {
  createParticipant,
  eventuallyDone,
  eventuallyStep,
  openProvisioning,
  participantIn,
} from '../../test/support/provisioning.ts'
import { openTestCluster } from '../../test/support/test-cluster.ts'
import { watchWrites } from '../../test/support/watched-writes.ts'
import { KubeApiError } from '../kube/errors.ts'
import { type KubeObject, RESOURCES } from '../model/kubernetes.ts'
import { FIELD_MANAGER, FINALIZER, OWNER_ANNOTATION, PARTICIPANT_LABEL } from '../model/names.ts'
import { COMPONENTS } from '../model/participant.ts'

const DEPLOYMENT = { namespace: 'acme', name: 'controlplane' }

describe('the reconciler', () => {
  it('takes one step after the other and says so in the status', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    await using _provisioning = await openProvisioning({ kube })
    await createParticipant(kube, 'acme')
    await eventuallyDone(kube, 'acme')
    const acme = await participantIn(kube, 'acme')
    assert.deepEqual(acme?.metadata.finalizers, [FINALIZER])
    assert.deepEqual(
      acme.status?.steps?.map(({ name, state }) => `${name} ${state}`),
      [
        'accept',
        'finalizer',
        'namespace',
        'policies',
        'secrets',
        'storage',
        'workloads',
        'routes',
        'readiness',
      ].map((step) => `${step} Done`),
    )
    const conditions = Object.fromEntries(
      (acme.status?.conditions ?? []).map(({ type, status }) => [type, status]),
    )
    assert.deepEqual(conditions, {
      ComponentsReady: 'True',
      NamespaceReady: 'True',
    })
    assert.equal(acme.status?.namespace, 'acme')
    assert.equal(acme.status?.observedGeneration, acme.metadata.generation)
  })

  it('makes a namespace that bears the uid of the Participant, with Secrets and the five workloads', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    await using _provisioning = await openProvisioning({ kube })
    const { metadata } = await createParticipant(kube, 'acme')
    await eventuallyStep(kube, 'acme', { name: 'workloads', state: 'Done' })
    const namespace = await kube.get(RESOURCES.Namespace, { name: 'acme' })
    assert.equal(namespace?.metadata.labels?.[PARTICIPANT_LABEL], 'acme')
    assert.equal(namespace.metadata.annotations?.[OWNER_ANNOTATION], metadata.uid)
    const secrets = await kube.list(RESOURCES.Secret, { namespace: 'acme' })
    assert.ok(secrets.items.length > 0, 'no Secret was made')
    const made = await Promise.all(
      [RESOURCES.Deployment, RESOURCES.StatefulSet].map((resource) =>
        kube.list(resource, { namespace: 'acme' }),
      ),
    )
    const workloads = made.flatMap(({ items }) => items.map((item) => item.metadata.name))
    assert.deepEqual(workloads.toSorted(), COMPONENTS.toSorted())
  })

  it('writes nothing in a pass that finds everything in place', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    const writes: string[] = []
    const writeWith = watchWrites(kube, { before: (write) => writes.push(write) })
    await using provisioning = await openProvisioning({ kube, writeWith, concurrency: 1 })
    await createParticipant(kube, 'acme')
    await eventuallyDone(kube, 'acme')
    writes.length = 0
    provisioning.reconciler.disturb('acme')
    // One at a time, so that the pass is over before another participant is looked at.
    await createParticipant(kube, 'beta')
    await eventuallyStep(kube, 'beta', { name: 'readiness', state: 'Waiting' })
    assert.deepEqual(
      writes.filter((write) => !write.includes('beta')),
      [],
    )
  })

  it('makes a workload again that somebody deleted, and undoes a change of its fields', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    await using provisioning = await openProvisioning({ kube })
    await createParticipant(kube, 'acme')
    await eventuallyDone(kube, 'acme')
    const first = await kube.get(RESOURCES.Deployment, DEPLOYMENT)
    await kube.delete(RESOURCES.Deployment, DEPLOYMENT)
    const second = await eventually(
      async () => {
        const found = await kube.get<KubeObject & { spec: { replicas: number } }>(
          RESOURCES.Deployment,
          DEPLOYMENT,
        )
        return found?.metadata.uid !== first?.metadata.uid && found
      },
      { what: 'another Deployment of that name' },
    )
    const patch = {
      type: 'merge',
      body: { spec: { replicas: second.spec.replicas + 3 } },
      manager: 'somebody',
    } as const
    await kube.patch(RESOURCES.Deployment, DEPLOYMENT, patch)
    provisioning.reconciler.disturb('acme')
    await eventually(
      async () => {
        const found = await kube.get<typeof second>(RESOURCES.Deployment, DEPLOYMENT)
        return found?.spec.replicas === second.spec.replicas
      },
      { what: 'the replicas to be as wanted' },
    )
  })

  it('never changes a Secret that exists', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    await using provisioning = await openProvisioning({ kube })
    await createParticipant(kube, 'acme')
    await eventuallyDone(kube, 'acme')
    const before = await kube.list(RESOURCES.Secret, { namespace: 'acme' })
    await kube.delete(RESOURCES.Deployment, DEPLOYMENT)
    provisioning.reconciler.disturb('acme')
    await eventually(() => kube.get(RESOURCES.Deployment, DEPLOYMENT), { what: 'the Deployment to be back' })
    const after = await kube.list(RESOURCES.Secret, { namespace: 'acme' })
    assert.deepEqual(after.items, before.items)
  })

  it('does nothing for a suspended participant and says so, and goes on when it is resumed', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    await using _provisioning = await openProvisioning({ kube })
    await createParticipant(kube, 'acme', { suspended: true })
    const suspended = await eventually(
      async () => {
        const acme = await participantIn(kube, 'acme')
        return acme?.status?.observedGeneration === acme?.metadata.generation ? acme?.status : undefined
      },
      { what: 'the suspended participant to be looked at' },
    )
    assert.deepEqual(suspended.steps, [])
    assert.equal((await participantIn(kube, 'acme'))?.metadata.finalizers, undefined)
    assert.equal(await kube.get(RESOURCES.Namespace, { name: 'acme' }), undefined)
    const resume = { type: 'merge', body: { spec: { suspended: false } }, manager: 'somebody' } as const
    await kube.patch(RESOURCES.Participant, { name: 'acme' }, resume)
    await eventuallyDone(kube, 'acme')
  })

  it('writes nothing but the status for a participant that is only observed', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    const writes: string[] = []
    const writeWith = watchWrites(kube, { before: (write) => writes.push(write) })
    await using _provisioning = await openProvisioning({ kube, writeWith })
    await createParticipant(kube, 'acme', { mode: 'Observed', profile: 'unknown-here' })
    await eventuallyDone(kube, 'acme')
    assert.deepEqual([...new Set(writes)], ['apply Participant acme/status'])
    assert.equal((await participantIn(kube, 'acme'))?.metadata.finalizers, undefined)
    await kube.delete(RESOURCES.Participant, { name: 'acme' })
    assert.equal(await participantIn(kube, 'acme'), undefined)
  })

  it('tells which permission is missing and goes on once it is granted', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    let granted = false
    const writeWith = watchWrites(kube, {
      before: (write) => {
        if (granted || !write.startsWith('create Secret')) return
        throw new KubeApiError({
          code: 403,
          reason: 'Forbidden',
          message: 'secrets is forbidden',
          causes: [],
          request: 'POST /api/v1/namespaces/acme/secrets',
        })
      },
    })
    await using _provisioning = await openProvisioning({ kube, writeWith })
    await createParticipant(kube, 'acme')
    const step = await eventuallyStep(kube, 'acme', {
      name: 'secrets',
      state: 'Waiting',
      reason: 'Forbidden',
    })
    assert.match(step.message ?? '', /"create" on "secrets"/u)
    granted = true
    await eventuallyStep(kube, 'acme', { name: 'secrets', state: 'Done' })
  })

  it('quotes the API server when it finds an object wrong, once', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    let tries = 0
    let reports = 0
    const writeWith = watchWrites(kube, {
      before: (write) => {
        if (write === 'apply Participant acme/status') reports += 1
        if (!write.startsWith('create Secret')) return
        tries += 1
        throw new KubeApiError({
          code: 422,
          reason: 'Invalid',
          message: 'data: too long',
          causes: [],
          request: 'POST /api/v1/namespaces/acme/secrets',
        })
      },
    })
    await using _provisioning = await openProvisioning({ kube, writeWith, tuning: { stalledRecheckMs: 5 } })
    await createParticipant(kube, 'acme')
    const step = await eventuallyStep(kube, 'acme', { name: 'secrets', state: 'Stalled', reason: 'Rejected' })
    assert.match(step.message ?? '', /data: too long/u)
    const reported = reports
    const tried = tries
    await eventually(() => tries > tried + 3, { what: 'some more looks at it' })
    assert.equal(reports, reported)
  })

  it('says that the error is internal and goes on trying when something unforeseen happens', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    let broken = true
    const writeWith = watchWrites(kube, {
      before: (write) => {
        if (broken && write.startsWith('create Namespace')) throw new TypeError('a bug')
      },
    })
    await using provisioning = await openProvisioning({ kube, writeWith })
    await createParticipant(kube, 'acme')
    const step = await eventuallyStep(kube, 'acme', { name: 'namespace', reason: 'InternalError' })
    assert.doesNotMatch(step.message ?? '', /a bug/u)
    assert.ok(provisioning.log.texts('error').length > 0)
    broken = false
    await eventuallyStep(kube, 'acme', { name: 'namespace', state: 'Done' })
  })

  it('leaves fields of the status engine alone', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    await using _provisioning = await openProvisioning({ kube })
    await createParticipant(kube, 'acme')
    await eventuallyStep(kube, 'acme', { name: 'readiness', state: 'Waiting' })
    const said = {
      apiVersion: 'dataspaces.dev/v1alpha1',
      kind: 'Participant',
      metadata: { name: 'acme' },
      status: { phase: 'PROVISIONING', reason: 'Creating', message: 'soon' },
    }
    await kube.apply(said, { manager: FIELD_MANAGER.observe, subresource: 'status', force: true })
    await kube.patch(
      RESOURCES.Participant,
      { name: 'acme' },
      { type: 'merge', body: { spec: { host: 'other' } }, manager: 'somebody' },
    )
    const acme = await eventually(
      async () => {
        const found = await participantIn(kube, 'acme')
        return found?.status?.observedGeneration === 2 && found
      },
      { what: 'the second generation to be reported on' },
    )
    assert.deepEqual(
      [acme.status?.phase, acme.status?.reason, acme.status?.message],
      ['PROVISIONING', 'Creating', 'soon'],
    )
  })
})
