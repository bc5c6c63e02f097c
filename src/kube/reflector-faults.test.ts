/** How a watch gets over failures, silence and storms, and how it ends. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../../test/support/eventually.ts'
import { fakeTime, settle } from '../../test/support/fake-time.ts'
import { openPodCache } from '../../test/support/pod-cache.ts'
import {
  ScriptedKube,
  aPod,
  added,
  bookmark,
  endBookmark,
  inBandError,
  kubeWithoutWatchList,
  refusal,
} from '../../test/support/scripted-kube.ts'
import { UnavailableError } from '../model/errors.ts'

/** Each new watch from the second on is handed to `then`; the first has synced at resourceVersion 3. */
function syncedKube(then: ScriptedKube['onWatch'] = () => {}): ScriptedKube {
  const kube = new ScriptedKube()
  kube.onWatch = (watch, call) => {
    if (call === 1) watch.send(added(aPod('a', 2)), endBookmark(3))
    else then(watch, call)
  }
  return kube
}

describe('a failed watch', () => {
  for (const [name, error] of [
    ['an HTTP 500', refusal(500, 'InternalError')],
    ['an HTTP 429', refusal(429, 'TooManyRequests')],
    ['an HTTP 403', refusal(403, 'Forbidden')],
    ['a server that cannot be reached', new UnavailableError('connection refused')],
    ['a reset connection', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })],
    ['an event that is no JSON', new SyntaxError('Unexpected token')],
  ] as const) {
    it(`does not stop for good after ${name}: it goes on from the last position, without a list`, async (t) => {
      const time = fakeTime(t)
      const kube = syncedKube()
      await using pods = openPodCache(kube)
      pods.cache.start()
      await settle()
      kube.open[0]?.fail(error)
      await time.pass(399)
      assert.equal(kube.watches.length, 1)
      await time.pass(1)
      assert.equal(kube.open[0]?.options.resourceVersion, '3')
      kube.open[0]?.send(added(aPod('b', 4)))
      await settle()
      assert.deepEqual(pods.held(), ['space/a@2', 'space/b@4'])
      assert.deepEqual([pods.cache.stats.restarts, pods.cache.stats.relists], [1, 0])
    })
  }

  it('goes on after an error in band that is no 410', async (t) => {
    const time = fakeTime(t)
    const kube = syncedKube()
    await using pods = openPodCache(kube)
    pods.cache.start()
    await settle()
    kube.open[0]?.send(inBandError(500, 'InternalError'))
    await time.pass(400)
    assert.equal(kube.open[0]?.options.resourceVersion, '3')
  })

  it('is tried again after 0.8 s, doubling up to 30 s, for ever, and is logged each time', async (t) => {
    const time = fakeTime(t)
    const kube = syncedKube((watch) => watch.fail(refusal(500, 'InternalError')))
    await using pods = openPodCache(kube, { random: () => 0.999_999 })
    pods.cache.start()
    await settle()
    kube.open[0]?.fail(new Error('reset'))
    for (let step = 0; step < 20; step += 1) await time.pass(30_000)
    const warnings = pods.log.lines.filter(({ level }) => level === 'warn')
    assert.deepEqual(
      warnings.slice(0, 8).map(({ fields }) => fields['waitMs']),
      [799, 1_599, 3_199, 6_399, 12_799, 25_599, 29_999, 29_999],
    )
    assert.equal(new Set(warnings.map(({ text }) => text)).size, 1)
    assert.equal(kube.watches.length, 21)
    assert.equal(pods.cache.stats.restarts, 21)
  })

  it('forgets earlier failures after two good minutes, not sooner', async (t) => {
    const time = fakeTime(t)
    const kube = syncedKube()
    await using pods = openPodCache(kube)
    pods.cache.start()
    await settle()
    const waits: unknown[] = []
    for (const healthySeconds of [0, 119, 120]) {
      for (let second = 0; second < healthySeconds; second += 1) {
        kube.open[0]?.send(bookmark(3))
        await time.pass(1_000)
      }
      kube.open[0]?.fail(new Error('reset'))
      await settle()
      const waitMs = Number(pods.log.lines.at(-1)?.fields['waitMs'])
      waits.push(waitMs)
      await time.pass(waitMs)
    }
    assert.deepEqual(waits, [400, 800, 400])
  })

  it('waits as long as the server asks, but never longer than 30 s', async (t) => {
    const time = fakeTime(t)
    const kube = syncedKube((watch, call) => {
      if (call === 2) watch.fail(refusal(429, 'TooManyRequests', { retryAfterMs: 86_400_000 }))
    })
    await using pods = openPodCache(kube)
    pods.cache.start()
    await settle()
    kube.open[0]?.fail(refusal(429, 'TooManyRequests', { retryAfterMs: 7_000 }))
    await time.pass(6_999)
    assert.equal(kube.watches.length, 1)
    await time.pass(1)
    assert.equal(kube.watches.length, 2)
    await time.pass(30_000)
    assert.equal(kube.watches.length, 3)
  })

  it('does not make a storm when the server closes each watch at once', async (t) => {
    const time = fakeTime(t)
    const kube = syncedKube((watch) => watch.send(bookmark(4)).close())
    await using pods = openPodCache(kube)
    pods.cache.start()
    await time.pass(2_000)
    kube.open[0]?.close()
    await settle()
    assert.equal(kube.watches.length, 2)
    for (let second = 0; second < 10; second += 1) await time.pass(1_000)
    assert.ok(kube.watches.length <= 6, `${kube.watches.length} watches in 10 s`)
    assert.equal(kube.pages.length, 0)
  })
})

describe('a silent watch', () => {
  it('is cut after 90 s and started again at once from the last position, without a list', async (t) => {
    const time = fakeTime(t)
    const kube = syncedKube()
    await using pods = openPodCache(kube)
    pods.cache.start()
    await settle()
    await time.pass(89_999)
    assert.equal(kube.watches.length, 1)
    await time.pass(1)
    assert.equal(kube.watches.length, 2)
    assert.equal(kube.open.length, 1)
    assert.equal(kube.open[0]?.options.resourceVersion, '3')
    assert.deepEqual([pods.cache.stats.stalls, pods.cache.stats.relists], [1, 0])
  })

  it('is kept alive by bookmarks alone', async (t) => {
    const time = fakeTime(t)
    const kube = syncedKube()
    await using pods = openPodCache(kube)
    pods.cache.start()
    await settle()
    for (let minute = 1; minute <= 4; minute += 1) {
      await time.pass(60_000)
      kube.open[0]?.send(bookmark(3 + minute))
      await settle()
    }
    assert.equal(kube.watches.length, 1)
  })

  it('does not lengthen the back-off: a quiet kind on a server without bookmarks is not left unwatched', async (t) => {
    const time = fakeTime(t)
    const kube = syncedKube()
    await using pods = openPodCache(kube)
    pods.cache.start()
    await settle()
    for (let silence = 1; silence <= 5; silence += 1) {
      await time.pass(90_000)
      assert.equal(kube.open.length, 1)
      assert.equal(kube.watches.length, 1 + silence)
    }
    kube.open[0]?.fail(new Error('reset'))
    await settle()
    assert.equal(pods.log.lines.at(-1)?.fields['waitMs'], 400)
  })
})

describe('a busy watch', () => {
  it('is cut when it outlives the time the server was asked for', async (t) => {
    const time = fakeTime(t)
    const kube = syncedKube()
    await using pods = openPodCache(kube)
    pods.cache.start()
    await settle()
    assert.equal(kube.open[0]?.options.timeoutSeconds, 300)
    for (let passed = 0; passed < 329_000; passed += 1_000) {
      kube.open[0]?.send(bookmark(3))
      await time.pass(1_000)
    }
    assert.equal(kube.watches.length, 1)
    kube.open[0]?.send(bookmark(7))
    await time.pass(1_000)
    assert.equal(kube.watches.length, 2)
    assert.equal(kube.open[0]?.options.resourceVersion, '7')
  })
})

describe('starting and ending', () => {
  it('leaves one watch open however often it is started', async () => {
    const kube = syncedKube()
    await using pods = openPodCache(kube)
    pods.cache.start()
    pods.cache.start()
    await pods.cache.whenSynced()
    pods.cache.start()
    await settle()
    assert.equal(kube.watches.length, 1)
    await pods.cache[Symbol.asyncDispose]()
    assert.equal(kube.open.length, 0)
  })

  it('leaves no watch open when it is disposed during the list', async () => {
    const page = Promise.withResolvers<void>()
    const kube = kubeWithoutWatchList()
    kube.answerPage = async () => {
      await page.promise
      return { items: [], resourceVersion: '1' }
    }
    await using pods = openPodCache(kube)
    pods.cache.start()
    await eventually(() => kube.pages.length === 1, { what: 'the list' })
    const disposed = pods.cache[Symbol.asyncDispose]()
    page.resolve()
    await disposed
    await settle()
    assert.equal(kube.watches.filter(({ options }) => options.sendInitialEvents !== true).length, 0)
  })

  it('does not start after the disposal', async () => {
    const kube = syncedKube()
    const pods = openPodCache(kube)
    await pods.cache[Symbol.asyncDispose]()
    pods.cache.start()
    await settle()
    assert.equal(kube.watches.length, 0)
  })

  it('leaves no timer behind, whether disposed during a watch or during a wait', async () => {
    const timersBefore = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    for (const duringWait of [false, true]) {
      const kube = syncedKube()
      await using pods = openPodCache(kube)
      pods.cache.start()
      await pods.cache.whenSynced()
      if (duringWait) kube.open[0]?.fail(new Error('reset'))
      await settle()
    }
    const timersAfter = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    assert.equal(timersAfter, timersBefore)
  })

  it('tells those who wait for the first state that there will be none', async () => {
    const pods = openPodCache(new ScriptedKube())
    pods.cache.start()
    const impatient = new AbortController()
    const first = assert.rejects(pods.cache.whenSynced(impatient.signal), { name: 'AbortError' })
    impatient.abort()
    await first
    const second = assert.rejects(pods.cache.whenSynced(), { name: 'AbortError' })
    await pods.cache[Symbol.asyncDispose]()
    await second
  })
})
