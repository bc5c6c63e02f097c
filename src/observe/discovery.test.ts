import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aDeployment, aNamespace, BORN } from '../../test/support/builders.ts'
import type { KubeObject, ObjectMeta } from '../model/kubernetes.ts'
import { COMPONENTS } from '../model/participant.ts'
import { LEGACY_COMPONENTS, legacyParticipant } from './discovery.ts'
import {
  keepLegacyClaim,
  keepLegacyDeployment,
  keepLegacyNamespace,
  keepLegacyPod,
} from './legacy-objects.ts'

const namespace = aNamespace({ name: 'old', uid: 'uid-old', participant: '', ownerUid: '' })
const deployments = (...names: readonly string[]): ReturnType<typeof aDeployment>[] =>
  names.map((name) => aDeployment({ namespace: 'old', name }))

describe('a namespace of the Go provisioner', () => {
  it('is told by its Deployments, and shown as a participant that is only observed', () => {
    const found = legacyParticipant(namespace, deployments(...COMPONENTS))
    assert.equal(found?.spec.mode, 'Observed')
    assert.equal(found.spec.did, '')
    assert.deepEqual(found.metadata, { name: 'old', uid: 'uid-old', creationTimestamp: BORN })
    assert.deepEqual(LEGACY_COMPONENTS, COMPONENTS)
  })

  it('is still one when its vault is gone', () => {
    assert.ok(
      legacyParticipant(namespace, deployments('controlplane', 'dataplane', 'identityhub', 'postgres')),
    )
  })

  for (const missing of ['controlplane', 'dataplane', 'identityhub', 'postgres'])
    it(`is not one without ${missing}`, () => {
      const others = COMPONENTS.filter((name) => name !== missing)
      assert.equal(legacyParticipant(namespace, deployments(...others)), undefined)
    })

  it('is not one for a postgres alone', () => {
    assert.equal(legacyParticipant(namespace, deployments('postgres')), undefined)
  })

  it('is not one whose namespace is not known', () => {
    assert.equal(legacyParticipant(undefined, deployments(...COMPONENTS)), undefined)
  })
})

describe('of the objects without our label', () => {
  const object = (kind: string, metadata: Partial<ObjectMeta>, more: object = {}): KubeObject =>
    ({
      apiVersion: 'v1',
      kind,
      metadata: { name: 'a', namespace: 'old', ...metadata },
      ...more,
    }) as KubeObject
  const podOf = (kind: string, owner: string): KubeObject =>
    object('Pod', {
      name: `${owner}-x`,
      labels: { 'pod-template-hash': '5d8f9' },
      ownerReferences: [{ apiVersion: 'apps/v1', kind, name: owner, uid: 'u', controller: true }],
    })

  it('namespaces are kept, but not those of the platform, reserved, or with a name no participant can have', () => {
    const keep = keepLegacyNamespace(['vault'])
    assert.equal(keep(object('Namespace', { name: 'old' }))?.name, 'old')
    for (const name of ['vault', 'default', 'kube-system', 'openshift-apiserver', 'n'.repeat(41)])
      assert.equal(keep(object('Namespace', { name })), undefined, name)
  })

  it('Deployments are kept that are called like a component', () => {
    assert.equal(keepLegacyDeployment(object('Deployment', { name: 'dataplane' }))?.name, 'dataplane')
    assert.equal(keepLegacyDeployment(object('Deployment', { name: 'nginx' })), undefined)
  })

  it('pods are kept whose Deployment is called like a component', () => {
    assert.equal(keepLegacyPod(podOf('ReplicaSet', 'postgres-5d8f9'))?.component, 'postgres')
    assert.equal(keepLegacyPod(podOf('ReplicaSet', 'my-postgres-5d8f9')), undefined)
    assert.equal(keepLegacyPod(podOf('StatefulSet', 'postgres')), undefined)
    assert.equal(keepLegacyPod(object('Pod', { name: 'postgres' })), undefined)
  })

  it('claims are kept until they are bound, and when they go or are lost', () => {
    const claim = (phase: string, metadata: Partial<ObjectMeta> = {}): KubeObject =>
      object('PersistentVolumeClaim', metadata, { status: { phase } })
    assert.equal(keepLegacyClaim(claim('Pending'))?.phase, 'Pending')
    assert.equal(keepLegacyClaim(claim('Lost'))?.phase, 'Lost')
    assert.equal(keepLegacyClaim(claim('Bound')), undefined)
    assert.equal(keepLegacyClaim(claim('Bound', { deletionTimestamp: BORN }))?.terminating, true)
  })
})
