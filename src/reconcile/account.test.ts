import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RecordedLog } from '../../test/support/recorded-log.ts'
import type { Happening } from '../model/happening.ts'
import type { KubeObject } from '../model/kubernetes.ts'
import type { ObjectWrite } from '../model/object-write.ts'
import type { PlanStep } from '../plan/plan.ts'
import { account, messageOf } from './account.ts'

const object = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'vault', namespace: 'acme' },
} as KubeObject
const secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'keys', namespace: 'acme' },
  stringData: { password: 'hush' },
} as KubeObject
const differing = (by?: string): PlanStep => ({
  do: 'apply',
  object,
  live: object,
  differences: [
    { path: 'spec.type', wanted: 'ClusterIP', live: 'NodePort', ...(by !== undefined && { by }) },
  ],
})
const steps: readonly PlanStep[] = [
  { do: 'leave', object, live: object, because: 'same' },
  { do: 'create', object },
  differing(),
  differing('kubectl-edit'),
  { do: 'recreate', object, live: object, differences: [], propagation: 'Orphan' },
  { do: 'keep', object, live: object, differences: [] },
  { do: 'prune', object },
  { do: 'rotate', object: secret, live: secret },
  { do: 'complete', object: secret, live: secret },
]

describe('the account of a pass', () => {
  it('counts what was written, drift apart from what a new spec asks for', () => {
    const writes: ObjectWrite[] = []
    const log = new RecordedLog()
    const onWrite = (write: ObjectWrite): void => void writes.push(write)
    const told: Happening[] = []
    const tell = (happening: Happening): void => void told.push(happening)
    for (const step of steps) account({ name: 'acme', log, onWrite, tell }, step)
    assert.deepEqual(writes, [
      'created',
      'changed',
      'repaired',
      'recreated',
      'pruned',
      'rotated',
      'completed',
    ])
    assert.deepEqual(log.texts('warn'), ['drift repaired'])
    assert.deepEqual(
      told.map(({ reason, note }) => `${reason}: ${note}`),
      [
        'DriftRepaired: Service "vault" was changed by somebody and is put back: spec.type (set by "kubectl-edit"). To change it for good, change the Participant or its profile',
      ],
    )
  })

  it('says in words which field of what was put right and who had set it, but no value', () => {
    assert.equal(
      messageOf([differing('kubectl-edit')]),
      'corrected Service "vault": spec.type (set by "kubectl-edit")',
    )
    assert.doesNotMatch(messageOf(steps) ?? '', /NodePort|ClusterIP/u)
  })

  it('names the Secrets that got new values and the keys that were added, but no value', () => {
    const said = messageOf(steps.slice(-2))
    assert.equal(
      said,
      'gave Secret "keys" new values, as asked for; added to Secret "keys" what it lacked: password',
    )
  })

  it('is silent when nothing that was there had to be touched', () => {
    assert.equal(messageOf(steps.slice(0, 2)), undefined)
  })

  it('names a few fields and counts the others', () => {
    const paths = Array.from({ length: 9 }, (_, index) => ({ path: `data.${index}`, wanted: 1, live: 2 }))
    const step: PlanStep = { do: 'apply', object, live: object, differences: paths }
    assert.match(messageOf([step]) ?? '', /data\.4, 4 more$/u)
  })
})
