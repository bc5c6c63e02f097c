/** What a cache is made to leave out, and what it can do without. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fakeTime, settle } from '../../test/support/fake-time.ts'
import { openPodCache, type PodCache, viewOf } from '../../test/support/pod-cache.ts'
import {
  aPod,
  added,
  endBookmark,
  kubeWithoutWatchList,
  modified,
  refusal,
  ScriptedKube,
} from '../../test/support/scripted-kube.ts'

describe('a selection by fields', () => {
  it('is sent with every watch and every page', async () => {
    const kube = kubeWithoutWatchList()
    await using pods = openPodCache(kube, { fieldSelector: 'type!=Normal' })
    pods.cache.start()
    await pods.cache.whenSynced()
    assert.deepEqual(
      [...kube.watches.map(({ options }) => options), ...kube.pages].map(
        ({ fieldSelector }) => fieldSelector,
      ),
      Array(kube.watches.length + kube.pages.length).fill('type!=Normal'),
    )
    assert.ok(kube.pages.length > 0)
  })
})

describe('an object whose projection is undefined', () => {
  const unlessOdd = (pod: Parameters<typeof viewOf>[0]): ReturnType<typeof viewOf> | undefined =>
    Number(pod.metadata.resourceVersion) % 2 === 1 ? undefined : viewOf(pod)

  it('is neither held nor told of, in the first state and later', async () => {
    const kube = new ScriptedKube()
    await using pods = openPodCache(kube, { project: unlessOdd })
    pods.cache.start()
    const watch = await kube.nthWatch(1)
    watch.send(added(aPod('a', 1)), added(aPod('b', 2)), endBookmark(9), added(aPod('c', 11)))
    await settle()
    assert.deepEqual(pods.held(), ['space/b@2'])
    assert.deepEqual(pods.told, ['added space/b@2'])
    assert.deepEqual(pods.log.texts('error'), [])
    assert.equal(pods.cache.stats.skipped, 0)
  })

  it('comes and goes as its projection does', async () => {
    const kube = new ScriptedKube()
    await using pods = openPodCache(kube, { project: unlessOdd })
    pods.cache.start()
    const watch = await kube.nthWatch(1)
    watch.send(endBookmark(9), added(aPod('a', 11)), modified(aPod('a', 12)), modified(aPod('a', 13)))
    await settle()
    assert.deepEqual(pods.held(), [])
    assert.deepEqual(pods.told, ['added space/a@12', 'deleted space/a@12'])
  })
})

describe('a cache that can be done without', () => {
  it('is settled by a refusal, which is told and no warning, and synced once it may watch', async (t) => {
    const time = fakeTime(t)
    const kube = new ScriptedKube()
    let allowed = false
    kube.onWatch = (watch) => {
      if (!allowed) watch.fail(refusal(403, 'Forbidden'))
    }
    let refusals = 0
    await using pods = openPodCache(kube, { onRefused: () => (refusals += 1) })
    pods.cache.start()
    await pods.cache.whenSettled()
    await settle()
    assert.deepEqual([pods.cache.synced, refusals, pods.log.texts('warn')], [false, 1, []])
    allowed = true
    await time.pass(60_000)
    kube.open[0]?.send(added(aPod('a', 4)), endBookmark(5))
    await pods.cache.whenSynced()
    assert.deepEqual(pods.held(), ['space/a@4'])
  })

  it('is settled by its first complete state as well', async () => {
    const kube = new ScriptedKube()
    await using pods = openPodCache(kube)
    pods.cache.start()
    const watch = await kube.nthWatch(1)
    watch.send(endBookmark(5))
    await pods.cache.whenSettled()
    assert.equal(pods.cache.synced, true)
  })

  it('does not keep anybody waiting when it is disposed', async () => {
    const pods = openPodCache(new ScriptedKube())
    pods.cache.start()
    const waiting = assert.rejects(pods.cache.whenSettled(), { name: 'AbortError' })
    await pods[Symbol.asyncDispose]()
    await waiting
  })
})

describe('a cache of a kind that is not served', () => {
  const open = (kube: ScriptedKube): PodCache => openPodCache(kube, { mayBeUnserved: true })

  /** Answers 404 as long as the kind is not installed. */
  function kubeWithout(): ScriptedKube & { installed: boolean } {
    const kube = Object.assign(new ScriptedKube(), { installed: false })
    kube.onWatch = (watch) => {
      if (!kube.installed) watch.fail(refusal(404, 'NotFound'))
    }
    return kube
  }

  it('is complete and empty at once, and says so to nobody but who debugs', async () => {
    const kube = kubeWithout()
    await using pods = open(kube)
    pods.cache.start()
    await pods.cache.whenSynced()
    await settle()
    assert.deepEqual(pods.held(), [])
    assert.deepEqual(pods.log.texts('info', 'warn', 'error'), [])
    assert.deepEqual(pods.log.texts('debug'), ['this kind is not served; asking again later'])
    assert.equal(pods.cache.stats.restarts, 0)
    assert.ok(pods.cache.lastContactMs > 0)
  })

  it('is asked for every two minutes, however long that lasts, and found when it is installed', async (t) => {
    const time = fakeTime(t)
    const kube = kubeWithout()
    await using pods = open(kube)
    pods.cache.start()
    for (let minute = 0; minute < 60; minute += 1) await time.pass(60_000)
    assert.equal(kube.watches.length, 31)
    kube.installed = true
    await time.pass(120_000)
    kube.open[0]?.send(added(aPod('a', 4)), endBookmark(5))
    await settle()
    assert.deepEqual(pods.held(), ['space/a@4'])
    assert.deepEqual(pods.told, ['added space/a@4'])
  })

  it('loses what it held when the kind is uninstalled, and finds it again', async (t) => {
    const time = fakeTime(t)
    const kube = kubeWithout()
    kube.installed = true
    await using pods = open(kube)
    pods.cache.start()
    await settle()
    kube.open[0]?.send(added(aPod('a', 4)), endBookmark(5))
    await settle()
    kube.installed = false
    await time.pass(1_000)
    kube.open[0]?.close()
    await settle()
    assert.deepEqual(pods.told, ['added space/a@4', 'deleted space/a@4'])
    kube.installed = true
    await time.pass(120_000)
    assert.equal(kube.open[0]?.options.sendInitialEvents, true)
    kube.open[0]?.send(added(aPod('b', 7)), endBookmark(8))
    await settle()
    assert.deepEqual(pods.held(), ['space/b@7'])
  })

  it('is complete and empty on a server without WatchList as well', async () => {
    const kube = new ScriptedKube()
    kube.onWatch = (watch) => watch.fail(refusal(422, 'Invalid'))
    kube.answerPage = () => Promise.reject(refusal(404, 'NotFound'))
    await using pods = open(kube)
    pods.cache.start()
    await pods.cache.whenSynced()
    assert.equal(pods.cache.synced, true)
  })

  it('takes any other failure for one', async () => {
    const kube = new ScriptedKube()
    kube.onWatch = (watch) => watch.fail(refusal(503, 'ServiceUnavailable'))
    await using pods = open(kube)
    pods.cache.start()
    await pods.cache.whenSettled()
    await settle()
    assert.deepEqual([pods.cache.synced, pods.log.texts('warn').length], [false, 1])
  })
})

describe('a cache that everything needs', () => {
  it('takes a kind that is not served for a failure, and keeps what it holds', async (t) => {
    const time = fakeTime(t)
    const kube = new ScriptedKube()
    kube.onWatch = (watch, call) => {
      if (call === 1) watch.send(added(aPod('a', 4)), endBookmark(5))
      else watch.fail(refusal(404, 'NotFound'))
    }
    await using pods = openPodCache(kube)
    pods.cache.start()
    await settle()
    await time.pass(1_000)
    kube.open[0]?.close()
    await settle()
    assert.deepEqual([pods.held(), pods.log.texts('warn').length], [['space/a@4'], 1])
  })

  it('warns of a refusal as of every failure', async () => {
    const kube = new ScriptedKube()
    kube.onWatch = (watch) => watch.fail(refusal(403, 'Forbidden'))
    await using pods = openPodCache(kube)
    pods.cache.start()
    await pods.cache.whenSettled()
    await settle()
    assert.deepEqual(pods.log.texts('warn'), ['a watch failed; starting it again'])
  })
})
