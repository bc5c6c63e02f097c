/** Where the next watch starts. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fakeTime, settle } from '../../test/support/fake-time.ts'
import { openPodCache } from '../../test/support/pod-cache.ts'
import {
  aPod,
  added,
  bookmark,
  endBookmark,
  inBandError,
  refusal,
  ScriptedKube,
} from '../../test/support/scripted-kube.ts'

describe('the position', () => {
  it('moves on with bookmarks', async (t) => {
    const time = fakeTime(t)
    const kube = new ScriptedKube()
    await using pods = openPodCache(kube)
    pods.cache.start()
    const watch = await kube.nthWatch(1)
    watch.send(endBookmark(3), added(aPod('a', 4)), bookmark(50))
    await time.pass(2_000)
    watch.close()
    await settle()
    assert.equal(kube.watches[1]?.options.resourceVersion, '50')
  })

  it('outlives a clean close: the next watch starts there at once, without a list', async (t) => {
    const time = fakeTime(t)
    const kube = new ScriptedKube()
    await using pods = openPodCache(kube)
    pods.cache.start()
    const watch = await kube.nthWatch(1)
    watch.send(endBookmark(3), added(aPod('a', 4)))
    await time.pass(60_000)
    watch.close()
    await settle()
    assert.equal(kube.watches[1]?.options.resourceVersion, '4')
    assert.equal(kube.watches[1]?.options.sendInitialEvents, undefined)
    assert.deepEqual(pods.log.texts('warn', 'error'), [])
    assert.equal(
      watch.options.signal.aborted,
      true,
      'whoever still listens for the end of the old watch is told',
    )
    assert.deepEqual(pods.told, ['added space/a@4'])
  })

  const losses: readonly (readonly [string, (kube: ScriptedKube) => void])[] = [
    ['410 Expired in band', (kube) => kube.open[0]?.send(inBandError(410, 'Expired'))],
    ['410 Gone in band', (kube) => kube.open[0]?.send(inBandError(410, 'Gone'))],
    ['410 in band for a reason of its own', (kube) => kube.open[0]?.send(inBandError(410, 'Unknown'))],
    ['HTTP 410 Expired', (kube) => kube.open[0]?.fail(refusal(410, 'Expired'))],
    ['HTTP 410 Gone', (kube) => kube.open[0]?.fail(refusal(410, 'Gone'))],
    ['HTTP 400 at a position it cannot read', (kube) => kube.open[0]?.fail(refusal(400, 'BadRequest'))],
    [
      'a position newer than the server',
      (kube) =>
        kube.open[0]?.fail(refusal(504, 'Timeout', { causes: [{ reason: 'ResourceVersionTooLarge' }] })),
    ],
  ]
  for (const [name, lose] of losses) {
    it(`is lost by ${name}: the state is fetched anew and the old one served meanwhile`, async (t) => {
      const time = fakeTime(t)
      const kube = new ScriptedKube()
      await using pods = openPodCache(kube)
      pods.cache.start()
      const watch = await kube.nthWatch(1)
      watch.send(added(aPod('a', 2)), endBookmark(3))
      await settle()
      lose(kube)
      await time.pass(400)
      assert.equal(kube.watches[1]?.options.sendInitialEvents, true)
      kube.watches[1]?.send(added(aPod('b', 9)))
      await settle()
      assert.deepEqual([pods.held(), pods.cache.synced], [['space/a@2'], true])
      kube.watches[1]?.send(endBookmark(10))
      await settle()
      assert.deepEqual(pods.held(), ['space/b@9'])
      assert.equal(pods.cache.stats.relists, 1)
    })
  }

  it('waits longer and longer while it is lost again and again', async (t) => {
    const time = fakeTime(t)
    const kube = new ScriptedKube()
    kube.onWatch = (watch) => watch.send(inBandError(410, 'Expired'))
    await using pods = openPodCache(kube)
    pods.cache.start()
    await settle()
    for (const ms of [400, 800, 1_600]) await time.pass(ms)
    assert.deepEqual(
      pods.log.lines.map(({ fields }) => fields['waitMs']),
      [400, 800, 1_600, 3_200],
    )
    assert.equal(kube.watches.length, 4)
  })
})
