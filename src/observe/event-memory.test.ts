import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { anEvent, BORN_MS } from '../../test/support/builders.ts'
import type { ObservedEvent } from '../model/observed.ts'
import { EventMemory } from './event-memory.ts'

const HOUR_MS = 3_600_000
const at = (seconds: number): string => `${new Date(BORN_MS + seconds * 1000).toISOString().slice(0, 19)}Z`

/** The n-th event, about this pod, n seconds after the birth of everything. */
const aTold = (n: number, pod = 'controlplane-1-abcde', namespace = 'acme'): ObservedEvent =>
  anEvent({
    namespace,
    name: `${pod}.${n}`,
    uid: `${pod}-${n}`,
    lastSeen: at(n),
    about: { kind: 'Pod', name: pod, uid: '', fieldPath: '' },
  })

const added = (object: ObservedEvent): { type: 'added'; key: string; object: ObservedEvent } => ({
  type: 'added',
  key: `${object.namespace}/${object.name}`,
  object,
})
const names = (memory: EventMemory, namespace = 'acme'): readonly string[] =>
  memory.of(namespace).map(({ name }) => name)

describe('the memory for events', () => {
  it('tells what happened in a namespace, newest first', () => {
    const memory = new EventMemory({ now: () => BORN_MS })
    for (const n of [2, 3, 1]) assert.equal(memory.take(added(aTold(n))), 'acme')
    memory.take(added(aTold(4, 'web-0', 'birch')))
    assert.deepEqual(
      names(memory),
      [3, 2, 1].map((n) => `controlplane-1-abcde.${n}`),
    )
    assert.deepEqual(names(memory, 'birch'), ['web-0.4'])
    assert.deepEqual(names(memory, 'nowhere'), [])
  })

  it('replaces an event that happened again, by its uid or else by its key', () => {
    const memory = new EventMemory({ now: () => BORN_MS })
    memory.take(added(aTold(1)))
    memory.take({ ...added({ ...aTold(1), count: 7 }), type: 'updated' })
    memory.take(added({ ...aTold(2), uid: '' }))
    memory.take(added({ ...aTold(2), uid: '', count: 9 }))
    assert.deepEqual(
      memory.of('acme').map(({ count }) => count),
      [9, 7],
    )
  })

  it('keeps an event that the cluster forgets after an hour', () => {
    const memory = new EventMemory({ now: () => BORN_MS + 2 * HOUR_MS })
    memory.take(added(aTold(1)))
    const namespace = memory.take({ type: 'deleted', key: 'acme/controlplane-1-abcde.1', previous: aTold(1) })
    assert.equal(namespace, 'acme')
    assert.equal(memory.size, 1)
  })

  it('forgets an event after a day, and does not take one that is older', () => {
    let nowMs = BORN_MS + 24 * HOUR_MS
    const memory = new EventMemory({ now: () => nowMs })
    memory.take(added(aTold(0)))
    memory.take(added(aTold(-1)))
    assert.deepEqual(names(memory), ['controlplane-1-abcde.0'])
    nowMs += 1
    assert.deepEqual(names(memory), [])
    assert.equal(memory.size, 0)
  })

  it('keeps an event whose time nobody told', () => {
    const memory = new EventMemory({ now: () => BORN_MS })
    memory.take(added({ ...aTold(1), lastSeen: '' }))
    assert.equal(memory.of('acme').length, 1)
  })

  it('keeps the twenty newest about the pods of a component', () => {
    const memory = new EventMemory({ now: () => BORN_MS })
    for (let n = 1; n <= 50; n += 1) memory.take(added(aTold(n, `controlplane-7d9c4b8f6-abc${10 + n}`)))
    memory.take(added(aTold(0, 'dataplane-7d9c4b8f6-abcde')))
    const kept = memory.of('acme').map(({ lastSeen }) => lastSeen)
    assert.deepEqual([kept.length, kept[0], kept[19], kept[20]], [21, at(50), at(31), at(0)])
  })

  it('keeps sixty for a namespace, and lets those that tell most make room', () => {
    const memory = new EventMemory({ now: () => BORN_MS })
    memory.take(added(aTold(0, 'quiet-0')))
    for (let n = 1; n <= 30; n += 1)
      for (const name of ['a', 'b', 'c', 'd']) memory.take(added(aTold(n, `${name}-0`)))
    assert.equal(memory.size, 60)
    assert.ok(names(memory).includes('quiet-0.0'))
    for (const name of ['a', 'b', 'c', 'd']) assert.ok(names(memory).includes(`${name}-0.30`), name)
  })

  it('forgets a namespace that is gone', () => {
    const memory = new EventMemory({ now: () => BORN_MS })
    memory.take(added(aTold(1)))
    memory.forget('acme')
    memory.forget('never-seen')
    assert.deepEqual([names(memory), memory.size], [[], 0])
  })

  it('is bounded in all: the namespace in which nothing happened for longest loses its oldest', () => {
    const memory = new EventMemory({ now: () => BORN_MS, capacity: 4 })
    for (const n of [1, 2]) memory.take(added(aTold(n, 'web-0', 'quiet')))
    for (const n of [1, 2]) memory.take(added(aTold(n, 'web-0', 'busy')))
    memory.take(added(aTold(3, 'web-0', 'busy')))
    assert.deepEqual([names(memory, 'quiet'), memory.size], [['web-0.2'], 4])
    memory.take(added(aTold(4, 'web-0', 'busy')))
    memory.take(added(aTold(5, 'web-0', 'busy')))
    assert.deepEqual([names(memory, 'quiet').length, memory.size], [0, 4])
    assert.deepEqual(names(memory, 'busy').at(0), 'web-0.5')
  })
})
