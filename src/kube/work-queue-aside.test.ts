/** Tests that work which waits for somebody else takes no place in the work queue. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { settle } from '../../test/support/fake-time.ts'
import { RecordedLog } from '../../test/support/recorded-log.ts'
import { WorkQueue } from './work-queue.ts'

/** One key at a time; what its work does is told by key. */
function openQueue(works: Readonly<Record<string, (queue: WorkQueue) => Promise<unknown>>>) {
  const started: string[] = []
  const queue: WorkQueue = new WorkQueue({
    work: async (key) => {
      started.push(key)
      await works[key]?.(queue)
    },
    concurrency: 1,
    log: new RecordedLog(),
    random: () => 0,
  })
  return { queue, started, [Symbol.asyncDispose]: () => queue[Symbol.asyncDispose]() }
}

describe('work that waits for somebody else', () => {
  it('leaves its place to the next key, and has it back when none of its waits is left', async () => {
    const [slow, slower, other] = [1, 2, 3].map(() => Promise.withResolvers<void>())
    await using q = openQueue({
      a: (queue) => Promise.all([slow, slower].map((wait) => queue.aside('a', async () => wait?.promise))),
      b: async () => other?.promise,
    })
    for (const key of ['a', 'b', 'c']) q.queue.add(key)
    await settle()
    assert.deepEqual(q.started, ['a', 'b'])
    slow?.resolve()
    await settle()
    other?.resolve()
    await settle()
    assert.deepEqual(q.started, ['a', 'b', 'c'], 'one of two waits is left')
    slower?.resolve()
    await settle()
    assert.equal(q.queue.stats.processing, 0)
  })

  it('is as many as wait, beside those that work', async () => {
    const never = Promise.withResolvers<void>()
    const waits = (key: string) => (queue: WorkQueue) => queue.aside(key, () => never.promise)
    await using q = openQueue({ a: waits('a'), b: waits('b'), c: () => never.promise })
    for (const key of ['a', 'b', 'c', 'd']) q.queue.add(key)
    await settle()
    assert.deepEqual(q.started, ['a', 'b', 'c'])
    assert.equal(q.queue.stats.processing, 3)
    never.resolve()
  })

  it('learns how the wait ended', async () => {
    const heard: unknown[] = []
    await using q = openQueue({
      a: async (queue) => {
        heard.push(await queue.aside('a', async () => 'an answer'))
        await queue
          .aside('a', () => Promise.reject(new Error('no answer')))
          .catch((error: unknown) => heard.push(error))
      },
    })
    q.queue.add('a')
    await settle()
    assert.deepEqual(heard, ['an answer', new Error('no answer')])
  })
})
