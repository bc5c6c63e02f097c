import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { admit, afterAnswer, afterFailure, afterNothing, type Breaker, CLOSED } from './breaker.ts'

const TUNING = { failuresToOpen: 3, coolDownMs: 1_000, coolDownMaxMs: 4_000 }

function failing(times: number, breaker: Breaker = CLOSED, nowMs = 0): Breaker {
  let after = breaker
  for (let time = 0; time < times; time += 1) after = afterFailure(after, nowMs, TUNING)
  return after
}

/** The breaker once a call was let through at that time. */
function admitted(breaker: Breaker, nowMs: number): Breaker {
  const admission = admit(breaker, nowMs, TUNING)
  assert.equal(admission.kind, 'go')
  return admission.kind === 'go' ? admission.breaker : breaker
}

describe('the breaker', () => {
  it('lets calls through until so many have failed in a row', () => {
    assert.equal(admit(failing(2), 0, TUNING).kind, 'go')
    assert.deepEqual(admit(failing(3), 0, TUNING), { kind: 'held-back', retryInMs: 1_000 })
    const between = afterFailure(afterAnswer(), 0, TUNING)
    assert.equal(admit(failing(1, between), 0, TUNING).kind, 'go')
  })

  it('lets one call look after the pause, and no other meanwhile', () => {
    const open = failing(3)
    assert.deepEqual(admit(open, 999, TUNING), { kind: 'held-back', retryInMs: 1 })
    const probing = admitted(open, 1_000)
    assert.equal(admit(probing, 1_000, TUNING).kind, 'held-back')
  })

  it('closes when that call is answered, and waits twice as long when it is not, up to a limit', () => {
    const probing = admitted(failing(3), 1_000)
    assert.deepEqual(afterAnswer(), CLOSED)
    const second = afterFailure(probing, 1_000, TUNING)
    assert.deepEqual(admit(second, 1_000, TUNING), { kind: 'held-back', retryInMs: 2_000 })
    const third = afterFailure(admitted(second, 3_000), 3_000, TUNING)
    const fourth = afterFailure(admitted(third, 7_000), 7_000, TUNING)
    assert.deepEqual(admit(fourth, 7_000, TUNING), { kind: 'held-back', retryInMs: 4_000 })
  })

  it('lets the next one look when the call told nothing', () => {
    const probing = admitted(failing(3), 1_000)
    assert.equal(admit(afterNothing(probing), 1_000, TUNING).kind, 'go')
  })

  it('does not wait longer because many calls failed at the same time', () => {
    const open = failing(3)
    assert.equal(failing(50, open), open)
  })
})
