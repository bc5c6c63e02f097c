import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import { eventually } from '../../test/support/eventually.ts'
import { Alarm } from './alarm.ts'
import { DirtySet } from './dirty-set.ts'

describe('the set of what has to be judged again', () => {
  it('judges a name once, however often it changed within a tick', async () => {
    const seen: string[] = []
    using dirty = new DirtySet({ work: (name) => seen.push(name), tickMs: 1, sliceMs: 10 })
    dirty.start()
    for (let change = 0; change < 100; change += 1) dirty.add('acme')
    dirty.add('birch')
    await dirty.whenEmpty()
    assert.deepEqual(seen, ['acme', 'birch'])
  })

  it('judges nothing before it is started', async () => {
    const seen: string[] = []
    using dirty = new DirtySet({ work: (name) => seen.push(name), tickMs: 0, sliceMs: 10 })
    dirty.add('acme')
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(seen, [])
    dirty.start()
    await dirty.whenEmpty()
    assert.deepEqual(seen, ['acme'])
  })

  it('judges a name again that changed while it was judged', async () => {
    let rounds = 0
    using dirty = new DirtySet({
      work: (name) => {
        rounds += 1
        if (rounds < 3) dirty.add(name)
      },
      tickMs: 1,
      sliceMs: 10,
    })
    dirty.start()
    dirty.add('acme')
    await eventually(() => rounds === 3, { what: 'three rounds' })
  })

  it('gives the event loop back between slices', async () => {
    let turns = 0
    const timer = setInterval(() => (turns += 1), 0)
    using dirty = new DirtySet({
      work: () => {
        const until = performance.now() + 2
        while (performance.now() < until);
      },
      tickMs: 0,
      sliceMs: 1,
    })
    dirty.start()
    for (let index = 0; index < 20; index += 1) dirty.add(`p${index}`)
    await dirty.whenEmpty()
    clearInterval(timer)
    assert.ok(turns > 5, `the loop had only ${turns} turns`)
  })
})

describe('an alarm', () => {
  it('wakes each name at its time, with one timer, and only once', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 0 })
    const rung: string[] = []
    using alarm = new Alarm({ wake: (name) => rung.push(`${name} ${Date.now()}`), now: Date.now })
    alarm.set('late', 2000)
    alarm.set('early', 1000)
    alarm.set('never', 1500)
    alarm.set('never', undefined)
    t.mock.timers.tick(1000)
    t.mock.timers.tick(1000)
    t.mock.timers.tick(5000)
    assert.deepEqual(rung, ['early 1000', 'late 2000'])
  })

  it('takes times that are past or weeks away', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 10_000 })
    const wake = mock.fn<(name: string) => void>()
    using alarm = new Alarm({ wake, now: Date.now })
    alarm.set('past', 1)
    alarm.set('weeks', 10_000 + 60 * 24 * 3_600_000)
    t.mock.timers.tick(1)
    assert.deepEqual(
      wake.mock.calls.map(({ arguments: [name] }) => name),
      ['past'],
    )
  })
})
