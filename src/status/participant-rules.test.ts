/** Each rule on the whole participant under its own name, and what comes before it. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  aDeployment,
  aHealthySnapshot,
  aNamespace,
  aParticipant,
  BORN,
  BORN_MS,
} from '../../test/support/builders.ts'
import type { ObservedWorkload } from '../model/observed.ts'
import type { Step } from '../model/participant.ts'
import { judge, PARTICIPANT_RULES, type Snapshot } from './participant.ts'

interface Case {
  readonly given: Partial<Snapshot>
  readonly is: string
  readonly reason: string
}

const healthy = aHealthySnapshot().workloads
const down = (each: ObservedWorkload): ObservedWorkload => ({
  ...each,
  ready: 0,
  available: 0,
  conditions: [],
})
const replaced = (...workloads: readonly ObservedWorkload[]): readonly ObservedWorkload[] => [
  ...healthy.filter(({ name }) => !workloads.some((each) => each.name === name)),
  ...workloads,
]
const gaveUp = (available: number): ObservedWorkload =>
  aDeployment({
    name: 'dataplane',
    current: 2,
    available,
    conditions: [
      {
        type: 'Progressing',
        status: 'False',
        reason: 'ProgressDeadlineExceeded',
        message: 'timed out',
        lastTransitionTime: BORN,
      },
    ],
  })
const zero = aDeployment({ name: 'dataplane', desired: 0, current: 0, updated: 0, ready: 0, available: 0 })
const step = (name: string, state: Step['state']): Step => ({
  name,
  state,
  attempts: 1,
  lastTransitionTime: BORN,
  reason: 'SomethingHolds',
  message: 'it holds',
})
const withStep = (name: string, state: Step['state']) =>
  aParticipant({ status: { observedGeneration: 1, steps: [step(name, state)] } })
const is = (type: string, status: 'True' | 'False' | 'Unknown') => ({
  type,
  status,
  reason: 'Told',
  message: 'it is told',
  lastTransitionTime: BORN,
})
const LATER = new Date(BORN_MS + 60_000).toISOString()
const seededAs = (issued: 'True' | 'False' | 'Unknown', steps: readonly Step[] = []) => {
  const held = ['ComponentsReady', 'IssuerRegistered', 'Seeded'].map((type) => is(type, 'True'))
  const conditions = [...held, is('CredentialIssued', issued)]
  return aParticipant({ status: { observedGeneration: 1, steps, conditions } })
}
const readyAgain = (after: string) => {
  const { status } = seededAs('True')
  const [, ...seed] = status?.conditions ?? []
  const ready = { ...is('ComponentsReady', 'True'), lastTransitionTime: after }
  return aParticipant({ status: { ...status, conditions: [ready, ...seed] } })
}
const going = aParticipant({ metadata: { deletionTimestamp: BORN } })
const remaining = aNamespace({
  terminating: true,
  conditions: [
    {
      type: 'NamespaceFinalizersRemaining',
      status: 'True',
      reason: 'SomeFinalizersRemain',
      message:
        'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
      lastTransitionTime: BORN,
    },
  ],
})

const BY_RULE: Readonly<Record<string, Readonly<Record<string, Case>>>> = {
  'a participant whose resource or namespace is being deleted is DELETING and names what remains': {
    'the resource, all healthy': { given: { participant: going }, is: 'DELETING', reason: 'Deleting' },
    'the namespace': { given: { namespace: remaining }, is: 'DELETING', reason: 'Deleting' },
    'for five minutes, with something remaining': {
      given: { participant: going, namespace: remaining, nowMs: BORN_MS + 300_000 },
      is: 'DELETING',
      reason: 'DeletionStuck',
    },
    'for five minutes, with nothing that remains known': {
      given: { participant: going, nowMs: BORN_MS + 300_000 },
      is: 'DELETING',
      reason: 'Deleting',
    },
  },
  'a step that only a person can help makes it FAILED, or DEGRADED once it has been READY': {
    never: {
      given: { participant: withStep('namespace', 'Stalled') },
      is: 'FAILED',
      reason: 'SomethingHolds',
    },
    once: {
      given: { participant: withStep('namespace', 'Stalled'), everReady: true },
      is: 'DEGRADED',
      reason: 'SomethingHolds',
    },
  },
  'an observed participant without any workload is PROVISIONING': {
    empty: {
      given: { participant: aParticipant({ spec: { mode: 'Observed' } }), workloads: [] },
      is: 'PROVISIONING',
      reason: 'NothingToObserve',
    },
  },
  'a participant that has been READY and lost what it was seeded with is DEGRADED until that is repaired': {
    'the credential': {
      given: { participant: seededAs('False'), everReady: true },
      is: 'DEGRADED',
      reason: 'SeedLost',
    },
    'nor before a component that is down': {
      given: {
        participant: seededAs('False'),
        everReady: true,
        workloads: healthy.map(down),
      },
      is: 'DEGRADED',
      reason: 'ComponentsNotReady',
    },
  },
  'a participant that has been READY is DEGRADED while nobody has looked whether it is seeded since its components became ready':
    {
      'found before': {
        given: { participant: readyAgain(LATER), everReady: true },
        is: 'DEGRADED',
        reason: 'SeedUnverified',
      },
      'nobody ever looked': {
        given: { seeded: true, everReady: true },
        is: 'DEGRADED',
        reason: 'SeedUnverified',
      },
      'nobody has come to the last of it': {
        given: { participant: seededAs('Unknown'), everReady: true },
        is: 'DEGRADED',
        reason: 'SeedUnverified',
      },
      'found since': {
        given: { participant: readyAgain(BORN), everReady: true },
        is: 'READY',
        reason: 'AllComponentsReady',
      },
    },
  'a participant that is seeded is PROVISIONING until its issuer knows it, its seed is in place and it holds its credential':
    {
      'no step says why': {
        given: { participant: seededAs('Unknown') },
        is: 'PROVISIONING',
        reason: 'Seeding',
      },
      'a step says why': {
        given: { participant: seededAs('False', [step('credential', 'Waiting')]) },
        is: 'PROVISIONING',
        reason: 'SomethingHolds',
      },
      'nothing is told yet': {
        given: { seeded: true },
        is: 'PROVISIONING',
        reason: 'Seeding',
      },
      'all was there before its components became ready again': {
        given: { participant: readyAgain(LATER), seeded: true },
        is: 'PROVISIONING',
        reason: 'Seeding',
      },
      'all is there': {
        given: { participant: seededAs('True'), seeded: true },
        is: 'READY',
        reason: 'AllComponentsReady',
      },
    },
  'a participant is READY when every expected component is ready': {
    healthy: { given: {}, is: 'READY', reason: 'AllComponentsReady' },
    'with a Deployment in the place of a StatefulSet': {
      given: { workloads: replaced(aDeployment({ name: 'postgres' })) },
      is: 'READY',
      reason: 'AllComponentsReady',
    },
  },
  'a participant that has been READY once and is not now is DEGRADED': {
    'all down': {
      given: { workloads: healthy.map(down), everReady: true },
      is: 'DEGRADED',
      reason: 'ComponentsNotReady',
    },
    'a component gone': {
      given: { workloads: healthy.slice(1), everReady: true, nowMs: BORN_MS + 3_600_000 },
      is: 'DEGRADED',
      reason: 'ComponentsNotReady',
    },
  },
  'a participant that was never READY is FAILED when a component cannot become ready without a person': {
    'given up': { given: { workloads: replaced(gaveUp(0)) }, is: 'FAILED', reason: 'ComponentFailed' },
    'missing for ten minutes': {
      given: { workloads: healthy.slice(1), nowMs: BORN_MS + 600_000 },
      is: 'FAILED',
      reason: 'ComponentFailed',
    },
    'beside one scaled to zero': {
      given: { workloads: replaced(aDeployment({ ...zero, name: 'controlplane' }), gaveUp(0)) },
      is: 'FAILED',
      reason: 'ComponentFailed',
    },
  },
  'a participant with a component scaled to zero is DEGRADED, never PROVISIONING': {
    'after an hour': {
      given: { workloads: replaced(zero), nowMs: BORN_MS + 3_600_000 },
      is: 'DEGRADED',
      reason: 'ScaledToZero',
    },
    'while others start': {
      given: { workloads: replaced(zero).map((each) => (each.name === 'vault' ? down(each) : each)) },
      is: 'DEGRADED',
      reason: 'ScaledToZero',
    },
  },
  'a participant that was never READY but serves partly after a failed rollout is DEGRADED': {
    'the old pod serves': {
      given: { workloads: replaced(gaveUp(1)) },
      is: 'DEGRADED',
      reason: 'ComponentDegraded',
    },
    'not while another component starts': {
      given: { workloads: replaced(gaveUp(1)).map((each) => (each.name === 'vault' ? down(each) : each)) },
      is: 'PROVISIONING',
      reason: 'ComponentsStarting',
    },
  },
  'a step that waits for something outside makes it PROVISIONING with the reason of the step': {
    waiting: {
      given: { participant: withStep('namespace', 'Waiting'), workloads: healthy.map(down) },
      is: 'PROVISIONING',
      reason: 'SomethingHolds',
    },
  },
  'a participant that was never READY is PROVISIONING while nothing has failed': {
    'nothing there': { given: { workloads: [] }, is: 'PROVISIONING', reason: 'Creating' },
    'some up': {
      given: { workloads: healthy.map((each) => (each.name === 'vault' ? each : down(each))) },
      is: 'PROVISIONING',
      reason: 'ComponentsStarting',
    },
  },
}

describe('the rules on a participant', () => {
  it('has a test for every rule', () => {
    assert.deepEqual(
      Object.keys(BY_RULE),
      PARTICIPANT_RULES.map(({ name }) => name),
    )
  })

  for (const [rule, cases] of Object.entries(BY_RULE))
    describe(rule, () => {
      for (const [what, { given, is, reason }] of Object.entries(cases))
        it(`${what}: ${is} ${reason}`, () => {
          const verdict = judge(aHealthySnapshot(given))
          assert.deepEqual([verdict.phase, verdict.reason], [is, reason])
          assert.notEqual(verdict.message, '')
        })
    })

  it('names the finalizers that hold a deletion', () => {
    const { message, recheckAtMs } = judge(aHealthySnapshot({ participant: going, namespace: remaining }))
    assert.match(message, /example\.com\/hold/u)
    assert.equal(recheckAtMs, BORN_MS + 300_000)
  })

  it('tells what hinders a deletion as a list', () => {
    const [condition] = remaining.conditions
    assert.ok(condition)
    const conditions = [
      { ...condition, message: 'pods remain' },
      { ...condition, message: 'a finalizer too' },
    ]
    const { message } = judge(aHealthySnapshot({ namespace: { ...remaining, conditions } }))
    assert.equal(message, 'The participant is being deleted: pods remain; a finalizer too')
  })

  it('tells what failed before what is merely not ready', () => {
    const waiting = aDeployment({ name: 'controlplane', ready: 0, available: 0 })
    const workloads = replaced(waiting, gaveUp(0))
    const { message } = judge(aHealthySnapshot({ workloads, everReady: true }))
    assert.match(message, /^dataplane: .*; controlplane: /u)
  })
})
