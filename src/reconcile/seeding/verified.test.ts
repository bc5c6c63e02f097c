/** Tests for how long a participant that was found seeded is asked nothing. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aParticipant } from '../../../test/support/builders.ts'
import { SEED_STEPS, VAULT_STEPS } from '../../model/seed-steps.ts'
import { done, waiting } from '../outcomes.ts'
import type { Work } from '../work.ts'
import { Verified } from './verified.ts'

// Without an operation that it asks for.
const participant = aParticipant({
  status: {
    observedGeneration: 1,
    conditions: [
      { type: 'ComponentsReady', status: 'True', reason: '', message: '', lastTransitionTime: '' },
    ],
    operations: [
      { id: 'acme.create.1', type: 'create', state: 'succeeded', generation: 1, steps: [], startedTime: '' },
    ],
  },
})
const STEPS = [...VAULT_STEPS, ...SEED_STEPS]
const DONE = STEPS.map((name) => ({ name, outcome: done() }))

function verified() {
  let nowMs = 0
  const asked: string[] = []
  const memory = new Verified(
    () => nowMs,
    () => 1000,
  )
  const steps = ['readiness', ...STEPS].map((name) => ({
    name,
    run: async () => {
      asked.push(name)
      return done()
    },
  }))
  const pass = async (of = participant, wrote = false): Promise<readonly string[]> => {
    asked.length = 0
    const work = { hasWritten: () => wrote } as Work
    for (const step of memory.sparing(of, steps)) await step.run(work)
    return [...asked]
  }
  return { memory, pass, wait: (ms: number) => void (nowMs += ms) }
}

describe('a participant that was found seeded', () => {
  it('is asked nothing until the time is over, and its other steps are taken all the same', async () => {
    const { memory, pass, wait } = verified()
    assert.deepEqual(await pass(), ['readiness', ...STEPS])
    memory.note(participant, DONE)
    wait(999)
    assert.deepEqual(await pass(), ['readiness'])
    memory.note(participant, DONE)
    wait(1)
    assert.equal((await pass()).length, 1 + STEPS.length, 'a spared pass must not lengthen the time')
  })

  it('is asked again after a pass in which its components were not ready', async () => {
    const { memory, pass } = verified()
    memory.note(participant, DONE)
    memory.note(
      participant,
      SEED_STEPS.map((name) => ({ name, outcome: undefined })),
    )
    assert.equal((await pass()).length, 1 + STEPS.length)
  })

  it('is not one of which a step still waits', async () => {
    const { memory, pass } = verified()
    const why = { reason: 'CredentialPending', message: 'it is under way' }
    memory.note(participant, [...DONE.slice(0, -1), { name: 'credential', outcome: waiting(why, 500) }])
    assert.equal((await pass()).length, 1 + STEPS.length)
  })

  it('is another with another specification', () => {
    const { memory } = verified()
    memory.note(participant, DONE)
    const changed = { ...participant, metadata: { ...participant.metadata, generation: 2 } }
    assert.equal(memory.leftMs(changed), undefined)
    assert.equal(memory.leftMs(participant), 1000)
  })

  it('is asked again when its components became ready anew, even if no pass saw that they were not', () => {
    const { memory } = verified()
    const readyAt = (lastTransitionTime: string) => {
      const ready = { type: 'ComponentsReady', status: 'True' as const, reason: '', message: '' }
      const status = { ...participant.status, conditions: [{ ...ready, lastTransitionTime }] }
      return { ...participant, status }
    }
    memory.note(readyAt('2026-01-01T00:00:00Z'), DONE)
    assert.equal(memory.leftMs(readyAt('2026-01-01T00:00:00Z')), 1000)
    assert.equal(memory.leftMs(readyAt('2026-01-01T00:00:09Z')), undefined)
  })

  it('is asked again while its components are not ready: a vault that is sealed hides nothing else', async () => {
    const { memory, pass } = verified()
    memory.note(participant, DONE)
    assert.deepEqual(await pass({ ...participant, status: { ...participant.status, conditions: [] } }), [
      'readiness',
      ...STEPS,
    ])
  })

  it('has its vault asked in a pass that wrote something, which may be tokens', async () => {
    const { memory, pass } = verified()
    memory.note(participant, DONE)
    assert.deepEqual(await pass(participant, true), ['readiness', ...VAULT_STEPS])
  })

  it('is not known from a pass that had begun before somebody doubted it', async () => {
    const { memory, pass } = verified()
    await pass()
    memory.doubt('acme')
    memory.note(participant, DONE)
    assert.equal((await pass()).length, 1 + STEPS.length)
    memory.note(participant, DONE)
    assert.deepEqual(await pass(), ['readiness'])
  })
})
