import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { KubeObject } from '../model/kubernetes.ts'
import { hasChanges, plan, type PlanStep } from './plan.ts'

type Spec = Readonly<Record<string, unknown>>

function object(kind: string, fields: Spec): KubeObject {
  const apiVersion = kind === 'StatefulSet' || kind === 'Deployment' ? 'apps/v1' : 'v1'
  return { apiVersion, kind, metadata: { name: 'vault', namespace: 'acme' }, ...fields } as KubeObject
}

function stepBetween(kind: string, live: Spec, wanted: Spec): PlanStep {
  const [step] = plan([object(kind, wanted)], [object(kind, live)])
  assert.ok(step)
  return step
}

const claim = (storage: string, more: Spec = {}): Spec => ({
  spec: { resources: { requests: { storage } }, ...more },
})

describe('a field that never changes', () => {
  const recreated: readonly [string, string, 'Orphan' | 'Background', Spec, Spec][] = [
    ['StatefulSet', 'serviceName', 'Orphan', { spec: { serviceName: 'a' } }, { spec: { serviceName: 'b' } }],
    [
      'StatefulSet',
      'podManagementPolicy',
      'Orphan',
      { spec: { podManagementPolicy: 'OrderedReady' } },
      { spec: { podManagementPolicy: 'Parallel' } },
    ],
    [
      'StatefulSet',
      'volumeClaimTemplates',
      'Orphan',
      { spec: {} },
      { spec: { volumeClaimTemplates: [{ metadata: { name: 'data' } }] } },
    ],
    [
      'StatefulSet',
      'selector, whose pods nobody would take over',
      'Background',
      { spec: { serviceName: 'a', selector: { matchLabels: { app: 'a' } } } },
      { spec: { serviceName: 'b', selector: { matchLabels: { app: 'b' } } } },
    ],
    [
      'Deployment',
      'selector',
      'Background',
      { spec: { selector: { matchLabels: { app: 'a' } } } },
      { spec: { selector: { matchLabels: { app: 'b' } } } },
    ],
    [
      'Service',
      'clusterIP',
      'Background',
      { spec: { clusterIP: '10.0.0.1' } },
      { spec: { clusterIP: 'None' } },
    ],
    [
      'ConfigMap',
      'data once it is marked immutable',
      'Background',
      { immutable: true, data: { A: '1' } },
      { immutable: true, data: { A: '2' } },
    ],
  ]
  for (const [kind, field, propagation, live, wanted] of recreated)
    it(`of a ${kind} (${field}) makes it anew, with deletion ${propagation}`, () => {
      const step = stepBetween(kind, live, wanted)
      assert.equal(step.do, 'recreate')
      assert.equal(step.propagation, propagation)
      assert.ok(hasChanges([step]))
    })

  for (const field of ['replicas', 'template', 'updateStrategy', 'minReadySeconds', 'revisionHistoryLimit'])
    it(`is not ${field} of a StatefulSet: that is applied`, () => {
      assert.equal(stepBetween('StatefulSet', { spec: { [field]: 1 } }, { spec: { [field]: 2 } }).do, 'apply')
    })

  it('is not the data of a ConfigMap that is not marked immutable', () => {
    assert.equal(stepBetween('ConfigMap', { data: { A: '1' } }, { data: { A: '2' } }).do, 'apply')
  })

  it('of a volume claim is left as it is, and the plan says which', () => {
    const step = stepBetween(
      'PersistentVolumeClaim',
      claim('1Gi', { storageClassName: 'slow' }),
      claim('2Gi', { storageClassName: 'fast' }),
    )
    assert.equal(step.do, 'keep')
    assert.deepEqual(
      step.differences.map(({ path }) => path),
      ['spec.storageClassName'],
    )
    assert.equal(hasChanges([step]), false)
  })

  it('is the size of a volume claim downwards only', () => {
    assert.equal(stepBetween('PersistentVolumeClaim', claim('2Gi'), claim('1024Mi')).do, 'keep')
    assert.equal(stepBetween('PersistentVolumeClaim', claim('1024Mi'), claim('2Gi')).do, 'apply')
    assert.equal(stepBetween('PersistentVolumeClaim', claim('1Gi'), claim('1024Mi')).do, 'leave')
  })
})

describe('a difference', () => {
  const managed = (entries: readonly object[]): KubeObject => {
    const live = object('Deployment', { spec: { replicas: 3 } })
    return { ...live, metadata: { ...live.metadata, managedFields: entries } as KubeObject['metadata'] }
  }
  const wanted = object('Deployment', { spec: { replicas: 1 } })
  const entry = (manager: string, more: object = {}): object => ({
    manager,
    operation: 'Update',
    fieldsV1: { 'f:spec': { 'f:replicas': {} } },
    ...more,
  })
  const culprit = (live: KubeObject): string | undefined => {
    const [step] = plan([wanted], [live])
    return step?.do === 'apply' ? step.differences[0]?.by : 'no apply'
  }

  it('names who set the live value, by whatever subresource but the status', () => {
    assert.equal(culprit(managed([entry('kubectl-edit')])), 'kubectl-edit')
    assert.equal(culprit(managed([entry('autoscaler', { subresource: 'scale' })])), 'autoscaler')
    assert.equal(culprit(managed([entry('controller', { subresource: 'status' })])), undefined)
  })

  it('names nobody when the value is our own of an earlier time, or nobody can tell', () => {
    assert.equal(
      culprit(managed([entry('dataspace-provisioner-reconcile', { operation: 'Apply' })])),
      undefined,
    )
    assert.equal(culprit(object('Deployment', { spec: { replicas: 3 } })), undefined)
  })
})
