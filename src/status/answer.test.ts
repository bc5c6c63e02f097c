import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aHealthySnapshot, aParticipant, BORN } from '../../test/support/builders.ts'
import type { Step } from '../model/participant.ts'
import { type Answer, renderAnswer } from './answer.ts'
import { relevantEvents } from './events/relevant.ts'
import { tellEvents } from './events/tell.ts'
import { judge, type Snapshot } from './participant.ts'

const step = (name: string, differs: Partial<Step> = {}): Step => ({
  name,
  state: 'Done',
  attempts: 1,
  lastTransitionTime: BORN,
  ...differs,
})

function answer(differs: Partial<Snapshot> = {}): Answer {
  const snapshot = aHealthySnapshot(differs)
  const { participant, nowMs } = snapshot
  const verdict = judge(snapshot)
  const relevant = relevantEvents(snapshot)
  return renderAnswer({
    participant,
    verdict,
    since: BORN,
    lastUpdated: BORN,
    conditions: [],
    story: tellEvents({ participant, components: verdict.components, relevant, nowMs }),
  })
}

describe('the body of the status call', () => {
  it('has the members of the v1 contract first, in their order', () => {
    assert.deepEqual(Object.keys(answer()).slice(0, 6), [
      'participantName',
      'status',
      'lastUpdated',
      'components',
      'message',
      'events',
    ])
  })

  it('gives each component its replicas in the words of the contract', () => {
    const { components } = answer()
    const { status, ready, replicas } = components['postgres'] ?? assert.fail('no postgres')
    assert.deepEqual(
      { status, ready, replicas },
      {
        status: 'Running',
        ready: true,
        replicas: { desired: 1, current: 1, ready: 1 },
      },
    )
  })

  it('gives every component that is not ready a message', () => {
    const { components } = answer({ workloads: [] })
    for (const component of Object.values(components)) assert.ok((component.message ?? '').length > 0)
  })

  it('tells own steps as Info, stalled ones as Warning, newest first, and at most ten events', () => {
    const steps = [
      step('namespace', { lastTransitionTime: '2026-01-01T00:00:05Z' }),
      step('workloads', { state: 'Stalled', lastTransitionTime: '2026-01-01T00:00:09Z', message: 'refused' }),
      ...Array.from({ length: 10 }, (_, index) => step(`step-${index}`)),
    ]
    const { events } = answer({ participant: aParticipant({ status: { steps } }) })
    assert.equal(events.length, 10)
    assert.deepEqual(
      events.slice(0, 2).map(({ type, message }) => [type, message]),
      [
        ['Warning', 'Step workloads stalled: refused'],
        ['Info', 'Step namespace done'],
      ],
    )
  })

  it('mentions components that became ready', () => {
    const messages = answer().events.map(({ message }) => message)
    assert.ok(messages.includes('Deployment controlplane ready'))
  })
})
