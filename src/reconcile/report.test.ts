/** Tests what the status says after a pass, and when it stays silent. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Outcome } from '../model/outcome.ts'
import { type Condition, type Participant, SPEC_DEFAULTS } from '../model/participant.ts'
import { SEED_STEPS } from '../model/seed-steps.ts'
import type { PassResult } from './pass.ts'
import {
  reportOf as reportOfPass,
  reportSuspended,
  type ReconcileStatus,
  saysAlready,
  statusPatch,
} from './report.ts'

const NOON = Date.parse('2026-01-01T12:00:00.250Z')

const acme: Participant = {
  apiVersion: 'dataspaces.dev/v1alpha1',
  kind: 'Participant',
  metadata: { name: 'acme', uid: 'u1', generation: 3 },
  spec: { ...SPEC_DEFAULTS, did: 'did:web:acme.example' },
}

const done: Outcome = { kind: 'done' }
const terminating: Outcome = {
  kind: 'waiting',
  reason: 'NamespaceTerminating',
  message: 'wait',
  recheckAfterMs: 2_000,
}
const foreign: Outcome = { kind: 'stalled', reason: 'NamespaceForeign', message: 'delete it' }

type Timeless = Omit<PassResult, 'startedMs' | 'endedMs' | 'steps'> & {
  readonly steps: readonly Omit<PassResult['steps'][number], 'startedMs' | 'endedMs'>[]
}

/** Of a pass that took no time. */
function reportOf(participant: Participant, pass: Timeless, nowMs: number): ReconcileStatus {
  const times = { startedMs: nowMs, endedMs: nowMs }
  const steps = pass.steps.map((step) => ({ ...step, ...times }))
  return reportOfPass(participant, { ...pass, ...times, steps }, { componentsGraceMs: 0 })
}

function passOf(steps: Readonly<Record<string, Outcome | undefined>>, failed = false): Timeless {
  const outcomes = Object.entries(steps)
  const outcome = outcomes.findLast(([, each]) => each !== undefined)?.[1] ?? done
  return {
    steps: outcomes.map(([name, each]) => ({ name, outcome: each, failed: failed && each === outcome })),
    outcome,
    failed,
  }
}

function after(status: ReconcileStatus): Participant {
  return { ...acme, status }
}

function conditionOf(status: ReconcileStatus, type: string): Condition {
  const condition = status.conditions?.find((each) => each.type === type)
  assert.ok(condition, `there is no condition ${type}`)
  return condition
}

describe('the report of a pass', () => {
  it('lists every step, those not reached as Pending', () => {
    const report = reportOf(acme, passOf({ accept: done, namespace: terminating, secrets: undefined }), NOON)
    assert.deepEqual(report.steps, [
      { name: 'accept', state: 'Done', attempts: 1, lastTransitionTime: '2026-01-01T12:00:00Z' },
      {
        name: 'namespace',
        state: 'Waiting',
        attempts: 1,
        lastTransitionTime: '2026-01-01T12:00:00Z',
        reason: 'NamespaceTerminating',
        message: 'wait',
      },
      { name: 'secrets', state: 'Pending', attempts: 0, lastTransitionTime: '2026-01-01T12:00:00Z' },
    ])
  })

  it('says why the namespace is not ready while something is waited for', () => {
    const report = reportOf(acme, passOf({ namespace: terminating }), NOON)
    assert.deepEqual(conditionOf(report, 'NamespaceReady'), {
      type: 'NamespaceReady',
      status: 'False',
      reason: 'NamespaceTerminating',
      message: 'wait',
      lastTransitionTime: '2026-01-01T12:00:00Z',
      observedGeneration: 3,
    })
    assert.equal(report.namespace, undefined)
  })

  it('names the namespace when everything is done', () => {
    const report = reportOf(acme, passOf({ namespace: done, readiness: done }), NOON)
    assert.equal(conditionOf(report, 'NamespaceReady').reason, 'NamespaceOwned')
    assert.equal(report.namespace, 'acme')
    assert.equal(report.observedGeneration, 3)
  })

  it('keeps what was known of the namespace when that step was not reached', () => {
    const known = reportOf(acme, passOf({ accept: done, namespace: done }), NOON)
    const report = reportOf(after(known), passOf({ accept: foreign, namespace: undefined }), NOON + 60_000)
    assert.equal(conditionOf(report, 'NamespaceReady').status, 'True')
    assert.equal(report.namespace, 'acme')
  })

  it('says NamespaceReady is false once the namespace has been removed', () => {
    const report = reportOf(acme, passOf({ 'remove-namespace': done, release: terminating }), NOON)
    assert.equal(conditionOf(report, 'NamespaceReady').reason, 'NamespaceReleased')
  })

  it('names the namespace of one that is only observed, without calling it ours', () => {
    const observed: Participant = { ...acme, spec: { ...acme.spec, mode: 'Observed' } }
    const report = reportOf(observed, passOf({ accept: done, readiness: done }), NOON)
    assert.equal(report.namespace, 'acme')
    const { status, reason } = conditionOf(report, 'NamespaceReady')
    assert.deepEqual([status, reason], ['Unknown', 'Observed'])
  })

  it('changes a transition time only together with the status or the state', () => {
    const first = reportOf(acme, passOf({ namespace: terminating }), NOON)
    const second = reportOf(after(first), passOf({ namespace: terminating }), NOON + 60_000)
    assert.deepEqual(second, first)
    const third = reportOf(after(second), passOf({ namespace: done }), NOON + 120_000)
    assert.equal(conditionOf(third, 'NamespaceReady').lastTransitionTime, '2026-01-01T12:02:00Z')
    assert.equal(third.steps?.[0]?.lastTransitionTime, '2026-01-01T12:02:00Z')
  })

  it('says that a seed found again after the components became ready is there since then', () => {
    const since = (readyAt: string, findsAt: number): string | undefined => {
      const told = { status: 'True' as const, reason: 'Told', message: '' }
      const conditions = [
        { ...told, type: 'ComponentsReady', lastTransitionTime: readyAt },
        { ...told, type: 'Seeded', lastTransitionTime: '2026-01-01T11:00:00Z' },
      ]
      const pass = passOf(Object.fromEntries(SEED_STEPS.map((name) => [name, done])))
      const report = reportOf({ ...acme, status: { conditions } }, pass, findsAt)
      return conditionOf(report, 'Seeded').lastTransitionTime
    }
    assert.equal(since('2026-01-01T10:59:00Z', NOON), '2026-01-01T11:00:00Z')
    assert.equal(since('2026-01-01T11:59:00Z', NOON), '2026-01-01T12:00:00Z')
    assert.equal(since('2026-01-01T12:00:05Z', NOON), '2026-01-01T12:00:05Z', 'by a clock that is behind')
  })

  it('counts the failed tries of a step and says when the next one comes, until its state changes', () => {
    const failed = passOf({ namespace: terminating }, true)
    const first = reportOf(acme, failed, NOON)
    const second = reportOf(after(first), failed, NOON + 10_000)
    assert.equal(second.steps?.[0]?.attempts, 2)
    assert.equal(second.steps?.[0]?.nextRetryTime, '2026-01-01T12:00:12Z')
    const third = reportOf(after(second), passOf({ namespace: done }), NOON + 20_000)
    assert.equal(third.steps?.[0]?.attempts, 1)
    assert.equal(third.steps?.[0]?.nextRetryTime, undefined)
  })

  it('is cut to a length that the resource can hold', () => {
    const report = reportOf(acme, passOf({ namespace: { ...foreign, message: 'x'.repeat(100_000) } }), NOON)
    assert.ok((report.steps?.[0]?.message?.length ?? 0) <= 4_000)
    assert.ok(conditionOf(report, 'NamespaceReady').message.length <= 4_000)
  })
})

describe('the report of a suspended participant', () => {
  it('leaves steps and namespace as they were', () => {
    const known = reportOf(acme, passOf({ namespace: done, readiness: terminating }), NOON)
    const report = reportSuspended(after(known), NOON)
    assert.equal(conditionOf(report, 'NamespaceReady').status, 'True')
    assert.deepEqual(report.steps, known.steps)
    assert.equal(report.namespace, 'acme')
  })
})

describe('saysAlready', () => {
  const report = reportOf(acme, passOf({ namespace: done }), NOON)

  it('holds when the resource says the same in another order, beside what others wrote', () => {
    const held: Participant = {
      ...acme,
      status: {
        phase: 'READY',
        conditions: [
          { type: 'Ready', status: 'True', reason: 'X', message: '', lastTransitionTime: '' },
          ...(report.conditions ?? []).toReversed(),
        ],
        steps: report.steps ?? [],
        namespace: 'acme',
        observedGeneration: 3,
        operations: structuredClone(report.operations ?? []),
      },
    }
    assert.equal(saysAlready(held, report), true)
  })

  it('does not hold for a resource without status, nor for another message', () => {
    assert.equal(saysAlready(acme, report), false)
    const other = reportOf(acme, passOf({ namespace: foreign }), NOON)
    assert.equal(saysAlready(after(report), other), false)
  })
})

it('a status write carries identity and our fields only, so that no other manager loses one', () => {
  const report = reportOf(acme, passOf({ namespace: done }), NOON)
  const patch = statusPatch({ ...acme, metadata: { ...acme.metadata, finalizers: ['x'] } }, report)
  assert.deepEqual(Object.keys(patch).toSorted(), ['apiVersion', 'kind', 'metadata', 'status'])
  assert.deepEqual(patch.metadata, { name: 'acme', uid: 'u1' })
  assert.deepEqual(Object.keys(patch.status ?? {}).toSorted(), [
    'conditions',
    'namespace',
    'observedGeneration',
    'operations',
    'steps',
  ])
})
