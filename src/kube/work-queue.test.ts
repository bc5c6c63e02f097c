/** The contract of the work queue, case by case. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fakeTime, settle } from '../../test/support/fake-time.ts'
import { RecordedLog } from '../../test/support/recorded-log.ts'
import { WorkQueue } from './work-queue.ts'
import type { WorkQueueOptions } from './work-queue.ts'

/** Work that goes on until the test ends it. */
class Workbench {
  /** Keys in the order in which their work was started. */
  readonly started: string[] = []
  readonly #open = new Map<string, PromiseWithResolvers<void>>()

  readonly work = (key: string): Promise<void> => {
    this.started.push(key)
    const piece = Promise.withResolvers<void>()
    this.#open.set(key, piece)
    return piece.promise
  }

  async finish(key: string, error?: Error): Promise<void> {
    const piece = this.#open.get(key)
    this.#open.delete(key)
    if (error === undefined) piece?.resolve()
    else piece?.reject(error)
    await settle()
  }
}

interface OpenQueue extends AsyncDisposable {
  readonly queue: WorkQueue
  readonly bench: Workbench
  readonly log: RecordedLog
}

function openQueue(options: Partial<WorkQueueOptions> = {}): OpenQueue {
  const bench = new Workbench()
  const log = new RecordedLog()
  const queue = new WorkQueue({
    work: bench.work,
    concurrency: 2,
    log,
    random: () => 0,
    now: () => Date.now(),
    ...options,
  })
  return {
    queue,
    bench,
    log,
    async [Symbol.asyncDispose]() {
      const disposed = queue[Symbol.asyncDispose]()
      for (const key of bench.started) await bench.finish(key)
      await disposed
    },
  }
}

describe('a work queue', () => {
  it('works once on a key that was added several times while it waited', async () => {
    await using q = openQueue()
    for (const key of ['a', 'b', 'a', 'a']) q.queue.add(key)
    await settle()
    await q.bench.finish('a')
    await q.bench.finish('b')
    assert.deepEqual(q.bench.started, ['a', 'b'])
    assert.equal(q.queue.stats.adds, 2)
  })

  it('never has two workers on one key, and works on it again when it was added meanwhile', async () => {
    await using q = openQueue()
    q.queue.add('a')
    await settle()
    q.queue.add('a')
    q.queue.add('a')
    await settle()
    assert.deepEqual(q.bench.started, ['a'])
    await q.bench.finish('a')
    assert.deepEqual(q.bench.started, ['a', 'a'])
    await q.bench.finish('a')
    assert.deepEqual(q.bench.started, ['a', 'a'])
  })

  it('works on as many keys at a time as allowed, first come first served', async () => {
    await using q = openQueue()
    for (const key of ['a', 'b', 'c', 'd']) q.queue.add(key)
    await settle()
    assert.deepEqual(q.bench.started, ['a', 'b'])
    assert.deepEqual([q.queue.stats.depth, q.queue.stats.processing], [2, 2])
    await q.bench.finish('b')
    assert.deepEqual(q.bench.started, ['a', 'b', 'c'])
  })

  it('lets others go first when a key is added again during its work', async () => {
    await using q = openQueue({ concurrency: 1 })
    q.queue.add('greedy')
    await settle()
    q.queue.add('greedy')
    q.queue.add('other')
    await q.bench.finish('greedy')
    assert.deepEqual(q.bench.started, ['greedy', 'other'])
    await q.bench.finish('other')
    assert.deepEqual(q.bench.started, ['greedy', 'other', 'greedy'])
  })

  it('gives a key that never stops asking one turn in each round of the others', async () => {
    const done: string[] = []
    await using q = openQueue({
      concurrency: 1,
      work: async (key) => {
        done.push(key)
        if (done.length < 9) q.queue.add(key)
        if (key === 'greedy') for (let time = 0; time < 10; time += 1) q.queue.add('greedy')
      },
    })
    for (const key of ['greedy', 'a', 'b']) q.queue.add(key)
    while (done.length < 9) await settle()
    const round = ['greedy', 'a', 'b']
    assert.deepEqual(done.slice(0, 9), [...round, ...round, ...round])
  })

  it('takes a key that its own work adds, also before the first await', async () => {
    const runs: string[] = []
    const first = Promise.withResolvers<void>()
    await using q = openQueue({
      work: async (key) => {
        runs.push(key)
        if (runs.length > 1) return
        q.queue.add(key)
        await first.promise
      },
    })
    q.queue.add('a')
    await settle()
    assert.deepEqual(runs, ['a'])
    first.resolve()
    await settle()
    assert.deepEqual(runs, ['a', 'a'])
  })

  it('keeps the order of a long line', async () => {
    const keys = Array.from({ length: 5_000 }, (_, index) => `k${index}`)
    const done: string[] = []
    await using q = openQueue({ work: async (key) => void done.push(key) })
    for (const key of keys) q.queue.add(key)
    while (done.length < keys.length) await settle()
    assert.deepEqual(done, keys)
    assert.equal(q.queue.stats.depth, 0)
  })

  it('says how long the next key has waited', async (t) => {
    const time = fakeTime(t)
    await using q = openQueue({ concurrency: 1 })
    q.queue.add('a')
    await settle()
    q.queue.add('b')
    await time.pass(70)
    q.queue.add('c')
    assert.equal(q.queue.stats.oldestWaitMs, 70)
    await q.bench.finish('a')
    await q.bench.finish('b')
    assert.equal(q.queue.stats.oldestWaitMs, 0)
  })
})

describe('a delayed key', () => {
  it('is worked on when its time has come, the earliest first', async (t) => {
    const time = fakeTime(t)
    await using q = openQueue({ concurrency: 10 })
    q.queue.addAfter('late', 300)
    q.queue.addAfter('early', 100)
    q.queue.addAfter('now', 0)
    await time.pass(99)
    assert.deepEqual([q.bench.started, q.queue.stats.delayed], [['now'], 2])
    await time.pass(1)
    assert.deepEqual(q.bench.started, ['now', 'early'])
    await time.pass(200)
    assert.deepEqual([q.bench.started, q.queue.stats.delayed], [['now', 'early', 'late'], 0])
  })
})

describe('a failing key', () => {
  it('is logged once, and worked on again after waits that double from 5 ms', async (t) => {
    const time = fakeTime(t)
    const starts: number[] = []
    await using q = openQueue({
      maxMs: 30,
      random: () => 0.999_999,
      work: async () => {
        starts.push(Date.now())
        throw new Error('no luck')
      },
    })
    q.queue.add('a')
    await settle()
    for (let ms = 0; ms < 120; ms += 1) await time.pass(1)
    const waits = starts.slice(1).map((start, index) => start - (starts[index] ?? 0))
    assert.deepEqual(waits, [4, 9, 19, 29, 29, 29])
    assert.equal(q.log.lines.length, starts.length)
    assert.deepEqual(q.queue.stats.retries, starts.length)
    assert.equal(q.queue.attempts('a'), starts.length)
  })

  it('never comes back at once, so that a failure without I/O is no busy loop', async (t) => {
    const time = fakeTime(t)
    let runs = 0
    await using q = openQueue({
      random: () => 0,
      work: () => {
        runs += 1
        throw new Error('thrown, not rejected')
      },
    })
    q.queue.add('a')
    await settle()
    assert.equal(runs, 1)
    await time.pass(2)
    assert.equal(runs, 2)
  })

  it('starts from the shortest wait again once it is forgotten', async () => {
    await using q = openQueue()
    for (let time = 0; time < 3; time += 1) q.queue.addRateLimited('a')
    assert.equal(q.queue.attempts('a'), 3)
    q.queue.forget('a')
    assert.equal(q.queue.attempts('a'), 0)
  })

  it('does not hinder a new key, however many fail again and again', async (t) => {
    const time = fakeTime(t)
    let failures = 0
    let doneAfter: number | undefined
    await using q = openQueue({
      concurrency: 1,
      work: async (key) => {
        if (key === 'new') doneAfter = failures
        else {
          failures += 1
          throw new Error('no luck')
        }
      },
    })
    const failing = Array.from({ length: 100 }, (_, index) => `failing-${index}`)
    for (const key of failing) q.queue.add(key)
    for (let ms = 0; ms < 200; ms += 1) await time.pass(1)
    const before = failures
    q.queue.add('new')
    for (let ms = 0; ms < 200; ms += 1) await time.pass(1)
    assert.ok(failures > before, 'nothing failed beside it')
    assert.ok(doneAfter !== undefined && doneAfter - before <= failing.length, `after ${doneAfter}`)
  })

  it('does not hinder other keys', async (t) => {
    const time = fakeTime(t)
    const done: string[] = []
    await using q = openQueue({
      concurrency: 1,
      work: async (key) => {
        if (key === 'bad') throw new Error('no luck')
        done.push(key)
      },
    })
    for (const key of ['bad', 'a', 'b']) q.queue.add(key)
    await time.pass(0)
    assert.deepEqual(done, ['a', 'b'])
  })
})

describe('disposing a work queue', () => {
  it('aborts the signal of the work under way, waits for its end, and starts nothing more', async () => {
    const seen: string[] = []
    const queue = new WorkQueue({
      concurrency: 1,
      log: new RecordedLog(),
      random: () => 0,
      work: async (key, signal) => {
        seen.push(`start ${key}`)
        await new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => setImmediate(resolve))
        })
        seen.push(`end ${key}`)
        queue.add('too late')
      },
    })
    queue.add('a')
    queue.add('b')
    queue.addAfter('c', 1)
    await settle()
    await queue[Symbol.asyncDispose]()
    assert.deepEqual(seen, ['start a', 'end a'])
    queue.add('d')
    queue.addAfter('e', 1)
    queue.addRateLimited('f')
    await settle()
    assert.deepEqual(seen, ['start a', 'end a'])
    const { depth, processing, delayed } = queue.stats
    assert.deepEqual([depth, processing, delayed], [0, 0, 0])
  })

  it('logs no failure of work that was aborted, and leaves no timer', async () => {
    const timersBefore = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const log = new RecordedLog()
    const queue = new WorkQueue({
      concurrency: 1,
      log,
      random: () => 0,
      work: (_key, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')))
        }),
    })
    queue.add('a')
    queue.addAfter('b', 60_000)
    await settle()
    await queue[Symbol.asyncDispose]()
    assert.deepEqual(log.lines, [])
    const timersAfter = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    assert.equal(timersAfter, timersBefore)
  })
})
