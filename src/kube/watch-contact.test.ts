/** When the cluster counts as heard: only when it has confirmed what is held. Anything else would make old state look new. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fakeTime, settle } from '../../test/support/fake-time.ts'
import { openPodCache } from '../../test/support/pod-cache.ts'
import {
  aPod,
  added,
  endBookmark,
  inBandError,
  refusal,
  ScriptedKube,
} from '../../test/support/scripted-kube.ts'

const SYNCED_AT_MS = 1_000_000

/** The first watch has synced at resourceVersion 3; each later one is handed to `then`. */
function syncedKube(then: ScriptedKube['onWatch']): ScriptedKube {
  const kube = new ScriptedKube()
  kube.onWatch = (watch, call) => {
    if (call > 1) then(watch, call)
    else watch.send(added(aPod('a', 2)), endBookmark(3))
  }
  return kube
}

describe('the last contact', () => {
  for (const [code, reason] of [
    [410, 'Expired'],
    [500, 'InternalError'],
  ] as const)
    it(`is not renewed by a server that only sends errors in band (${code})`, async (t) => {
      const time = fakeTime(t)
      const kube = syncedKube((watch) => watch.send(inBandError(code, reason)))
      await using pods = openPodCache(kube)
      pods.cache.start()
      await settle()
      kube.open[0]?.send(inBandError(code, reason))
      for (let second = 0; second < 60; second += 1) await time.pass(1_000)
      assert.ok(kube.watches.length > 3)
      assert.equal(pods.cache.lastContactMs, SYNCED_AT_MS)
    })

  it('is renewed by a server that takes the watch up where it ended, without waiting for a bookmark', async (t) => {
    const time = fakeTime(t)
    const kube = syncedKube((watch) => void setImmediate(() => watch.options.onAccepted?.()))
    await using pods = openPodCache(kube)
    pods.cache.start()
    await settle()
    await time.pass(200_000)
    assert.equal(kube.watches.length, 2)
    const resumedAtMs = SYNCED_AT_MS + 200_000
    await time.pass(999)
    assert.equal(pods.cache.lastContactMs, SYNCED_AT_MS)
    await time.pass(1)
    assert.equal(pods.cache.lastContactMs, resumedAtMs + 1_000)
  })

  it('is not renewed by a server that takes it up and then says that it cannot', async (t) => {
    const time = fakeTime(t)
    const kube = syncedKube((watch) => {
      setImmediate(() => watch.options.onAccepted?.())
      setTimeout(() => watch.send(inBandError(500, 'InternalError')), 500)
    })
    await using pods = openPodCache(kube)
    pods.cache.start()
    await settle()
    kube.open[0]?.close()
    for (let second = 0; second < 60; second += 1) await time.pass(500)
    assert.ok(kube.watches.length > 3)
    assert.equal(pods.cache.lastContactMs, SYNCED_AT_MS)
  })

  it('is not renewed by the beginning of a new state, but by its end', async (t) => {
    const time = fakeTime(t)
    const kube = syncedKube(() => undefined)
    await using pods = openPodCache(kube)
    pods.cache.start()
    await settle()
    kube.open[0]?.send(inBandError(410, 'Expired'))
    await time.pass(5_000)
    kube.open[0]?.send(added(aPod('b', 9)))
    await time.pass(5_000)
    assert.equal(pods.cache.lastContactMs, SYNCED_AT_MS)
    assert.deepEqual(pods.held(), ['space/a@2'])
    kube.open[0]?.send(endBookmark(12))
    await settle()
    assert.equal(pods.cache.lastContactMs, SYNCED_AT_MS + 10_000)
    assert.deepEqual(pods.held(), ['space/b@9'])
  })
})

describe('whoever can do without a watch', () => {
  for (const [what, code, reason] of [
    ['that is refused as malformed, streamed and in pages', 400, 'BadRequest'],
    ['whose position is lost from the first moment on', 410, 'Expired'],
  ] as const)
    it(`does not wait for one ${what}`, async () => {
      const kube = new ScriptedKube()
      kube.onWatch = (watch) => watch.fail(refusal(code, reason))
      kube.answerPage = () => Promise.reject(refusal(code, reason))
      await using pods = openPodCache(kube)
      pods.cache.start()
      await pods.cache.whenSettled(AbortSignal.timeout(5_000))
      assert.equal(pods.cache.synced, false)
    })
})
