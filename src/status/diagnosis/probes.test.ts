import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aContainer, aPod } from '../../../test/support/builders.ts'
import type { ObservedContainer, ObservedPod } from '../../model/observed.ts'
import { anEventAt, assertGrace, at, findIn, HOUR, tellOf } from './for-tests.ts'

const READINESS = { kind: 'readiness', asks: 'GET :8080/ready', budgetMs: 20_000 } as const
const STARTUP = { kind: 'startup', asks: 'tcp :8080', budgetMs: 60_000 } as const

const unready = (differs: Partial<ObservedContainer> = {}, pod: Partial<ObservedPod> = {}): ObservedPod =>
  aPod({ ready: false, containers: [aContainer({ ready: false, probes: [READINESS], ...differs })], ...pod })
const refused = [
  anEventAt(5, {
    reason: 'Unhealthy',
    message: 'Readiness probe failed: HTTP probe failed with statuscode: 503',
    lastSeen: at(15),
  }),
]

describe('a container that runs and does not become ready', () => {
  it('a failing probe is named with what it asks and the answer, once its own budget is over, and is never a verdict', () => {
    const pod = unready()
    assertGrace((seconds) => findIn({ pod, events: refused }, seconds), {
      shown: 20,
      verdict: undefined,
      who: 'operator',
    })
    const { reason, cause, message } = tellOf({ pod, events: refused }, 20)
    assert.deepEqual([reason, cause], ['Unhealthy', 'ProbeFailing'])
    assert.equal(
      message,
      'container main runs, but its readiness probe GET :8080/ready fails: HTTP probe failed with statuscode: 503',
    )
  })

  it('a container that runs and does not become ready is named with its probe, even when no event tells of it', () => {
    const pod = unready()
    assertGrace((seconds) => findIn({ pod }, seconds), { shown: 20, verdict: undefined, who: 'operator' })
    const { reason, cause, message } = tellOf({ pod }, 20)
    assert.deepEqual([reason, cause], ['NotReady', 'ProbeFailing'])
    assert.equal(
      message,
      'container main runs since 2026-01-01T00:00:00Z, but its readiness probe GET :8080/ready has not succeeded',
    )
  })

  it('is given the time of its startup probe before that of its readiness probe', () => {
    const pod = unready({ probes: [STARTUP, READINESS] })
    assertGrace((seconds) => findIn({ pod }, seconds), { shown: 80, verdict: undefined, who: 'operator' })
  })

  it('is given 30 s when its probes are not known', () => {
    const pod = unready({ probes: [] })
    assertGrace((seconds) => findIn({ pod }, seconds), { shown: 30, verdict: undefined, who: 'operator' })
    assert.match(tellOf({ pod }, 30).message, /it is not reported ready$/)
  })

  it('tells at once, and since when, that it is not ready any more', () => {
    const pod = unready({}, { readyTurnedAt: at(HOUR) })
    assert.match(tellOf({ pod }, HOUR).message, /does not succeed any more since 2026-01-01T01:00:00Z$/)
  })

  it('is not explained by probes of its former run, or of another container', () => {
    const restarted = unready({ runningSince: at(30) })
    assert.equal(tellOf({ pod: restarted, events: refused }, 60).reason, 'NotReady')
    const about = { kind: 'Pod', name: 'x', uid: 'uid-pod', fieldPath: 'spec.containers{other}' }
    const other = refused.map((event) => ({ ...event, about }))
    assert.equal(tellOf({ pod: unready(), events: other }, 60).reason, 'NotReady')
  })

  it('tells of a probe that could not be asked', () => {
    const message =
      'Readiness probe errored and resulted in unknown state: rpc error: code = DeadlineExceeded'
    const events = [anEventAt(15, { reason: 'Unhealthy', message })]
    assert.match(tellOf({ pod: unready(), events }, 20).message, /fails: rpc error: code = DeadlineExceeded$/)
  })

  it('does not speak of a container that is ready', () => {
    const pod = aPod({
      ready: false,
      containers: [
        aContainer({ name: 'one' }),
        aContainer({ name: 'two', ready: false, probes: [READINESS] }),
      ],
    })
    assert.match(tellOf({ pod }, 20).message, /^container two /)
  })
})
