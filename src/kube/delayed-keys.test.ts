/** When delayed keys are released. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../../test/support/eventually.ts'
import { fakeTime } from '../../test/support/fake-time.ts'
import { DelayedKeys } from './delayed-keys.ts'

interface OpenKeys extends Disposable {
  readonly keys: DelayedKeys
  readonly released: string[]
}

function openKeys(now: () => number = () => Date.now()): OpenKeys {
  const released: string[] = []
  const keys = new DelayedKeys({ now, release: (key) => released.push(key) })
  return { keys, released, [Symbol.dispose]: () => keys[Symbol.dispose]() }
}

describe('delayed keys', () => {
  it('come out when their time has come, and not sooner', async (t) => {
    const time = fakeTime(t)
    using open = openKeys()
    open.keys.add('late', 300)
    open.keys.add('early', 100)
    await time.pass(99)
    assert.deepEqual(open.released, [])
    await time.pass(1)
    assert.deepEqual(open.released, ['early'])
    await time.pass(200)
    assert.deepEqual([open.released, open.keys.size], [['early', 'late'], 0])
  })

  it('come out once, at the earliest of several times', async (t) => {
    const time = fakeTime(t)
    using open = openKeys()
    for (const delayMs of [200, 50, 100]) open.keys.add('a', delayMs)
    assert.equal(open.keys.size, 1)
    await time.pass(50)
    await time.pass(1_000)
    assert.deepEqual(open.released, ['a'])
  })

  it('come out in order of time, whatever the order of asking', async (t) => {
    const time = fakeTime(t)
    using open = openKeys()
    for (let index = 0; index < 500; index += 1) {
      const delayMs = ((index * 7_919) % 500) + 1
      open.keys.add(String(delayMs), delayMs)
    }
    await time.pass(500)
    const inOrder = Array.from({ length: 500 }, (_, index) => String(index + 1))
    assert.deepEqual(open.released, inOrder)
  })

  it('can wait longer than a timer of Node lasts, which would fire at once', async (t) => {
    const warnings: string[] = []
    const heed = ({ name }: Error): number => warnings.push(name)
    process.on('warning', heed)
    t.after(() => process.off('warning', heed))
    using open = openKeys(() => performance.now())
    open.keys.add('in a month', 30 * 86_400_000)
    for (const key of ['a', 'b']) {
      open.keys.add(key, 5)
      await eventually(() => open.released.includes(key), { what: key })
    }
    assert.deepEqual([open.released, open.keys.size], [['a', 'b'], 1])
    assert.deepEqual(warnings, [])
  })

  it('never come out after the disposal', async (t) => {
    const time = fakeTime(t)
    using open = openKeys()
    open.keys.add('a', 10)
    open.keys[Symbol.dispose]()
    await time.pass(1_000)
    assert.deepEqual(open.released, [])
  })
})
