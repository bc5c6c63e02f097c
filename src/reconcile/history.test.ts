/** Tests what is remembered of operations: when they begin, how their steps went, and how they end. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aParticipant, BORN_MS } from '../../test/support/builders.ts'
import { ASKS } from '../model/names.ts'
import type { Outcome } from '../model/outcome.ts'
import type { Condition, Operation, Participant, ParticipantStatus } from '../model/participant.ts'
import { historyAfter, historyOfSuspended } from './history.ts'
import type { PassResult } from './pass.ts'

const done: Outcome = { kind: 'done' }
const waits: Outcome = { kind: 'waiting', reason: 'NotYet', message: 'soon', recheckAfterMs: 10 }
const stalls: Outcome = { kind: 'stalled', reason: 'NamespaceForeign', message: 'delete it' }

/** Of steps that took 100 ms each, from `atMs` after the participant was born. */
function passOf(steps: Readonly<Record<string, Outcome | undefined>>, atMs = 0, failed = false): PassResult {
  const results = Object.entries(steps).map(([name, outcome], index) => {
    const startedMs = BORN_MS + atMs + index * 100
    return {
      name,
      outcome,
      failed: failed && outcome?.kind === 'waiting',
      startedMs,
      endedMs: startedMs + 100,
    }
  })
  const outcome = results.findLast((step) => step.outcome !== undefined)?.outcome ?? done
  return {
    steps: results,
    outcome,
    failed,
    startedMs: BORN_MS + atMs,
    endedMs: BORN_MS + atMs + results.length * 100,
  }
}

const options = { componentsGraceMs: 60_000 }

/** The participant after a pass, as its resource remembers it. */
function after(
  participant: Participant,
  pass: PassResult,
  more: Partial<ParticipantStatus> = {},
): Participant {
  const history = historyAfter(participant, pass, options)
  const { generation = 0 } = participant.metadata
  const status = { ...participant.status, ...history, observedGeneration: generation, ...more }
  return { ...participant, status }
}

function newestOf({ status }: Participant): Operation {
  const newest = status?.operations?.[0]
  assert.ok(newest, 'nothing is remembered')
  return newest
}

function told({ status }: Participant): readonly string[] {
  return (status?.operations ?? []).map(({ id, state }) => `${id} ${state}`)
}

function changed(participant: Participant, metadata: Partial<Participant['metadata']>): Participant {
  return { ...participant, metadata: { ...participant.metadata, ...metadata } }
}

function stalledSince(second: number): Pick<ParticipantStatus, 'conditions' | 'components'> {
  const lastTransitionTime = new Date(BORN_MS + second * 1000).toISOString()
  const stalled: Condition = {
    type: 'Stalled',
    status: 'True',
    reason: 'ComponentFailed',
    message: 'controlplane: cannot pull image',
    lastTransitionTime,
  }
  const component = { name: 'controlplane', status: 'Failed', ready: false, cause: 'ImagePull' } as const
  return { conditions: [stalled], components: [{ ...component, desired: 1, current: 1, readyReplicas: 0 }] }
}

describe('an operation', () => {
  it('begins with the first pass, and tells of the steps that were reached', () => {
    const acme = after(aParticipant(), passOf({ accept: done, namespace: waits, secrets: undefined }))
    assert.deepEqual(acme.status?.operations, [
      {
        id: 'acme.create.uid-acme',
        type: 'create',
        state: 'running',
        generation: 1,
        startedTime: '2026-01-01T00:00:00Z',
        steps: [
          { name: 'accept', state: 'Done', attempts: 1, durationMs: 100 },
          { name: 'namespace', state: 'Waiting', attempts: 1, startedTime: '2026-01-01T00:00:00.100Z' },
        ],
      },
    ])
  })

  it('has succeeded when all steps are done, each with its time over all passes', () => {
    const first = after(aParticipant(), passOf({ accept: done, readiness: waits }))
    const { state, startedTime, finishedTime, steps } = newestOf(
      after(first, passOf({ accept: done, readiness: done }, 9_800)),
    )
    assert.deepEqual(
      [state, startedTime, finishedTime],
      ['succeeded', '2026-01-01T00:00:00Z', '2026-01-01T00:00:10Z'],
    )
    assert.deepEqual(steps, [
      { name: 'accept', state: 'Done', attempts: 1, durationMs: 100 },
      { name: 'readiness', state: 'Done', attempts: 1, durationMs: 9_900 },
    ])
  })

  it('counts tries, not looks, and keeps the last error', () => {
    const retried = { name: 'secrets', state: 'Waiting', attempts: 1, lastTransitionTime: '' } as const
    const failing = { steps: [{ ...retried, nextRetryTime: '2026-01-01T00:00:01Z' }] }
    const first = after(aParticipant(), passOf({ secrets: waits }, 0, true), failing)
    const second = after(first, passOf({ secrets: waits }, 1_000, true), failing)
    const third = after(second, passOf({ secrets: waits }, 2_000), { steps: [retried] })
    const fourth = after(third, passOf({ secrets: waits }, 3_000), { steps: [retried] })
    const { steps } = newestOf(after(fourth, passOf({ secrets: done }, 4_000)))
    assert.deepEqual(steps, [
      { name: 'secrets', state: 'Done', attempts: 3, durationMs: 4_100, lastError: 'NotYet: soon' },
    ])
  })

  it('has failed at the step that stalled, with its reason', () => {
    const acme = after(aParticipant(), passOf({ accept: done, namespace: stalls, secrets: undefined }))
    const { state, error, steps } = newestOf(acme)
    assert.equal(state, 'failed')
    assert.deepEqual(error, { step: 'namespace', code: 'NamespaceForeign', message: 'delete it' })
    assert.deepEqual(steps.at(-1), {
      name: 'namespace',
      state: 'Stalled',
      attempts: 1,
      durationMs: 200,
      lastError: 'NamespaceForeign: delete it',
    })
  })

  it('has failed when a component turned out to need a person, and names the cause', () => {
    const acme = after(aParticipant(), passOf({ readiness: waits }), stalledSince(10))
    const { state, error, steps } = newestOf(after(acme, passOf({ readiness: waits }, 10_000)))
    assert.equal(state, 'failed')
    assert.deepEqual(steps, [
      {
        name: 'readiness',
        state: 'Stalled',
        attempts: 1,
        durationMs: 10_100,
        lastError: 'ImagePull: controlplane: cannot pull image',
      },
    ])
    assert.deepEqual(error, {
      step: 'readiness',
      code: 'ImagePull',
      message: 'controlplane: cannot pull image',
    })
  })

  it('gives components that had failed before it began a grace', () => {
    const failed = after(aParticipant(), passOf({ readiness: waits }), stalledSince(10))
    const over = after(failed, passOf({ readiness: waits }, 10_000), stalledSince(10))
    const asked = changed(over, { annotations: { [ASKS.retry]: 'now' } })
    const retried = after(asked, passOf({ readiness: waits }, 20_000), stalledSince(10))
    assert.equal(newestOf(retried).state, 'running')
    const still = after(retried, passOf({ readiness: waits }, 79_000), stalledSince(10))
    assert.equal(newestOf(still).state, 'running')
    assert.equal(newestOf(after(still, passOf({ readiness: waits }, 80_000))).state, 'failed')
    const well = after(still, passOf({ readiness: done }, 79_500))
    assert.equal(newestOf(well).state, 'succeeded')
  })

  it('never changes once it is over, not even its place in memory', () => {
    const acme = after(aParticipant(), passOf({ readiness: done }))
    const again = historyAfter(acme, passOf({ readiness: stalls }, 60_000), options)
    assert.equal(again.operations, acme.status?.operations)
  })

  it('gives way to another one, and says to which', () => {
    const first = after(aParticipant(), passOf({ readiness: done }))
    const second = after(changed(first, { generation: 2 }), passOf({ readiness: waits }, 1_000))
    const third = after(changed(second, { generation: 3 }), passOf({ readiness: waits }, 2_000))
    const [, older] = third.status?.operations ?? []
    assert.deepEqual(told(third), [
      'acme.update-3.uid-acme running',
      'acme.update-2.uid-acme failed',
      'acme.create.uid-acme succeeded',
    ])
    assert.deepEqual(older?.error, {
      code: 'Superseded',
      message: 'it was not over when another one took its place: acme.update-3.uid-acme',
    })
  })

  it('by which it was created has succeeded when it was READY by the time that another one takes its place', () => {
    const ready = { firstReadyTime: '2026-01-01T00:00:01Z' }
    const first = after(aParticipant(), passOf({ readiness: waits }), ready)
    const asked = changed(first, { annotations: { [ASKS.retry]: 'now' } })
    const [, create] = after(asked, passOf({ readiness: waits }, 1_000)).status?.operations ?? []
    assert.equal(create?.state, 'succeeded')
    assert.deepEqual(create.steps, [{ name: 'readiness', attempts: 1, state: 'Done', durationMs: 1_000 }])
  })

  it('by which it is created goes on when the specification changes meanwhile', () => {
    const first = after(aParticipant(), passOf({ readiness: waits }))
    const second = after(changed(first, { generation: 2 }), passOf({ readiness: done }, 1_000))
    assert.deepEqual(
      second.status?.operations?.map(({ type, state }) => `${type} ${state}`),
      ['create succeeded'],
    )
  })

  it('of a retry is counted, and remembers what it was asked with', () => {
    const first = after(aParticipant(), passOf({ readiness: stalls }))
    const asked = changed(first, { annotations: { [ASKS.retry]: 'now' } })
    const second = after(asked, passOf({ readiness: done }, 1_000))
    assert.deepEqual([second.status?.lastHandledRetry, second.status?.retries], ['now', 1])
    assert.deepEqual(
      second.status?.operations?.map(({ id, state }) => `${id} ${state}`),
      ['acme.retry-1.uid-acme succeeded', 'acme.create.uid-acme failed'],
    )
  })

  it('of a removal runs until the resource is gone, whatever stalls and whoever asks for a retry', () => {
    const going = changed(after(aParticipant(), passOf({ readiness: waits })), {
      deletionTimestamp: '2026-01-01T00:00:01Z',
    })
    const stuck = after(going, passOf({ 'remove-namespace': stalls }, 1_000))
    assert.equal(newestOf(stuck).state, 'running')
    const retried = after(
      changed(stuck, { annotations: { [ASKS.retry]: 'now' } }),
      passOf({ 'remove-namespace': waits }, 2_000),
    )
    assert.deepEqual(
      retried.status?.operations?.map(({ type, state }) => `${type} ${state}`),
      ['delete running', 'retry succeeded', 'create failed'],
    )
  })
})

describe('a suspension', () => {
  const ready = after(aParticipant(), passOf({ readiness: done }))
  const suspended = changed({ ...ready, spec: { ...ready.spec, suspended: true } }, { generation: 2 })

  it('is over at once, and recorded once', () => {
    const history = historyOfSuspended(suspended, BORN_MS + 1_000)
    assert.deepEqual(
      history.operations?.map(({ id, state, steps }) => `${id} ${state} ${steps.length}`),
      ['acme.suspend-2.uid-acme succeeded 0', 'acme.create.uid-acme succeeded 1'],
    )
    const said = { ...suspended, status: { ...suspended.status, ...history, observedGeneration: 2 } }
    assert.equal(historyOfSuspended(said, BORN_MS + 2_000).operations, history.operations)
  })

  it('ends with an operation that has all steps done again', () => {
    const history = historyOfSuspended(suspended, BORN_MS + 1_000)
    const resumed = changed({ ...ready, status: { ...ready.status, ...history } }, { generation: 3 })
    const { id, state } = newestOf(after(resumed, passOf({ readiness: done }, 2_000)))
    assert.deepEqual([id, state], ['acme.resume-3.uid-acme', 'succeeded'])
  })
})
