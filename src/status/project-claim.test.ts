import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { KubeObject } from '../model/kubernetes.ts'
import { projectClaim } from './project-claim.ts'

describe('what is kept of a PersistentVolumeClaim', () => {
  it('is whether there is a volume, and the class that should make one', () => {
    const claim = projectClaim({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace: 'acme', deletionTimestamp: '2026-01-01T00:00:00Z' },
      spec: { storageClassName: 'fast' },
      status: { phase: 'Bound' },
    } as KubeObject)
    assert.deepEqual([claim.phase, claim.storageClass, claim.terminating], ['Bound', 'fast', true])
  })

  it('is Pending when it has no status yet', () => {
    const { phase, storageClass, terminating } = projectClaim({} as KubeObject)
    assert.deepEqual(
      { phase, storageClass, terminating },
      { phase: 'Pending', storageClass: '', terminating: false },
    )
  })
})
