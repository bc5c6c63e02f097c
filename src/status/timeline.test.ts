/** A first start and a crash loop over time, with the memory that the live engine carries over. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BORN } from '../../test/support/builders.ts'
import { at, type Moment, phases, podWith, slow, starting, workloads } from '../../test/support/timeline.ts'

describe('a first start, seen state by state', () => {
  const all = [
    { workloads: [], namespace: undefined },
    { workloads: [] },
    { workloads: workloads(() => ({ observedGeneration: undefined, ...starting, current: 0, updated: 0 })) },
    { workloads: workloads(() => ({ ...starting, current: 0, updated: 0 })) },
    { workloads: workloads(() => starting) },
    { workloads: workloads((name) => (name === 'postgres' ? {} : starting)) },
    { workloads: workloads((name) => (name === 'dataplane' ? starting : {})) },
    { workloads: workloads(() => ({})) },
  ]

  it('is PROVISIONING until the last state, then READY, and nothing else', () => {
    const told = phases(all.map((seen, second) => [second, seen]))
    assert.deepEqual(told, [...Array.from({ length: all.length - 1 }, () => 'PROVISIONING'), 'READY'])
  })

  it('never goes back to PROVISIONING, whatever happens after READY', () => {
    const replayed = all.map((seen, second): Moment => [second + 100, seen])
    const told = phases([...all.map((seen, second): Moment => [second, seen]), ...replayed])
    assert.ok(!told.slice(all.length).includes('PROVISIONING'), told.join(' '))
    assert.equal(told.at(-1), 'READY')
  })
})

describe('a crash loop', () => {
  const crash = { reason: 'Error', exitCode: 1, signal: 0, message: 'no database', startedAt: BORN }
  const waiting = (restarts: number, second: number): Moment => [
    second,
    {
      ...slow,
      pods: [
        podWith(
          {
            ready: false,
            restarts,
            waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s' },
            lastTerminated: { ...crash, finishedAt: at(second - 5) },
          },
          { ready: false, readyTurnedAt: at(second - 5) },
        ),
      ],
    },
  ]
  /** Between two crashes: it runs, and says for some seconds that it is ready. */
  const running = (restarts: number, second: number, full: boolean): Moment => [
    second,
    {
      ...(full ? {} : slow),
      pods: [
        podWith(
          {
            ready: full,
            restarts,
            runningSince: at(second - 4),
            lastTerminated: { ...crash, finishedAt: at(second - 40) },
          },
          { ready: full, readyTurnedAt: at(second - 2) },
        ),
      ],
    },
  ]

  it('is FAILED and stays FAILED between two crashes, also while it is ready for a moment', () => {
    const told = phases([
      [0, slow],
      waiting(2, 60),
      running(3, 100, false),
      running(3, 102, true),
      waiting(3, 120),
      running(4, 200, true),
    ])
    assert.deepEqual(told, ['PROVISIONING', ...Array(5).fill('FAILED')])
  })

  it('keeps the verdict that two ends in the same way gave it, when the next back-off shows only one of them', () => {
    const ended = { ...crash, finishedAt: at(60) }
    const twice: Moment = [
      60,
      {
        ...slow,
        pods: [
          podWith(
            {
              ready: false,
              restarts: 1,
              terminated: ended,
              lastTerminated: { ...crash, finishedAt: at(50) },
            },
            { ready: false, readyTurnedAt: at(60) },
          ),
        ],
      },
    ]
    assert.deepEqual(phases([twice, waiting(1, 65)]), ['FAILED', 'FAILED'])
    assert.deepEqual(phases([waiting(1, 65)]), ['PROVISIONING'])
  })

  it('is over once the container has run ready for a minute', () => {
    const [second, seen] = running(3, 102, true)
    assert.deepEqual(phases([waiting(2, 60), [second, seen], [159.9, seen], [160.1, seen]]), [
      'FAILED',
      'FAILED',
      'FAILED',
      'READY',
    ])
  })
})
