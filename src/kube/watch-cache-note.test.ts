/** How a cache takes the results of our own writes ahead of the watch. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fakeTime, settle } from '../../test/support/fake-time.ts'
import { openPodCache } from '../../test/support/pod-cache.ts'
import type { PodCache } from '../../test/support/pod-cache.ts'
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
import type { ScriptedWatch } from '../../test/support/scripted-kube.ts'

/** Holds `space/a@8`; the watch has delivered everything up to resourceVersion 10. */
async function open(): Promise<PodCache & { readonly kube: ScriptedKube; readonly watch: ScriptedWatch }> {
  const kube = new ScriptedKube()
  kube.onWatch = (watch, call) => {
    if (call === 1) watch.send(added(aPod('a', 8)), endBookmark(10))
  }
  const pods = openPodCache(kube)
  pods.cache.start()
  await pods.cache.whenSynced()
  pods.told.length = 0
  return { ...pods, kube, watch: await kube.nthWatch(1) }
}

describe('the result of our own write', () => {
  it('is shown and told at once when it is newer than the watch', async () => {
    await using pods = await open()
    pods.cache.note(aPod('a', 12))
    pods.cache.note(aPod('b', 13))
    assert.deepEqual(pods.held(), ['space/a@12', 'space/b@13'])
    assert.deepEqual(pods.told, ['updated space/a@12', 'added space/b@13'])
  })

  it('is told once, although the watch brings it too', async () => {
    await using pods = await open()
    pods.cache.note(aPod('b', 12))
    pods.watch.send(added(aPod('b', 12)))
    await settle()
    assert.deepEqual(pods.told, ['added space/b@12'])
  })

  it('is not overtaken by older events that come after it, but by newer ones', async () => {
    await using pods = await open()
    pods.cache.note(aPod('a', 15))
    pods.watch.send(modified(aPod('a', 11)), modified(aPod('a', 15)))
    await settle()
    assert.deepEqual(pods.told, ['updated space/a@15'])
    pods.watch.send(modified(aPod('a', 16)))
    await settle()
    assert.deepEqual(pods.held(), ['space/a@16'])
  })

  it('is ignored when the watch has come further: the object may have been deleted since', async () => {
    await using pods = await open()
    pods.watch.send(added(aPod('b', 11)), deleted(aPod('b', 12)))
    await settle()
    pods.told.length = 0
    pods.cache.note(aPod('b', 11))
    pods.cache.note(aPod('a', 9))
    assert.deepEqual([pods.held(), pods.told], [['space/a@8'], []])
  })

  it('is ignored when a bookmark has come further', async () => {
    await using pods = await open()
    pods.watch.send(bookmark(20))
    await settle()
    pods.cache.note(aPod('b', 20))
    assert.deepEqual(pods.told, [])
  })

  it('is compared as a number, and ignored when it is none', async () => {
    await using pods = await open()
    pods.cache.note(aPod('b', 9))
    pods.cache.note(aPod('c', 0, { resourceVersion: 'opaque' }))
    pods.cache.note(aPod('d', 100))
    assert.deepEqual(pods.told, ['added space/d@100'])
    pods.cache.note(aPod('e', 0, { resourceVersion: '9007199254740993' }))
    pods.cache.note(aPod('e', 0, { resourceVersion: '9007199254740992' }))
    assert.deepEqual(pods.told.slice(1), ['added space/e@9007199254740993'])
  })

  it('is removed by the deletion of the same uid', async () => {
    await using pods = await open()
    pods.cache.note(aPod('b', 12))
    pods.watch.send(deleted(aPod('b', 12)))
    await settle()
    assert.deepEqual(pods.told, ['added space/b@12', 'deleted space/b@12'])
  })

  it('outlives the deletion of an older object of that name', async () => {
    await using pods = await open()
    pods.cache.note(aPod('a', 15, { uid: 'another' }))
    pods.watch.send(deleted(aPod('a', 14)))
    await settle()
    assert.deepEqual(pods.told, ['deleted space/a@8', 'added space/a@15'])
    assert.deepEqual(pods.held(), ['space/a@15'])
  })

  it('outlives a list that is older, and not one that is newer', async (t) => {
    const time = fakeTime(t)
    await using pods = await open()
    pods.cache.note(aPod('b', 15))
    pods.cache.note(aPod('c', 30))
    pods.kube.onWatch = (watch) => watch.send(added(aPod('a', 8)), endBookmark(20))
    pods.watch.send(inBandError(410, 'Expired'))
    await time.pass(400)
    assert.deepEqual(pods.held(), ['space/a@8', 'space/c@30'])
  })

  it('does not outlive a state older than itself once the watch has confirmed it: etcd was restored', async (t) => {
    const time = fakeTime(t)
    await using pods = await open()
    pods.cache.note(aPod('a', 15))
    pods.watch.send(modified(aPod('a', 16)))
    pods.kube.onWatch = (watch) => watch.send(added(aPod('a', 5)), endBookmark(6))
    pods.watch.send(inBandError(410, 'Expired'))
    await time.pass(400)
    assert.deepEqual(pods.held(), ['space/a@5'])
  })

  it('is held before the first complete state, until that knows better', async () => {
    const kube = new ScriptedKube()
    await using pods = openPodCache(kube)
    pods.cache.start()
    const watch = await kube.nthWatch(1)
    pods.cache.note(aPod('a', 12))
    assert.deepEqual([pods.held(), pods.cache.synced], [['space/a@12'], false])
    watch.send(added(aPod('a', 14)), endBookmark(15))
    await pods.cache.whenSynced()
    assert.deepEqual(pods.told, ['added space/a@12', 'updated space/a@14'])
  })

  it('is told after the changes before it, also when a listener notes it', async () => {
    await using pods = await open()
    const second: string[] = []
    pods.cache.subscribe(({ key, type }) => {
      if (key === 'space/b' && type === 'added') pods.cache.note(aPod('b', 20))
    })
    pods.cache.subscribe(({ type }) => second.push(type))
    pods.watch.send(added(aPod('b', 11)))
    await settle()
    assert.deepEqual(second, ['added', 'updated'])
  })
})
