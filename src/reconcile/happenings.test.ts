/** Tests what is told by events after a status write. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aParticipant, BORN, BORN_MS } from '../../test/support/builders.ts'
import type { Operation, Step } from '../model/participant.ts'
import { happeningsOf, releaseOf } from './happenings.ts'

function step(state: Step['state'], more: Partial<Step> = {}): Step {
  return { name: 'namespace', state, attempts: 1, lastTransitionTime: BORN, ...more }
}

const foreign = { reason: 'NamespaceForeign', message: 'delete it' }
const failing = { reason: 'Forbidden', message: 'may not', nextRetryTime: BORN }
const running: Operation = {
  id: 'acme.create.u',
  type: 'create',
  state: 'running',
  generation: 1,
  startedTime: BORN,
  steps: [],
}

function told(
  before: readonly Step[] | undefined,
  now: readonly Step[],
  operations = [running],
): readonly string[] {
  const participant = aParticipant({ status: { operations: [running], ...(before && { steps: before }) } })
  return happeningsOf(participant, { steps: now, operations }).map(
    ({ type, reason, action, note }) => `${type} ${reason} ${action}: ${note}`,
  )
}

describe('what is told of a step', () => {
  it('is that it stalled, once for each reason', () => {
    const line = 'Warning NamespaceForeign Create: step namespace cannot go on: delete it'
    assert.deepEqual(told(undefined, [step('Stalled', foreign)]), [line])
    assert.deepEqual(told([step('Waiting')], [step('Stalled', foreign)]), [line])
    assert.deepEqual(told([step('Stalled', foreign)], [step('Stalled', { ...foreign, message: 'x' })]), [])
  })

  it('is that it failed and is tried again, not that it waits', () => {
    const line = 'Warning Forbidden Create: step namespace failed and is tried again: may not'
    assert.deepEqual(told([step('Pending')], [step('Waiting', failing)]), [line])
    assert.deepEqual(told([step('Waiting', failing)], [step('Waiting', failing)]), [])
    assert.deepEqual(told([step('Waiting')], [step('Waiting', { reason: 'NamespaceTerminating' })]), [])
  })

  it('is that it recovered, not that it is done', () => {
    assert.deepEqual(told([step('Stalled', foreign)], [step('Done')]), [
      'Normal StepRecovered Create: step namespace is done, which was in trouble before (NamespaceForeign)',
    ])
    assert.deepEqual(told([step('Waiting', failing)], [step('Done')]), [
      'Normal StepRecovered Create: step namespace is done, which was in trouble before (Forbidden)',
    ])
    assert.deepEqual(told([step('Waiting')], [step('Done')]), [])
    assert.deepEqual(told(undefined, [step('Done')]), [])
  })
})

describe('what is told of an operation', () => {
  const over = { finishedTime: '2026-01-01T00:00:12Z' }

  it('is how it ended, with step, time and cause', () => {
    assert.deepEqual(told([], [], [{ ...running, ...over, state: 'succeeded' }]), [
      'Normal OperationSucceeded Create: create succeeded after 12 s',
    ])
    const error = { step: 'readiness', code: 'ImagePull', message: 'controlplane: cannot pull image' }
    assert.deepEqual(told([], [], [{ ...running, ...over, state: 'failed', error }]), [
      'Warning OperationFailed Create: create failed after 12 s at step readiness (ImagePull). Once the cause is gone it goes on by itself; at once with: kubectl annotate participant acme dataspaces.dev/retry="$(date)" --overwrite',
    ])
  })

  it('is, of one that gave way, to which', () => {
    const error = { code: 'Superseded', message: 'another one took its place: acme.update-2.u' }
    assert.deepEqual(told([], [], [{ ...running, ...over, state: 'failed', error }]), [
      'Warning OperationFailed Create: create failed after 12 s: another one took its place: acme.update-2.u',
    ])
  })

  it('is nothing while it runs, nor what was told before', () => {
    assert.deepEqual(told([], [], [running]), [])
    const operations = [{ ...running, ...over, state: 'succeeded' as const }]
    const participant = aParticipant({ status: { operations } })
    assert.deepEqual(happeningsOf(participant, { operations, steps: [] }), [])
  })

  it('is, of a removal, that the participant is released', () => {
    const { note } = releaseOf(aParticipant({ metadata: { deletionTimestamp: BORN } }), BORN_MS + 4_200)
    assert.equal(note, 'delete succeeded after 4.2 s: participant "acme" is released')
  })
})
