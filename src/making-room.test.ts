/** Tests that passes make room for requests, and never all of it. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../test/support/eventually.ts'
import { RecordedLog } from '../test/support/recorded-log.ts'
import { WorkQueue } from './kube/work-queue.ts'
import { MakingRoom } from './making-room.ts'
import type { ParticipantWriter } from './model/requests.ts'
import { PARALLEL_PASSES } from './reconcile/reconciler.ts'

/** A writer whose creations end when they are told to. */
function openDesk(): { readonly room: MakingRoom; readonly ask: () => void; readonly answer: () => void } {
  const room = new MakingRoom()
  const ends: (() => void)[] = []
  const create = (): Promise<never> => new Promise((_, reject) => ends.push(() => reject(new Error('no'))))
  const writer = room.for({ create } as unknown as ParticipantWriter)
  return {
    room,
    ask: () => void writer.create({ participantName: 'acme', did: 'did:web:acme' }).catch(() => undefined),
    answer: () => ends.pop()?.(),
  }
}

describe('passes', () => {
  it('are one less for each request under way', async () => {
    const { room, ask, answer } = openDesk()
    assert.equal(room.passes(), PARALLEL_PASSES)
    ask()
    ask()
    assert.equal(room.passes(), PARALLEL_PASSES - 2)
    answer()
    await new Promise(setImmediate)
    assert.equal(room.passes(), PARALLEL_PASSES - 1)
  })

  it('go on while there are more requests than room', () => {
    const { room, ask } = openDesk()
    for (let count = 0; count < 100; count += 1) ask()
    assert.ok(room.passes() > 0)
    assert.ok(room.verdicts() > 0)
  })

  it('are begun as soon as requests have left room for them and another one ends', async () => {
    const { room, ask, answer } = openDesk()
    for (let count = 0; count < PARALLEL_PASSES; count += 1) ask()
    const ends: (() => void)[] = []
    const work = (): Promise<void> => new Promise((resolve) => ends.push(resolve))
    await using queue = new WorkQueue({
      work,
      concurrency: room.passes,
      log: new RecordedLog(),
      random: () => 0,
    })
    for (let key = 0; key < 2 * PARALLEL_PASSES; key += 1) queue.add(String(key))
    await eventually(() => ends.length > 0, { what: 'the first passes' })
    assert.ok(ends.length < PARALLEL_PASSES)
    for (let count = 0; count < PARALLEL_PASSES; count += 1) answer()
    ends.shift()?.()
    await eventually(() => ends.length === PARALLEL_PASSES, { what: 'all the passes that may run' })
    const closing = queue[Symbol.asyncDispose]()
    for (const end of ends) end()
    await closing
  })
})
