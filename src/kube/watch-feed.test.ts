import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fakeTime, settle } from '../../test/support/fake-time.ts'
import { RecordedLog } from '../../test/support/recorded-log.ts'
import {
  aPod,
  added,
  bookmark,
  deleted,
  endBookmark,
  inBandError,
  modified,
  refusal,
  ScriptedKube,
} from '../../test/support/scripted-kube.ts'
import { keyOf, RESOURCES } from '../model/kubernetes.ts'
import { WatchFeed, type WatchFeedOptions } from './watch-feed.ts'

interface OpenFeed extends AsyncDisposable {
  readonly feed: WatchFeed
  readonly log: RecordedLog
  /** `space/a@7`, … in the order told. */
  readonly told: string[]
}

function openFeed(kube: ScriptedKube, more: Partial<WatchFeedOptions> = {}): OpenFeed {
  const log = new RecordedLog()
  const told: string[] = []
  const feed = new WatchFeed({
    kube,
    resource: RESOURCES.Event,
    fieldSelector: 'type!=Normal',
    log,
    now: () => Date.now(),
    random: () => 0,
    ...more,
  })
  feed.subscribe((object) => void told.push(`${keyOf(object)}@${object.metadata.resourceVersion}`))
  return { feed, log, told, [Symbol.asyncDispose]: () => feed[Symbol.asyncDispose]() }
}

describe('a feed', () => {
  it('asks for what its field selector selects', async () => {
    const kube = new ScriptedKube()
    await using events = openFeed(kube)
    events.feed.start()
    const { options } = await kube.nthWatch(1)
    assert.equal(options.fieldSelector, 'type!=Normal')
    assert.equal(options.labelSelector, undefined)
  })

  it('tells of what is there, is added and is changed, and not of what is gone', async () => {
    const kube = new ScriptedKube()
    await using events = openFeed(kube)
    events.feed.start()
    const watch = await kube.nthWatch(1)
    watch.send(added(aPod('a', 4)), endBookmark(5))
    await events.feed.whenSettled()
    assert.equal(events.feed.synced, true)
    watch.send(added(aPod('b', 6)), modified(aPod('a', 7)), deleted(aPod('b', 8)), bookmark(9))
    await settle()
    assert.deepEqual(events.told, ['space/a@4', 'space/b@6', 'space/a@7'])
    assert.equal(events.feed.stats.events, 6)
  })

  it('tells all of it again when its position was lost', async (t) => {
    const time = fakeTime(t)
    const kube = new ScriptedKube()
    await using events = openFeed(kube)
    events.feed.start()
    const first = await kube.nthWatch(1)
    first.send(added(aPod('a', 4)), endBookmark(5), inBandError(410, 'Expired'))
    await time.pass(1_000)
    const second = await kube.nthWatch(2)
    second.send(added(aPod('a', 4)), endBookmark(9))
    await settle()
    assert.deepEqual(events.told, ['space/a@4', 'space/a@4'])
  })

  it('goes on when a listener throws, and counts that', async () => {
    const kube = new ScriptedKube()
    await using events = openFeed(kube)
    events.feed.subscribe(() => {
      throw new Error('unreadable')
    })
    events.feed.start()
    const watch = await kube.nthWatch(1)
    watch.send(endBookmark(1), added(aPod('a', 4)), added(aPod('b', 5)))
    await settle()
    assert.deepEqual(events.told, ['space/a@4', 'space/b@5'])
    assert.equal(events.feed.stats.skipped, 2)
    assert.deepEqual(events.log.texts('error'), Array(2).fill('an object could not be read'))
  })
})

describe('a feed that is refused', () => {
  it('says so instead of logging a warning, holds nobody up, and takes up its work when it may', async (t) => {
    const time = fakeTime(t)
    const kube = new ScriptedKube()
    let allowed = false
    kube.onWatch = (watch) => {
      if (!allowed) watch.fail(refusal(403, 'Forbidden'))
    }
    const refusals: number[] = []
    await using events = openFeed(kube, { onRefused: ({ code }) => refusals.push(code) })
    events.feed.start()
    await events.feed.whenSettled()
    assert.equal(events.feed.synced, false)
    await time.pass(3_000)
    assert.ok(refusals.length > 1 && refusals.every((code) => code === 403))
    assert.deepEqual(events.log.texts('warn', 'error'), [])
    allowed = true
    await time.pass(60_000)
    kube.open[0]?.send(added(aPod('a', 4)), endBookmark(5))
    await settle()
    assert.equal(events.feed.synced, true)
    assert.deepEqual(events.told, ['space/a@4'])
  })

  it('still warns of every other failure', async (t) => {
    const time = fakeTime(t)
    const kube = new ScriptedKube()
    kube.onWatch = (watch) => watch.fail(refusal(500, 'InternalError'))
    await using events = openFeed(kube, { onRefused: () => assert.fail('it was no refusal') })
    events.feed.start()
    await events.feed.whenSettled()
    await time.pass(500)
    assert.ok(events.log.texts('warn').length > 0)
  })
})
