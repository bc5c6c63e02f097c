/** How the whole state is fetched. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fakeTime, settle } from '../../test/support/fake-time.ts'
import { openPodCache } from '../../test/support/pod-cache.ts'
import {
  aPod,
  added,
  bookmark,
  deleted,
  endBookmark,
  inBandError,
  kubeWithoutWatchList,
  modified,
  refusal,
  ScriptedKube,
} from '../../test/support/scripted-kube.ts'

describe('the initial state, streamed', () => {
  it('is asked for first, consistently, with the selector and a lifetime between 300 and 600 s', async () => {
    const kube = new ScriptedKube()
    await using pods = openPodCache(kube, { labelSelector: 'mine', random: () => 0.5 })
    pods.cache.start()
    const { options } = await kube.nthWatch(1)
    assert.equal(options.sendInitialEvents, true)
    assert.equal(options.resourceVersion, undefined)
    assert.equal(options.labelSelector, 'mine')
    assert.equal(options.timeoutSeconds, 450)
    assert.equal(kube.pages.length, 0)
  })

  it('is not seen before its end bookmark, and then is seen as a whole', async () => {
    const kube = new ScriptedKube()
    await using pods = openPodCache(kube)
    pods.cache.start()
    const watch = await kube.nthWatch(1)
    watch.send(added(aPod('b', 9)), added(aPod('a', 4)))
    await settle()
    assert.deepEqual([pods.held(), pods.told, pods.cache.synced], [[], [], false])
    watch.send(endBookmark(12))
    await pods.cache.whenSynced()
    assert.deepEqual(pods.held(), ['space/a@4', 'space/b@9'])
    assert.deepEqual(pods.told, ['added space/b@9', 'added space/a@4'])
  })

  it('takes in what changes before its end bookmark', async () => {
    const kube = new ScriptedKube()
    await using pods = openPodCache(kube)
    pods.cache.start()
    const watch = await kube.nthWatch(1)
    watch.send(added(aPod('a', 4)), added(aPod('b', 5)), modified(aPod('a', 6)), deleted(aPod('b', 7)))
    watch.send(endBookmark(7))
    await pods.cache.whenSynced()
    assert.deepEqual(pods.told, ['added space/a@6'])
  })

  it('gives the position only by its end bookmark, for its objects come in any order', async (t) => {
    const time = fakeTime(t)
    const kube = new ScriptedKube()
    await using pods = openPodCache(kube)
    pods.cache.start()
    const watch = await kube.nthWatch(1)
    watch.send(added(aPod('a', 90)), bookmark(95))
    await settle()
    assert.deepEqual(pods.held(), [])
    watch.send(added(aPod('b', 4)), endBookmark(80))
    await time.pass(2_000)
    watch.close()
    await settle()
    assert.equal(kube.watches[1]?.options.resourceVersion, '80')
  })

  it('goes on as the live watch, without a second request', async () => {
    const kube = new ScriptedKube()
    await using pods = openPodCache(kube)
    pods.cache.start()
    const watch = await kube.nthWatch(1)
    watch.send(endBookmark(3), added(aPod('a', 4)), modified(aPod('a', 5)), deleted(aPod('a', 6)))
    await settle()
    assert.deepEqual(pods.told, ['added space/a@4', 'updated space/a@5', 'deleted space/a@5'])
    assert.equal(kube.watches.length, 1)
  })

  it('starts anew after a broken stream, with nothing left of the first', async (t) => {
    const time = fakeTime(t)
    const kube = new ScriptedKube()
    await using pods = openPodCache(kube)
    pods.cache.start()
    const first = await kube.nthWatch(1)
    first.send(added(aPod('gone', 4))).fail(new Error('reset'))
    await time.pass(400)
    assert.equal(kube.watches[1]?.options.sendInitialEvents, true)
    kube.watches[1]?.send(added(aPod('a', 5)), endBookmark(6))
    await settle()
    assert.deepEqual(pods.held(), ['space/a@5'])
  })
})

describe('the fall-back to a paged list', () => {
  for (const [code, reason] of [
    [400, 'BadRequest'],
    [422, 'Invalid'],
  ] as const) {
    it(`comes at once when the server answers ${code} to a WatchList`, async () => {
      const kube = new ScriptedKube()
      kube.onWatch = (watch, call) => {
        if (call === 1) watch.fail(refusal(code, reason))
      }
      await using pods = openPodCache(kube)
      pods.cache.start()
      await pods.cache.whenSynced()
      assert.equal(kube.pages.length, 1)
      assert.equal(pods.cache.stats.restarts, 0)
    })
  }

  it('comes at once when the refusal comes in band', async () => {
    const kube = new ScriptedKube()
    kube.onWatch = (watch, call) => {
      if (call === 1) watch.send(inBandError(422, 'Invalid'))
    }
    await using pods = openPodCache(kube)
    pods.cache.start()
    await settle()
    assert.deepEqual([kube.pages.length, pods.cache.synced], [1, true])
  })

  it('comes after 120 s without an end bookmark, although events come', async (t) => {
    const time = fakeTime(t)
    const kube = new ScriptedKube()
    await using pods = openPodCache(kube)
    pods.cache.start()
    const watch = await kube.nthWatch(1)
    for (let second = 10; second < 120; second += 10) {
      await time.pass(10_000)
      watch.send(modified(aPod('a', second)))
      await settle()
      assert.equal(watch.open, true, `cut after ${second} s`)
    }
    await time.pass(10_000)
    assert.equal(watch.open, false)
    assert.equal(kube.pages.length, 1)
    assert.equal(pods.cache.synced, true)
    assert.equal(pods.cache.stats.watchList, false)
  })

  it('comes after 15 s in which nothing at all came', async (t) => {
    const time = fakeTime(t)
    const kube = new ScriptedKube()
    await using pods = openPodCache(kube)
    pods.cache.start()
    const watch = await kube.nthWatch(1)
    watch.send(added(aPod('a', 4)))
    await settle()
    await time.pass(14_999)
    assert.equal(watch.open, true)
    await time.pass(1)
    assert.equal(watch.open, false)
    assert.equal(pods.cache.synced, true)
  })

  it('comes when something in between closes the stream before its end bookmark', async () => {
    const kube = new ScriptedKube()
    kube.onWatch = (watch, call) => {
      if (call === 1) watch.send(added(aPod('a', 4))).close()
    }
    await using pods = openPodCache(kube)
    pods.cache.start()
    await settle()
    assert.deepEqual([kube.pages.length, pods.cache.synced], [1, true])
  })

  it('does not cut a stream whose end bookmark came in time', async (t) => {
    const time = fakeTime(t)
    const kube = new ScriptedKube()
    await using pods = openPodCache(kube)
    pods.cache.start()
    const watch = await kube.nthWatch(1)
    watch.send(endBookmark(3))
    await time.pass(60_000)
    assert.equal(watch.open, true)
  })

  it('is remembered: the server is not asked for a WatchList again', async (t) => {
    const time = fakeTime(t)
    const kube = kubeWithoutWatchList()
    await using pods = openPodCache(kube)
    pods.cache.start()
    await settle()
    kube.open[0]?.send(inBandError(410, 'Expired'))
    await time.pass(400)
    assert.equal(kube.pages.length, 2)
    assert.equal(kube.watches.filter(({ options }) => options.sendInitialEvents === true).length, 1)
  })

  it('is not chosen because the server was down for a while', async (t) => {
    const time = fakeTime(t)
    const kube = new ScriptedKube()
    kube.onWatch = (watch, call) => {
      if (call <= 3) watch.fail(new Error('connection refused'))
    }
    await using pods = openPodCache(kube)
    pods.cache.start()
    for (let second = 0; second < 10; second += 1) await time.pass(1_000)
    assert.equal(kube.open[0]?.options.sendInitialEvents, true)
    assert.equal(kube.pages.length, 0)
  })
})

describe('a paged list', () => {
  it('follows all pages of 500 and watches from the resourceVersion of the first', async () => {
    const kube = kubeWithoutWatchList()
    kube.answerPage = (_options, call) =>
      call < 3
        ? { items: [aPod(`p${call}`, call)], resourceVersion: `${70 + call}`, continue: `after-${call}` }
        : { items: [aPod('p3', 3)], resourceVersion: '99', continue: '' }
    await using pods = openPodCache(kube, { labelSelector: 'mine' })
    pods.cache.start()
    await pods.cache.whenSynced()
    await settle()
    assert.deepEqual(
      kube.pages.map(({ limit, labelSelector, continue: token }) => [limit, labelSelector, token]),
      [
        [500, 'mine', undefined],
        [500, 'mine', 'after-1'],
        [500, 'mine', 'after-2'],
      ],
    )
    assert.deepEqual(pods.held(), ['space/p1@1', 'space/p2@2', 'space/p3@3'])
    const { options } = await kube.nthWatch(2)
    assert.equal(options.resourceVersion, '71')
    assert.equal(options.sendInitialEvents, undefined)
    assert.equal(options.labelSelector, 'mine')
  })

  it('starts anew when its continue token aged, with nothing left of the first pages', async (t) => {
    const time = fakeTime(t)
    const kube = kubeWithoutWatchList()
    kube.answerPage = (_options, call) => {
      if (call === 1) return { items: [aPod('gone', 1)], resourceVersion: '5', continue: 'next' }
      if (call === 2) throw refusal(410, 'Expired')
      return { items: [aPod('a', 8)], resourceVersion: '9' }
    }
    await using pods = openPodCache(kube)
    pods.cache.start()
    await time.pass(400)
    assert.equal(kube.pages[2]?.continue, undefined)
    assert.deepEqual(pods.held(), ['space/a@8'])
    assert.equal(kube.open[0]?.options.resourceVersion, '9')
  })

  it('is tried again, without end, when it fails', async (t) => {
    const time = fakeTime(t)
    const kube = kubeWithoutWatchList()
    kube.answerPage = (_options, call) => {
      if (call <= 8) throw refusal(500, 'InternalError')
      return { items: [aPod('a', 8)], resourceVersion: '9' }
    }
    await using pods = openPodCache(kube)
    pods.cache.start()
    for (let step = 0; step < 12; step += 1) await time.pass(30_000)
    assert.deepEqual(pods.held(), ['space/a@8'])
  })
})
