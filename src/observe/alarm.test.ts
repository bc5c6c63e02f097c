import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fakeTime } from '../../test/support/fake-time.ts'
import { Alarm } from './alarm.ts'

describe('an alarm', () => {
  it('wakes a name when its time has come, once', async (t) => {
    const time = fakeTime(t)
    const woken: string[] = []
    using alarm = new Alarm({ wake: (name) => woken.push(name), now: Date.now })
    alarm.set('late', Date.now() + 500)
    alarm.set('early', Date.now() + 100)
    alarm.set('never', Date.now() + 50)
    alarm.set('never', undefined)
    await time.pass(99)
    assert.deepEqual(woken, [])
    await time.pass(1)
    assert.deepEqual(woken, ['early'])
    await time.pass(400)
    assert.deepEqual(woken, ['early', 'late'])
    await time.pass(1_000)
    assert.deepEqual(woken, ['early', 'late'])
  })

  it('looks at a clock that stands still ten times a second, and rings when that goes on', async (t) => {
    const time = fakeTime(t)
    const woken: string[] = []
    let looks = 0
    let standsAt: number | undefined = Date.now()
    const now = (): number => {
      looks += 1
      return standsAt ?? Date.now()
    }
    using alarm = new Alarm({ wake: (name) => woken.push(name), now })
    alarm.set('acme', Date.now() + 1)
    for (let passed = 0; passed < 1_000; passed += 10) await time.pass(10)
    assert.ok(looks <= 30, `looked ${looks} times`)
    assert.deepEqual(woken, [])
    standsAt = undefined
    await time.pass(100)
    assert.deepEqual(woken, ['acme'])
  })

  it('notices within ten seconds that the clock was set forward', async (t) => {
    const time = fakeTime(t)
    const woken: string[] = []
    let setForwardMs = 0
    using alarm = new Alarm({ wake: (name) => woken.push(name), now: () => Date.now() + setForwardMs })
    alarm.set('acme', Date.now() + 600_000)
    setForwardMs = 3_600_000
    await time.pass(9_999)
    assert.deepEqual(woken, [])
    await time.pass(1)
    assert.deepEqual(woken, ['acme'])
  })
})
