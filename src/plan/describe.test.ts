import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { KubeObject } from '../model/kubernetes.ts'
import { describePlan } from './describe.ts'
import { plan } from './plan.ts'

const labels = {
  'app.kubernetes.io/managed-by': 'dataspace-provisioner',
  'dataspaces.dev/participant': 'acme',
}
const config = (name: string, data: Readonly<Record<string, string>>): KubeObject & { data: object } => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'acme', labels },
  data,
})
const secret = (values: object): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'keys', namespace: 'acme', labels },
  ...values,
})

const applied = (object: KubeObject): KubeObject => {
  const managedFields = [{ manager: 'dataspace-provisioner-reconcile', operation: 'Apply', fieldsV1: {} }]
  return { ...object, metadata: { ...object.metadata, managedFields } as KubeObject['metadata'] }
}

describe('a plan in words', () => {
  it('has a line per step and shows what differs, but nothing of a Secret', () => {
    const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'acme', labels } }
    const going = {
      ...config('going', {}),
      metadata: { ...config('going', {}).metadata, deletionTimestamp: 'now' },
    }
    const steps = plan(
      [
        namespace,
        config('a', { X: '1', Y: 'new\nline' }),
        config('b', {}),
        config('going', {}),
        secret({ stringData: { key: 'hush' } }),
      ],
      [
        config('a', { X: '2' }),
        config('b', {}),
        going,
        secret({ data: { key: 'quiet' } }),
        applied(config('old', {})),
      ],
    )
    assert.deepEqual(describePlan(steps), [
      'create   Namespace acme',
      'apply    ConfigMap acme/a',
      '         data.X: "2" -> "1"',
      '         data.Y: (none) -> "new\\nline"',
      'leave    ConfigMap acme/b',
      'leave    ConfigMap acme/going (is being deleted; created again once it has gone)',
      'leave    Secret acme/keys (its values stay until somebody asks for others)',
      'prune    ConfigMap acme/old',
    ])
  })
})
