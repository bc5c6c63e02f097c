import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { settle } from '../../test/support/fake-time.ts'
import { Guard, type GuardedCall, type Health } from './guard.ts'
import { EDC_TUNING } from './tuning.ts'

const TUNING = {
  ...EDC_TUNING,
  callsAtOnce: 2,
  callsInAll: 6,
  patienceMs: 500,
  failuresToOpen: 2,
  coolDownMs: 1_000,
}

class HeldBackError extends Error {
  readonly because: string
  constructor(because: string) {
    super(because)
    this.because = because
  }
}

function call<T>(target: string, run: () => Promise<T>, health: Health = 'ill'): GuardedCall<T> {
  return {
    target,
    run,
    signal: new AbortController().signal,
    healthOf: () => health,
    heldBack: ({ because }) => new HeldBackError(because),
  }
}

const failure = async (): Promise<never> => {
  throw new Error('failed')
}

describe('the guard', () => {
  it('leaves a target alone after failures, and no other one', async () => {
    let now = 0
    const guard = new Guard(TUNING, () => now)
    for (let time = 0; time < 2; time += 1)
      await assert.rejects(guard.through(call('dead', failure)), /failed/u)
    await assert.rejects(guard.through(call('dead', async () => 1)), { because: 'failures' })
    assert.equal(await guard.through(call('alive', async () => 1)), 1)
    now = 1_000
    assert.equal(await guard.through(call('dead', async () => 1)), 1)
    assert.equal(await guard.through(call('dead', async () => 2)), 2)
  })

  it('counts no answer that is only a no, and nothing of a target that is starting', async () => {
    const guard = new Guard(TUNING, () => 0)
    for (const health of ['well', 'unknown'] as const)
      for (let time = 0; time < 5; time += 1)
        await assert.rejects(guard.through(call('one', failure, health)), /failed/u)
    assert.equal(await guard.through(call('one', async () => 1)), 1)
  })

  it('lets few calls at a time to a target, others in their order, and sends away who waits too long', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const guard = new Guard(TUNING, () => 0)
    const ends: (() => void)[] = []
    const began: number[] = []
    const held = (number: number): Promise<void> =>
      guard.through(
        call('slow', async () => {
          began.push(number)
          const { promise, resolve } = Promise.withResolvers<void>()
          ends.push(resolve)
          await promise
        }),
      )
    const calls = [1, 2, 3, 4].map(held)
    const last = assert.rejects(calls[3] ?? Promise.resolve(), { because: 'crowd' })
    await settle()
    assert.deepEqual(began, [1, 2])
    assert.equal(await guard.through(call('other', async () => 'at once')), 'at once')
    ends[0]?.()
    await settle()
    assert.deepEqual(began, [1, 2, 3])
    t.mock.timers.tick(500)
    await last
    for (const end of ends) end()
    await Promise.all(calls.slice(0, 3))
    const later = held(5)
    await settle()
    assert.deepEqual(began, [1, 2, 3, 5])
    ends.at(-1)?.()
    await later
  })

  it('has nobody wait for a target whose calls do not come back', async () => {
    let now = 0
    const guard = new Guard(TUNING, () => now)
    const { promise, resolve } = Promise.withResolvers<void>()
    const stuck = [1, 2].map(() => guard.through(call('stuck', () => promise)))
    now = TUNING.patienceMs
    await assert.rejects(guard.through(call('stuck', async () => 3)), { because: 'crowd' })
    resolve()
    await Promise.all(stuck)
    assert.equal(await guard.through(call('stuck', async () => 4)), 4)
  })

  it('has a limit for all targets together, of which those that failed get half', async () => {
    const guard = new Guard(TUNING, () => 0)
    const { promise, resolve } = Promise.withResolvers<void>()
    const targets = [1, 2, 3, 4, 5, 6]
    for (const target of targets)
      await assert.rejects(guard.through(call(`ill-${target}`, failure)), /failed/u)
    const ill = targets.map((target) => guard.through(call(`ill-${target}`, () => promise)))
    const turnedAway = ill.slice(3).map((each) => assert.rejects(each, { because: 'crowd' }))
    await Promise.all(turnedAway)
    const well = [1, 2, 3].map((target) => guard.through(call(`well-${target}`, () => promise)))
    await assert.rejects(guard.through(call('late', async () => 1)), { because: 'crowd' })
    resolve()
    await Promise.all([...ill.slice(0, 3), ...well])
    assert.equal(await guard.through(call('late', async () => 1)), 1)
  })

  it('tells whether a target is left alone, or one call is looking', async () => {
    let now = 0
    const guard = new Guard(TUNING, () => now)
    assert.equal(guard.stateOf('dead'), 'closed')
    for (let time = 0; time < 2; time += 1) await guard.through(call('dead', failure)).catch(() => undefined)
    assert.equal(guard.stateOf('dead'), 'open')
    now = 1_000
    const { promise, resolve } = Promise.withResolvers<void>()
    const looking = guard.through(call('dead', () => promise))
    await settle()
    assert.equal(guard.stateOf('dead'), 'probing')
    resolve()
    await looking
    assert.equal(guard.stateOf('dead'), 'closed')
  })

  it('lets a caller go that gives up while it waits', async () => {
    const guard = new Guard(TUNING, () => 0)
    const { promise, resolve } = Promise.withResolvers<void>()
    const under = [1, 2].map(() => guard.through(call('slow', () => promise)))
    const giving = new AbortController()
    const waiting = guard.through({ ...call('slow', async () => 3), signal: giving.signal })
    giving.abort(new Error('gave up'))
    await assert.rejects(waiting, /gave up/u)
    resolve()
    await Promise.all(under)
    assert.equal(await guard.through(call('slow', async () => 4)), 4)
  })

  it('keeps nothing of targets that are well, nor for ever of those that never were', async () => {
    let now = 0
    const guard = new Guard(TUNING, () => now)
    for (let number = 0; number < 100; number += 1) {
      await guard.through(call(`well-${number}`, async () => 1))
      for (let time = 0; time <= number % 2; time += 1)
        await guard.through(call(`gone-${number}`, failure)).catch(() => undefined)
    }
    assert.equal(guard.size, 100)
    now = 11 * TUNING.coolDownMaxMs
    await guard.through(call('another', async () => 1))
    assert.equal(guard.size, 0)
  })
})
