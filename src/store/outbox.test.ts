import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { anAnswer } from '../../test/support/answer-records.ts'
import { changeOf } from './history.ts'
import { type Errand, Outbox } from './outbox.ts'
import type { StatusRecord } from './store.ts'

function put(record: StatusRecord): Errand {
  return { name: record.name, removed: [], record, changes: [changeOf(record)], whole: false }
}

function removal(name: string, uid: string): Errand {
  return { name, removed: [uid], changes: [], whole: false }
}

const statusesOf = (errand: Errand | undefined): readonly string[] =>
  (errand?.changes ?? []).map(({ status }) => status)

describe('the outbox', () => {
  it('keeps one errand a name: the latest answer, and every change on the way to it', () => {
    const outbox = new Outbox()
    outbox.add(put(anAnswer('acme', { status: 'PROVISIONING' })))
    outbox.add(put(anAnswer('acme', { status: 'FAILED' })))
    outbox.add(put(anAnswer('acme')))
    const [errand, ...more] = outbox.take(10)
    assert.deepEqual(more, [])
    assert.equal(errand?.record?.status, 'READY')
    assert.deepEqual(statusesOf(errand), ['PROVISIONING', 'FAILED', 'READY'])
    assert.equal(outbox.size, 0)
  })

  it('joins what could not be told with what came since, in the order in which it happened', () => {
    const outbox = new Outbox()
    outbox.add(put(anAnswer('acme', { status: 'PROVISIONING' })))
    const [untold] = outbox.take(1)
    outbox.add(put(anAnswer('acme')))
    assert.ok(untold)
    outbox.giveBack(untold)
    const [errand] = outbox.take(1)
    assert.equal(errand?.record?.status, 'READY')
    assert.deepEqual(statusesOf(errand), ['PROVISIONING', 'READY'])
  })

  it('remembers every uid that a name had, and forgets what those came to', () => {
    const outbox = new Outbox()
    outbox.add(put(anAnswer('acme', { uid: 'first', status: 'FAILED' })))
    outbox.add(removal('acme', 'first'))
    outbox.add(put(anAnswer('acme', { uid: 'second', status: 'DELETING' })))
    outbox.add(removal('acme', 'second'))
    outbox.add(put(anAnswer('acme', { uid: 'third' })))
    const [errand] = outbox.take(1)
    assert.deepEqual(errand?.removed, ['first', 'second'])
    assert.equal(errand.record?.uid, 'third')
    assert.deepEqual(statusesOf(errand), ['READY'])
  })

  it('tells a whole history instead of its parts', () => {
    const outbox = new Outbox()
    const record = anAnswer('acme')
    outbox.add(put(anAnswer('acme', { status: 'FAILED' })))
    outbox.add({ ...put(record), whole: true })
    outbox.add(put(anAnswer('acme', { status: 'DEGRADED' })))
    const [errand] = outbox.take(1)
    assert.equal(errand?.whole, true)
    assert.deepEqual(statusesOf(errand), ['READY', 'DEGRADED'])
  })

  it('hands out what waits longest first', () => {
    const outbox = new Outbox()
    for (const name of ['cedar', 'acme', 'birch']) outbox.add(put(anAnswer(name)))
    assert.deepEqual(
      outbox.take(2).map(({ name }) => name),
      ['cedar', 'acme'],
    )
    assert.equal(outbox.size, 1)
  })

  it('keeps only so many removals, and says once that it forgot some', () => {
    const outbox = new Outbox({ removalsMax: 2 })
    for (const name of ['a', 'b', 'c', 'd']) outbox.add(removal(name, 'uid'))
    assert.equal(outbox.size, 2)
    assert.equal(outbox.takeForgot(), true)
    assert.equal(outbox.takeForgot(), false)
    outbox.add(put(anAnswer('e')))
    assert.equal(outbox.size, 3)
    outbox.take(3)
    outbox.add(removal('f', 'uid'))
    assert.equal(outbox.takeForgot(), false)
  })
})
