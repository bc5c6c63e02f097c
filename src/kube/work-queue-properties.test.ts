/** The contract of the work queue, for any order of events. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { fakeTime } from '../../test/support/fake-time.ts'
import type { FakeTime } from '../../test/support/fake-time.ts'
import { RecordedLog } from '../../test/support/recorded-log.ts'
import { WorkQueue } from './work-queue.ts'

type Step =
  | { readonly do: 'add' | 'addRateLimited' | 'forget'; readonly key: string }
  | { readonly do: 'addAfter'; readonly key: string; readonly delayMs: number }
  | { readonly do: 'finish'; readonly key: string; readonly failed: boolean }
  | { readonly do: 'wait'; readonly ms: number }

const key = fc.constantFrom('a', 'b', 'c', 'd')
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('add', 'addRateLimited', 'forget'), key }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('addAfter'), key, delayMs: fc.integer({ min: -5, max: 60 }) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('finish'), key, failed: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.integer({ min: 0, max: 40 }) }) },
)

/** Drives a queue, and says by a simpler account what must be worked on when. */
class Trial implements AsyncDisposable {
  readonly queue: WorkQueue
  readonly #time: FakeTime
  readonly #concurrency: number
  readonly #running = new Map<string, PromiseWithResolvers<void>>()
  /** Keys to be worked on now. */
  readonly #due = new Set<string>()
  /** Keys to be worked on later, and when: the earliest time that was asked for. */
  readonly #later = new Map<string, number>()
  /** Not asserted where they happen: the queue would take that for a failure of the work. */
  readonly #faults: string[] = []

  constructor(time: FakeTime, concurrency: number) {
    this.#time = time
    this.#concurrency = concurrency
    this.queue = new WorkQueue({
      concurrency,
      log: new RecordedLog(),
      random: () => 0.5,
      maxMs: 40,
      now: () => Date.now(),
      work: (started) => this.#start(started),
    })
  }

  async run(next: Step): Promise<void> {
    if (next.do === 'finish') this.#finish(next.key, next.failed)
    else if (next.do === 'forget') this.queue.forget(next.key)
    else if (next.do !== 'wait') this.#ask(next)
    await this.#time.pass(next.do === 'wait' ? next.ms : 0)
    this.#check()
  }

  /** Ends all work and lets all time pass: then nothing may be left. */
  async settle(): Promise<void> {
    for (let round = 0; round < 20 && this.#busy; round += 1) {
      for (const running of this.#running.keys()) this.#finish(running, false)
      await this.#time.pass(100)
      this.#check()
    }
    assert.equal(this.#busy, false, 'the queue does not come to rest')
    assert.deepEqual([...this.#due, ...this.#later.keys()], [], 'added, but never worked on')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const running of this.#running.values()) running.resolve()
    await this.queue[Symbol.asyncDispose]()
  }

  get #busy(): boolean {
    const { depth, processing, delayed } = this.queue.stats
    return depth + processing + delayed > 0
  }

  #ask(next: Exclude<Step, { readonly do: 'finish' | 'wait' | 'forget' }>): void {
    if (next.do === 'add') {
      this.#expect(next.key, 0)
      this.queue.add(next.key)
    } else if (next.do === 'addAfter') {
      this.#expect(next.key, next.delayMs)
      this.queue.addAfter(next.key, next.delayMs)
    } else {
      this.#expect(next.key, this.#backoffMs(next.key))
      this.queue.addRateLimited(next.key)
    }
  }

  #expect(expected: string, delayMs: number): void {
    const at = Date.now() + delayMs
    if (delayMs <= 0) this.#due.add(expected)
    else this.#later.set(expected, Math.min(this.#later.get(expected) ?? Infinity, at))
  }

  /** From 5 ms, doubling up to 40, half of it by a chance of 0.5. */
  #backoffMs(failing: string): number {
    return Math.floor(0.75 * Math.min(40, 5 * 2 ** this.queue.attempts(failing)))
  }

  #fallDue(): void {
    for (const [later, at] of this.#later) {
      if (at > Date.now()) continue
      this.#later.delete(later)
      this.#due.add(later)
    }
  }

  #start(started: string): Promise<void> {
    this.#fallDue()
    if (this.#running.has(started)) this.#faults.push(`two workers on ${started}`)
    if (!this.#due.delete(started)) this.#faults.push(`nobody asked for ${started}`)
    const piece = Promise.withResolvers<void>()
    this.#running.set(started, piece)
    return piece.promise
  }

  #finish(finished: string, failed: boolean): void {
    const piece = this.#running.get(finished)
    if (piece === undefined) return
    this.#running.delete(finished)
    if (!failed) return piece.resolve()
    this.#expect(finished, this.#backoffMs(finished))
    piece.reject(new Error('failed'))
  }

  /** What is due is being worked on, or waits because all workers are busy. */
  #check(): void {
    this.#fallDue()
    assert.deepEqual(this.#faults, [])
    assert.ok(this.#running.size <= this.#concurrency, 'more workers than allowed')
    assert.equal(this.queue.stats.processing, this.#running.size)
    if (this.#running.size === this.#concurrency) return
    for (const due of this.#due) assert.ok(this.#running.has(due), `${due} is due and a worker is free`)
  }
}

it('a work queue works on what was asked for, when it was asked for, and never twice at a time', async (t) => {
  const time = fakeTime(t)
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 40 }),
      fc.integer({ min: 1, max: 3 }),
      async (steps, concurrency) => {
        await using trial = new Trial(time, concurrency)
        for (const next of steps) await trial.run(next)
        await trial.settle()
      },
    ),
    { numRuns: 150 },
  )
})
