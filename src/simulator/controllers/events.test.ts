import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RESOURCES } from '../../model/kubernetes.ts'
import { type MemoryState, openState } from '../memory-state.ts'
import type { StoredObject } from '../state.ts'
import { EventRecorder, type Note } from './events.ts'
import { EVENT } from './objects.ts'
import { only } from './testing.ts'

const START_MS = Date.UTC(2026, 0, 1)

function open(): {
  state: MemoryState
  about: StoredObject
  recorder: EventRecorder
  clock: { nowMs: number }
} {
  const clock = { nowMs: START_MS }
  let uids = 0
  const state = openState({ now: () => clock.nowMs, newUid: () => `uid-${(uids += 1)}` })
  const metadata = { namespace: 'default', name: 'app' }
  const about = state.create(RESOURCES.Pod, { apiVersion: 'v1', kind: 'Pod', metadata })
  return { state, about, clock, recorder: new EventRecorder(state, () => clock.nowMs) }
}

function note(about: StoredObject, message: string): Note {
  return { about, type: 'Normal', reason: 'Pulling', message, component: 'kubelet' }
}

describe('events', () => {
  it('that repeat are counted', () => {
    const { state, about, recorder, clock } = open()
    recorder.record(note(about, 'again'))
    clock.nowMs += 5000
    recorder.record(note(about, 'again'))
    const event = only(state.list(EVENT))
    const { count, firstTimestamp, lastTimestamp, source } = event as unknown as Record<string, unknown>
    assert.deepEqual(
      { count, firstTimestamp, lastTimestamp, source },
      {
        count: 2,
        firstTimestamp: '2026-01-01T00:00:00Z',
        lastTimestamp: '2026-01-01T00:00:05Z',
        source: { component: 'kubelet' },
      },
    )
  })

  it('of the scheduler carry eventTime only, repetitions in a series', () => {
    const { state, about, recorder } = open()
    const scheduling = { ...note(about, 'no room'), component: 'default-scheduler' }
    recorder.record(scheduling)
    recorder.record(scheduling)
    const event = only(state.list(EVENT))
    assert.equal(event['lastTimestamp'], null)
    assert.equal(event['eventTime'], '2026-01-01T00:00:00.000000Z')
    assert.deepEqual(event['series'], { count: 2, lastObservedTime: '2026-01-01T00:00:00.000000Z' })
  })

  it('that are similar are combined from the tenth message on, as the last of them', () => {
    const { state, about, recorder } = open()
    for (let index = 0; index < 12; index += 1) recorder.record(note(about, `message ${index}`))
    const told = state.list(EVENT).map(({ message, count }) => ({ message, count }))
    assert.equal(told.length, 10)
    assert.deepEqual(
      told.find(({ count }) => count === 3),
      { message: '(combined from similar events): message 11', count: 3 },
    )
  })

  it('are forgotten beyond the last thousand', () => {
    const { state, about, recorder } = open()
    for (let index = 0; index < 1010; index += 1)
      recorder.record({ ...note(about, `message ${index}`), reason: `Reason${index}` })
    recorder.sync()
    const messages = new Set(state.list(EVENT).map((event) => event['message']))
    assert.equal(messages.size, 1000)
    assert.ok(!messages.has('message 9') && messages.has('message 10'))
  })

  it('are forgotten an hour after they last happened', () => {
    const { state, about, recorder, clock } = open()
    recorder.record(note(about, 'old'))
    clock.nowMs += 1_800_000
    recorder.record(note(about, 'young'))
    assert.equal(recorder.sync(), 1_800_000, 'when the older one expires')
    clock.nowMs += 1_800_000
    recorder.sync()
    assert.equal(only(state.list(EVENT))['message'], 'young')
  })
})
