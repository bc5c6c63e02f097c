import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { anAnswer } from '../test/support/answer-records.ts'
import { disowning, openSight, type Sight, type SightOptions } from './freshness.ts'
import { NotFoundError, UnavailableError } from './model/errors.ts'
import type { ParticipantWriter } from './model/requests.ts'
import { MemoryStore } from './store/memory.ts'
import type { Past } from './store/store.ts'

const NOON = Date.parse('2026-01-01T12:00:00Z')
const minutes = (count: number): number => count * 60_000

function aSight(differs: Partial<SightOptions> & { readonly heardMs?: readonly number[] } = {}): Sight {
  const { heardMs = [NOON, NOON - minutes(1)], ...options } = differs
  return openSight({
    watches: heardMs.map((lastContactMs) => ({ lastContactMs })),
    complete: () => true,
    store: new MemoryStore(),
    past: undefined,
    now: () => NOON,
    unavailableAfterMs: minutes(15),
    ...options,
  })
}

function aPast(differs: Partial<Past> = {}): Past & { readonly disowned: string[] } {
  const disowned: string[] = []
  return {
    recalled: undefined,
    disown: (name) => void disowned.push(name),
    settle: () => undefined,
    reachable: true,
    disowned,
    ...differs,
  }
}

describe('the age of an answer', () => {
  it('is that of the watch that was heard the longest ago', () => {
    assert.deepEqual(aSight().freshness(), {
      synced: true,
      stale: false,
      observedAtMs: NOON - minutes(1),
      expired: false,
    })
  })

  it('is marked from two minutes on, and ends an answer after the budget', () => {
    const stateAt = (age: number): readonly (boolean | undefined)[] => {
      const { stale, expired } = aSight({ heardMs: [NOON, NOON - age] }).freshness()
      return [stale, expired]
    }
    assert.deepEqual(stateAt(minutes(2)), [false, false])
    assert.deepEqual(stateAt(minutes(2) + 1), [true, false])
    assert.deepEqual(stateAt(minutes(15)), [true, false])
    assert.deepEqual(stateAt(minutes(15) + 1), [true, true])
  })

  it('never changes a state: the clock of the verdicts stops while the cluster is out of sight', () => {
    const judgedAt = (age: number): number => NOON - aSight({ heardMs: [NOON - age] }).judgingNow()
    assert.equal(judgedAt(minutes(1)), 0)
    assert.equal(judgedAt(minutes(2)), 0)
    assert.equal(judgedAt(minutes(10)), minutes(8))
    assert.equal(aSight({ heardMs: [0], complete: () => false }).judgingNow(), NOON)
  })
})

describe('a clock that is set back', () => {
  it('does not make what was heard before look new', () => {
    let [wall, steady] = [NOON, 0]
    const sight = aSight({ heardMs: [NOON], now: () => wall, steadyNow: () => steady })
    assert.equal(sight.freshness().observedAtMs, NOON)
    steady += minutes(1)
    wall += minutes(1) - minutes(60)
    assert.equal(sight.freshness().observedAtMs, NOON - minutes(60))
    assert.equal(sight.freshness().stale, false)
    steady += minutes(2)
    wall += minutes(2)
    assert.equal(sight.freshness().stale, true)
    assert.equal(sight.judgingNow(), NOON - minutes(60) + minutes(2))
  })

  it('never lets anything have been heard in the future', () => {
    const sight = aSight({ heardMs: [NOON + minutes(5)] })
    assert.equal(sight.freshness().observedAtMs, NOON)
  })

  it('is told from one that is nudged', () => {
    let [wall, steady] = [NOON, 0]
    const sight = aSight({ heardMs: [NOON], now: () => wall, steadyNow: () => steady })
    sight.freshness()
    steady += minutes(1)
    wall += minutes(1) - 500
    assert.equal(sight.freshness().observedAtMs, NOON)
  })
})

describe('what was known before a restart', () => {
  const recalled = (observedAtMs: number): Past => {
    const store = new MemoryStore()
    store.take(anAnswer('acme'))
    return aPast({
      recalled: { observedAtMs, get: (name) => store.get(name), list: (query) => store.list(query) },
    })
  }

  it('is what is read, as old as it is, until the cluster has been seen', async () => {
    let complete = false
    const sight = aSight({ past: recalled(NOON - minutes(3)), complete: () => complete, heardMs: [0] })
    assert.deepEqual(sight.freshness(), {
      synced: false,
      recalled: true,
      stale: true,
      observedAtMs: NOON - minutes(3),
      expired: false,
    })
    assert.ok(await sight.reader.get('acme'))
    assert.equal((await sight.reader.list({ statuses: [], page: 1, limit: 10 })).total, 1)
    complete = true
    assert.equal(await sight.reader.get('acme'), undefined)
    assert.equal((await sight.reader.list({ statuses: [], page: 1, limit: 10 })).total, 0)
    assert.equal(sight.freshness().recalled, undefined)
  })

  it('is stale also when it is young, or a clock is ahead of ours', () => {
    const { stale, observedAtMs } = aSight({
      past: recalled(NOON + 5_000),
      complete: () => false,
    }).freshness()
    assert.deepEqual([stale, observedAtMs], [true, NOON])
  })

  it('is too old after the budget', () => {
    const sight = aSight({ past: recalled(NOON - minutes(16)), complete: () => false })
    assert.equal(sight.freshness().expired, true)
  })

  it('is nothing without a second home', () => {
    const { synced, recalled: known } = aSight({ complete: () => false, heardMs: [0] }).freshness()
    assert.deepEqual([synced, known], [false, undefined])
  })
})

describe('a request to write', () => {
  const accepted = { participantName: 'acme', uid: 'uid', objects: {} }
  const acted = {
    participantName: 'acme',
    operation: { id: 'acme.retry-1.uid', type: 'retry', state: 'pending', generation: 1, steps: [] },
  } as const
  const failing = (error: Error) => async (): Promise<never> => {
    throw error
  }
  const request = { participantName: 'acme', did: 'did:web:acme.example' }

  it('ends what was known of its participant, whether it worked or may have', async () => {
    const past = aPast()
    const willing: ParticipantWriter = {
      preview: async () => accepted,
      create: async () => accepted,
      delete: async () => accepted,
      retry: async () => acted,
      suspend: async () => acted,
      resume: async () => acted,
    }
    await disowning(willing, past).preview(request)
    assert.deepEqual(past.disowned, [])
    await disowning(willing, past).create(request)
    await disowning(willing, past).delete('birch')
    assert.deepEqual(past.disowned, ['acme', 'birch'])
    for (const act of ['retry', 'suspend', 'resume'] as const) {
      await disowning(willing, past)[act](act)
      assert.equal(past.disowned.pop(), act)
    }
    const unwilling: ParticipantWriter = {
      ...willing,
      create: failing(new UnavailableError('no answer')),
      delete: failing(new NotFoundError('there is none')),
    }
    await assert.rejects(disowning(unwilling, past).create(request), UnavailableError)
    await assert.rejects(disowning(unwilling, past).delete('cedar'), NotFoundError)
    assert.deepEqual(past.disowned, ['acme', 'birch', 'acme', 'cedar'])
  })
})
