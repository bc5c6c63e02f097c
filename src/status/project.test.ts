import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ASKS } from '../model/names.ts'
import { projectNamespace, projectParticipant } from './project-participant.ts'
import { projectDeployment, projectStatefulSet } from './project-workload.ts'

const metadata = { name: 'web', namespace: 'acme', uid: 'u', generation: 3 }
const template = { spec: { containers: [{ name: 'main', image: 'web:1' }] } }

describe('what is kept of the objects of the cluster', () => {
  it('reads counts that the API server left out as zero, and absent replicas as one', () => {
    const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { template }, status: {} }
    const { desired, current, updated, ready, available, observedGeneration } = projectDeployment(object)
    assert.deepEqual(
      { desired, current, updated, ready, available },
      {
        desired: 1,
        current: 0,
        updated: 0,
        ready: 0,
        available: 0,
      },
    )
    assert.equal(observedGeneration, undefined)
  })

  it('reads a workload that has no status at all', () => {
    const object = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata, spec: { template } }
    assert.equal(projectStatefulSet(object).observedGeneration, undefined)
    assert.equal(projectStatefulSet(object).image, 'web:1')
  })

  it('takes a workload without generation and status for one that nobody has looked at', () => {
    const object = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: { template },
    }
    assert.equal(projectDeployment(object).generation, 1)
    assert.equal(projectDeployment({ ...object, status: { replicas: 1 } } as never).generation, 0)
  })

  it('keeps how a StatefulSet replaces its pods', () => {
    const spec = {
      template,
      replicas: 3,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } },
    }
    const status = { currentRevision: 'web-1', updateRevision: 'web-2' }
    const kept = projectStatefulSet({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata,
      spec,
      status,
    } as never)
    assert.equal(kept.partition, 2)
    assert.equal(kept.updateRevision, 'web-2')
  })

  it('drops the bookkeeping of field managers', () => {
    const kept = projectParticipant({
      apiVersion: 'dataspaces.dev/v1alpha1',
      kind: 'Participant',
      metadata: { name: 'acme', managedFields: [{}] },
    } as never)
    assert.deepEqual(Object.keys(kept.metadata), ['name'])
  })

  it('keeps what people ask by annotations, and no other annotation', () => {
    const kept = projectParticipant({
      apiVersion: 'dataspaces.dev/v1alpha1',
      kind: 'Participant',
      metadata: { name: 'acme', annotations: { [ASKS.retry]: 'now', 'kubectl.kubernetes.io/x': 'long' } },
    } as never)
    assert.deepEqual(kept.metadata.annotations, { [ASKS.retry]: 'now' })
  })

  it('keeps whose a namespace is, and what hinders its deletion', () => {
    const kept = projectNamespace({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: 'acme',
        labels: { 'dataspaces.dev/participant': 'acme' },
        annotations: { 'dataspaces.dev/participant-uid': 'u-1' },
        deletionTimestamp: '2026-01-01T00:00:00Z',
      },
      status: {
        conditions: [
          { type: 'NamespaceContentRemaining', status: 'True', message: 'pods remain' },
          { type: 'NamespaceDeletionDiscoveryFailure', status: 'False', message: 'All resources found' },
        ],
      },
    } as never)
    assert.equal(kept.ownerUid, 'u-1')
    assert.equal(kept.terminating, true)
    assert.deepEqual(
      kept.conditions.map(({ message }) => message),
      ['pods remain'],
    )
  })
})
