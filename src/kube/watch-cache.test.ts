/** What a watch cache shows and tells. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fakeTime, settle } from '../../test/support/fake-time.ts'
import type { FakeTime } from '../../test/support/fake-time.ts'
import { openPodCache, viewOf } from '../../test/support/pod-cache.ts'
import type { PodCache, PodCacheOptions } from '../../test/support/pod-cache.ts'
import {
  ScriptedKube,
  aPod,
  added,
  bookmark,
  deleted,
  endBookmark,
  inBandError,
  modified,
} from '../../test/support/scripted-kube.ts'
import type { ScriptedPod, ScriptedWatch } from '../../test/support/scripted-kube.ts'

interface SyncedPods extends PodCache {
  readonly kube: ScriptedKube
  readonly watch: ScriptedWatch
}

/** A cache that holds these pods, as of resourceVersion 10, and has said so. */
async function syncedPods(
  objects: readonly ScriptedPod[],
  options: PodCacheOptions = {},
): Promise<SyncedPods> {
  const kube = new ScriptedKube()
  kube.onWatch = (watch, call) => {
    if (call === 1) watch.send(...objects.map(added), endBookmark(10))
  }
  const pods = openPodCache(kube, options)
  pods.cache.start()
  await pods.cache.whenSynced()
  pods.told.length = 0
  return { ...pods, kube, watch: await kube.nthWatch(1) }
}

/** What the server holds when the cache has lost its position and asks anew. */
interface Relist {
  readonly time: FakeTime
  readonly objects: readonly ScriptedPod[]
}

async function relist(pods: SyncedPods, { time, objects }: Relist): Promise<void> {
  pods.kube.onWatch = (watch) => watch.send(...objects.map(added), endBookmark(20))
  pods.watch.send(inBandError(410, 'Expired'))
  await time.pass(400)
}

describe('a watch cache', () => {
  it('shows an object under namespace/name, or name alone, and only what the projection kept of it', async () => {
    const { namespace: _, ...metadata } = aPod('alone', 2).metadata
    await using pods = await syncedPods([
      aPod('a', 1, { phase: 'Pending' }),
      { ...aPod('alone', 2), metadata },
    ])
    assert.deepEqual(pods.cache.get('space/a'), { version: '1', phase: 'Pending' })
    assert.deepEqual(pods.cache.get('alone'), { version: '2', phase: 'Running' })
    assert.equal(pods.cache.get('space/alone'), undefined)
    assert.equal(pods.cache.size, 2)
  })

  it('shows a change before it tells of it, with what was there before', async () => {
    await using pods = await syncedPods([aPod('a', 1)])
    const seen: unknown[] = []
    pods.cache.subscribe((change) => seen.push([change, pods.cache.get(change.key)]))
    pods.watch.send(modified(aPod('a', 11, { phase: 'Failed' })), deleted(aPod('a', 12)))
    await settle()
    const [before, after] = [
      { version: '1', phase: 'Running' },
      { version: '11', phase: 'Failed' },
    ]
    assert.deepEqual(seen, [
      [{ type: 'updated', key: 'space/a', object: after, previous: before }, after],
      [{ type: 'deleted', key: 'space/a', previous: after }, undefined],
    ])
  })

  it('tells nothing when an event repeats what is held', async () => {
    await using pods = await syncedPods([aPod('a', 1)])
    pods.watch.send(added(aPod('a', 1)), deleted(aPod('never-seen', 11)))
    await settle()
    assert.deepEqual(pods.told, [])
  })

  it('stops telling whoever unsubscribed, and everybody once it is disposed', async () => {
    await using pods = await syncedPods([])
    let told = 0
    const subscription = pods.cache.subscribe(() => (told += 1))
    pods.watch.send(added(aPod('a', 11)))
    await settle()
    subscription[Symbol.dispose]()
    pods.watch.send(added(aPod('b', 12)))
    await settle()
    assert.equal(told, 1)
    await pods.cache[Symbol.asyncDispose]()
    pods.cache.note(aPod('c', 13))
    assert.deepEqual(pods.told, ['added space/a@11', 'added space/b@12'])
  })

  it('says when the server was last heard: at events, bookmarks and complete lists', async (t) => {
    const time = fakeTime(t)
    const kube = new ScriptedKube()
    await using pods = openPodCache(kube)
    assert.equal(pods.cache.lastContactMs, 0)
    pods.cache.start()
    const watch = await kube.nthWatch(1)
    await time.pass(1_000)
    watch.send(endBookmark(10))
    await time.pass(1_000)
    assert.equal(pods.cache.lastContactMs, 1_001_000)
    watch.send(bookmark(11))
    await time.pass(1_000)
    assert.equal(pods.cache.lastContactMs, 1_002_000)
    watch.close()
    await time.pass(5_000)
    assert.equal(pods.cache.lastContactMs, 1_002_000)
  })

  it('counts what came, for metrics', async () => {
    await using pods = await syncedPods([aPod('a', 1)])
    pods.watch.send(modified(aPod('a', 11)), bookmark(12))
    await settle()
    assert.deepEqual(pods.cache.stats, {
      events: 4,
      relists: 0,
      restarts: 0,
      stalls: 0,
      watchList: true,
      skipped: 0,
    })
  })
})

describe('faults of others', () => {
  it('a listener that throws is logged; other listeners and the watch go on', async () => {
    await using pods = await syncedPods([])
    pods.cache.subscribe(() => {
      throw new Error('bug in a listener')
    })
    const later: string[] = []
    pods.cache.subscribe(({ key }) => later.push(key))
    pods.watch.send(added(aPod('a', 11)), added(aPod('b', 12)))
    await settle()
    assert.deepEqual(later, ['space/a', 'space/b'])
    assert.deepEqual(pods.log.texts('error'), Array(2).fill('a listener of a watch cache threw'))
    assert.equal(pods.watch.open, true)
    assert.equal(pods.cache.stats.restarts, 0)
  })

  it('an object that cannot be projected is logged and left out; the watch goes on', async () => {
    await using pods = await syncedPods([aPod('bad', 1), aPod('a', 2)], { project: failingFor('bad') })
    pods.watch.send(added(aPod('bad', 11)), added(aPod('b', 12)))
    await settle()
    assert.deepEqual(pods.held(), ['space/a@2', 'space/b@12'])
    assert.equal(pods.cache.stats.skipped, 2)
    assert.deepEqual(pods.log.texts('error'), Array(2).fill('an object could not be read'))
    assert.equal(pods.watch.open, true)
  })

  it('an object that cannot be projected any more keeps its last projection, also in a new list', async (t) => {
    const time = fakeTime(t)
    const pod = aPod('a', 2)
    await using pods = await syncedPods([pod], { project: failingFor('a', 11) })
    pods.watch.send(modified(aPod('a', 11)))
    await settle()
    assert.deepEqual(pods.held(), ['space/a@2'])
    await relist(pods, { time, objects: [aPod('a', 12)] })
    assert.deepEqual([pods.held(), pods.told], [['space/a@2'], []])
  })

  it('a successor under the same name that cannot be projected still ends the old object', async () => {
    await using pods = await syncedPods([aPod('a', 2)], { project: failingFor('a', 11) })
    pods.watch.send(modified(aPod('a', 11, { uid: 'another' })))
    await settle()
    assert.deepEqual([pods.held(), pods.told], [[], ['deleted space/a@2']])
  })

  function failingFor(name: string, from = 0): NonNullable<PodCacheOptions['project']> {
    return (pod) => {
      if (pod.metadata.name === name && Number(pod.metadata.resourceVersion) >= from)
        throw new Error('unreadable')
      return viewOf(pod)
    }
  }
})

describe('a new list', () => {
  it('tells deletions of what vanished, and updates only where the resourceVersion changed', async (t) => {
    const time = fakeTime(t)
    await using pods = await syncedPods([aPod('gone', 1), aPod('same', 2), aPod('changed', 3)])
    await relist(pods, { time, objects: [aPod('same', 2), aPod('changed', 14), aPod('new', 15)] })
    assert.deepEqual(pods.told, ['deleted space/gone@1', 'updated space/changed@14', 'added space/new@15'])
  })

  it('does not project again what did not change', async (t) => {
    const time = fakeTime(t)
    let projections = 0
    const project: PodCacheOptions['project'] = (pod) => {
      projections += 1
      return viewOf(pod)
    }
    await using pods = await syncedPods([aPod('same', 2), aPod('changed', 3)], { project })
    projections = 0
    await relist(pods, { time, objects: [aPod('same', 2), aPod('changed', 14)] })
    assert.equal(projections, 1)
  })

  it('shows another uid under the same name as a deletion and an addition', async (t) => {
    const time = fakeTime(t)
    await using pods = await syncedPods([aPod('a', 1)])
    await relist(pods, { time, objects: [aPod('a', 14, { uid: 'another' })] })
    assert.deepEqual(pods.told, ['deleted space/a@1', 'added space/a@14'])
  })

  it('keeps synced true meanwhile', async (t) => {
    const time = fakeTime(t)
    await using pods = await syncedPods([aPod('a', 1)])
    pods.watch.send(inBandError(410, 'Expired'))
    await time.pass(400)
    assert.equal(pods.kube.watches.length, 2)
    assert.equal(pods.cache.synced, true)
    await pods.cache.whenSynced()
  })
})

describe('an object that was deleted and created again', () => {
  it('is a deletion and an addition when a watch shows only the new uid', async () => {
    await using pods = await syncedPods([aPod('a', 1)])
    pods.watch.send(modified(aPod('a', 11, { uid: 'another' })))
    await settle()
    assert.deepEqual(pods.told, ['deleted space/a@1', 'added space/a@11'])
  })
})
