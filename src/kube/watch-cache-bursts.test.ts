/** Large states and bursts do not hold the event loop, and keep their order. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { settle } from '../../test/support/fake-time.ts'
import { openPodCache } from '../../test/support/pod-cache.ts'
import type { PodCacheOptions } from '../../test/support/pod-cache.ts'
import {
  ScriptedKube,
  aPod,
  added,
  endBookmark,
  kubeWithoutWatchList,
} from '../../test/support/scripted-kube.ts'
import type { ScriptedPod } from '../../test/support/scripted-kube.ts'

const many = Array.from({ length: 300 }, (_, index) => aPod(`p${index}`, index + 1))

/** Every turn is used up at once, so that each object must be followed by a rest. */
const restless: PodCacheOptions = { tuning: { sliceMs: 0 } }

/** A server without WatchList that answers one page. */
function pagedKube(items: readonly ScriptedPod[]): ScriptedKube {
  const kube = kubeWithoutWatchList()
  kube.answerPage = () => ({ items, resourceVersion: '1000000' })
  return kube
}

/** Counts the turns the event loop makes until stopped. */
function countTurns(): { readonly turns: () => number } & Disposable {
  let turns = 0
  let next = setImmediate(function turn() {
    turns += 1
    next = setImmediate(turn)
  })
  return { turns: () => turns, [Symbol.dispose]: () => clearImmediate(next) }
}

describe('a burst', () => {
  it('of initial events leaves turns to others, while they come and while they are told', async () => {
    const kube = new ScriptedKube()
    kube.onWatch = (watch) => watch.send(...many.map(added), endBookmark(1_000))
    await using pods = openPodCache(kube, restless)
    using others = countTurns()
    pods.cache.start()
    await pods.cache.whenSynced()
    assert.equal(pods.told.length, 300)
    assert.ok(others.turns() >= 600, `${others.turns()} turns`)
  })

  it('of listed objects leaves turns to others', async () => {
    await using pods = openPodCache(pagedKube(many), restless)
    using others = countTurns()
    pods.cache.start()
    await pods.cache.whenSynced()
    assert.ok(others.turns() >= 600, `${others.turns()} turns`)
  })

  it('of live events leaves turns to others', async () => {
    const kube = new ScriptedKube()
    await using pods = openPodCache(kube, restless)
    pods.cache.start()
    const watch = await kube.nthWatch(1)
    watch.send(endBookmark(1))
    await pods.cache.whenSynced()
    using others = countTurns()
    watch.send(...many.map(added))
    while (pods.told.length < 300) await settle()
    assert.ok(others.turns() >= 300, `${others.turns()} turns`)
  })

  it('is told in order, with a write noted in the middle and events that come meanwhile after it', async () => {
    const kube = new ScriptedKube()
    await using pods = openPodCache(kube, restless)
    pods.cache.subscribe(({ key }) => {
      if (key !== 'space/p0') return
      setImmediate(() => pods.cache.note(aPod('p299', 2_000)))
    })
    kube.onWatch = (watch) => watch.send(...many.map(added), endBookmark(1_000), added(aPod('late', 1_001)))
    pods.cache.start()
    await pods.cache.whenSynced()
    await settle()
    assert.deepEqual(pods.told.slice(298), [
      'added space/p298@299',
      'added space/p299@300',
      'updated space/p299@2000',
      'added space/late@1001',
    ])
  })

  it('of 200,000 objects in one page is no more than the cache can take', async () => {
    const objects = Array.from({ length: 200_000 }, (_, index) => aPod(`p${index}`, index + 1))
    await using pods = openPodCache(pagedKube(objects))
    pods.cache.start()
    await pods.cache.whenSynced()
    assert.equal(pods.cache.size, 200_000)
    assert.equal(pods.told.length, 200_000)
  })

  it('ends with the disposal, told or not', async () => {
    const kube = new ScriptedKube()
    kube.onWatch = (watch) => watch.send(...many.map(added), endBookmark(1_000))
    const pods = openPodCache(kube, restless)
    const first = new Promise<void>((resolve) => {
      pods.cache.subscribe(() => resolve())
    })
    pods.cache.start()
    await first
    await pods.cache[Symbol.asyncDispose]()
    const told = pods.told.length
    await settle()
    assert.ok(told < 300)
    assert.equal(pods.told.length, told)
  })
})
