import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BORN } from '../../test/support/builders.ts'
import { live, only, phases, podWith, slow, starting, workloads } from '../../test/support/timeline.ts'
import { DEADLINE_RULES } from './deadline.ts'

const creating = podWith(
  { ready: false, waiting: { reason: 'ContainerCreating', message: '' } },
  { ready: false, phase: 'Pending' },
)

const DEADLINES: Readonly<Record<string, () => void>> = {
  'a component that was never ready fails when its start deadline is over': () => {
    assert.deepEqual(
      phases([
        [599.9, slow],
        [600, slow],
      ]),
      ['PROVISIONING', 'FAILED'],
    )
    const probed = { workloads: workloads(only('controlplane', { ...starting, startBudgetMs: 900_000 })) }
    assert.deepEqual(
      phases([
        [899, probed],
        [900, probed],
      ]),
      ['PROVISIONING', 'FAILED'],
    )
    const patient = {
      workloads: workloads(only('controlplane', { ...starting, progressDeadlineSeconds: 1200 })),
    }
    assert.deepEqual(
      phases([
        [1199, patient],
        [1200, patient],
      ]),
      ['PROVISIONING', 'FAILED'],
    )
    const [verdict] = live([[600, slow]])
    assert.deepEqual(verdict?.components.find(({ failed }) => failed)?.cause, {
      code: 'StartTimeout',
      who: 'operator',
    })
  },
  'the start deadline is extended once, by its own length, while an image is pulled or a node is added':
    () => {
      const pulling = { ...slow, pods: [creating] }
      assert.deepEqual(
        phases([
          [599, pulling],
          [600, pulling],
          [1199, pulling],
          [1200, pulling],
        ]),
        ['PROVISIONING', 'PROVISIONING', 'PROVISIONING', 'FAILED'],
      )
      // Once extended it stays so, also when the image has arrived meanwhile.
      assert.deepEqual(
        phases([
          [600, pulling],
          [700, slow],
          [1200, slow],
        ]),
        ['PROVISIONING', 'PROVISIONING', 'FAILED'],
      )
    },
}

describe('the start deadline', () => {
  it('has a test for every rule', () =>
    assert.deepEqual(
      Object.keys(DEADLINES),
      DEADLINE_RULES.map(({ name }) => name),
    ))
  for (const [name, test] of Object.entries(DEADLINES)) it(name, test)

  it('leaves alone what a gate holds back, and what only degrades a component', () => {
    const gated = podWith(
      {},
      {
        ready: false,
        phase: 'Pending',
        node: '',
        containers: [],
        unscheduled: { reason: 'SchedulingGated', message: 'waits for a gate', since: BORN },
      },
    )
    assert.deepEqual(phases([[3000, { ...slow, pods: [gated] }]]), ['PROVISIONING'])
    const lost = podWith({}, { ready: false, reason: 'NodeLost', readyTurnedAt: BORN })
    const [verdict] = live([[3000, { ...slow, pods: [lost] }]])
    const controlplane = verdict?.components.find(({ name }) => name === 'controlplane')
    assert.deepEqual([controlplane?.status, controlplane?.cause?.code], ['Degraded', 'NodeLost'])
  })

  it('never makes FAILED what was READY once, nor what is paused', () => {
    assert.deepEqual(
      phases([
        [0, {}],
        [4000, slow],
      ]),
      ['READY', 'DEGRADED'],
    )
    const paused = { workloads: workloads(only('controlplane', { ...starting, paused: true })) }
    assert.deepEqual(phases([[4000, paused]]), ['PROVISIONING'])
  })

  it('keeps saying Missing of a workload that never came, and who acts when', () => {
    const missing = { workloads: workloads(() => ({})).filter(({ name }) => name !== 'vault') }
    const vault = (second: number) =>
      live([[second, missing]])[0]?.components.find(({ name }) => name === 'vault')
    assert.deepEqual([vault(10)?.status, vault(10)?.cause?.who], ['Missing', 'nobody yet'])
    assert.deepEqual([vault(600)?.status, vault(600)?.cause?.who], ['Missing', 'operator'])
  })
})
