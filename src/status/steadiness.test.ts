import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aHealthySnapshot, aPod, BORN_MS } from '../../test/support/builders.ts'
import { at, live, only, phases, podWith, starting, workloads } from '../../test/support/timeline.ts'
import type { ObservedPod } from '../model/observed.ts'
import { judge } from './participant.ts'
import { STEADINESS_RULES } from './steadiness.ts'

const STEADY: Readonly<Record<string, () => void>> = {
  'counts that worsen while pods still serve are held for 3 s': () => {
    const two = { desired: 2, current: 2, updated: 2, ready: 2, available: 2 }
    const short = { workloads: workloads(only('dataplane', { ...two, ready: 1, available: 1 })) }
    const full = { workloads: workloads(only('dataplane', two)) }
    const verdicts = live([
      [0, full],
      [10, short],
      [12.9, short],
      [13, short],
      [20, full],
    ])
    assert.deepEqual(
      verdicts.map(({ phase }) => phase),
      ['READY', 'READY', 'READY', 'DEGRADED', 'READY'],
    )
    assert.equal(verdicts[1]?.recheckAtMs, BORN_MS + 13_000)
    // What came back in time was no loss, and the next one has its own three seconds.
    assert.deepEqual(
      phases([
        [0, full],
        [10, short],
        [12, full],
        [14, short],
        [16, short],
      ]),
      Array(5).fill('READY'),
    )
  },
  'a component becomes ready only when its containers have run 10 s since their last restart': () => {
    const down = { workloads: workloads(only('controlplane', starting)) }
    const back = { pods: [podWith({ restarts: 1, runningSince: at(20) }, { readyTurnedAt: at(22) })] }
    const verdicts = live([
      [0, {}],
      [19, down],
      [22, back],
      [29.9, back],
      [30, back],
    ])
    assert.deepEqual(
      verdicts.map(({ phase }) => phase),
      ['READY', 'DEGRADED', 'DEGRADED', 'DEGRADED', 'READY'],
    )
    assert.equal(verdicts[2]?.components.find(({ name }) => name === 'controlplane')?.reason, 'Stabilising')
    assert.equal(verdicts[2]?.recheckAtMs, BORN_MS + 30_000)
  },
}

describe('verdicts do not flap', () => {
  it('has a test for every rule', () =>
    assert.deepEqual(
      Object.keys(STEADY),
      STEADINESS_RULES.map(({ name }) => name),
    ))
  for (const [name, test] of Object.entries(STEADY)) it(name, test)

  it('surplus pods of the latest specification are no loss, those of an earlier one are an unfinished rollout', () => {
    const surplus = workloads(only('dataplane', { current: 3, updated: 3, ready: 3, available: 3 }))
    assert.deepEqual(
      phases([
        [0, {}],
        [60, { workloads: surplus }],
      ]),
      ['READY', 'READY'],
    )
    const earlier = { workloads: workloads(only('dataplane', { current: 3, updated: 1, available: 3 })) }
    assert.deepEqual(
      phases([
        [0, {}],
        [10, earlier],
        [60, earlier],
      ]),
      ['READY', 'READY', 'DEGRADED'],
    )
  })

  it('a loss that leaves nothing serving is told at once', () => {
    const lost = { workloads: workloads(only('dataplane', { ready: 0, available: 0 })) }
    assert.deepEqual(
      phases([
        [0, {}],
        [10, lost],
      ]),
      ['READY', 'DEGRADED'],
    )
  })

  it('a changed specification that nobody has looked at yet is no loss for 3 s', () => {
    const changed = { workloads: workloads(only('dataplane', { generation: 2 })) }
    assert.deepEqual(
      phases([
        [0, {}],
        [10, changed],
        [14, changed],
      ]),
      ['READY', 'READY', 'DEGRADED'],
    )
  })

  it('a component scaled to zero is told at once, and READY again when it is back', () => {
    const zero = workloads(only('dataplane', { desired: 0, current: 0, updated: 0, ready: 0, available: 0 }))
    assert.deepEqual(
      phases([
        [0, {}],
        [10, { workloads: zero }],
        [20, {}],
      ]),
      ['READY', 'DEGRADED', 'READY'],
    )
  })

  it('pods that still end keep a component scaled to zero Stopping', () => {
    const zero = workloads(
      only('controlplane', { desired: 0, current: 0, updated: 0, ready: 0, available: 0 }),
    )
    const status = (pods: readonly ObservedPod[]): string | undefined =>
      judge(aHealthySnapshot({ workloads: zero, pods })).components.find(
        ({ name }) => name === 'controlplane',
      )?.status
    assert.equal(status([aPod({ terminating: true })]), 'Stopping')
    assert.equal(status([]), 'Stopped')
  })
})
