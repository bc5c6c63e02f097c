/** Watches over HTTP: events, bookmarks, WatchList, expiry, ends. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  configMap,
  CONFIG_MAPS,
  MERGE,
  openTestServer,
  type SeenEvent,
  type TestServer,
  WIDGETS,
} from './for-tests.ts'

const A = `${CONFIG_MAPS}/a`
const WATCH_LIST = 'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true'

async function create(api: TestServer, name: string, metadata: object = {}): Promise<string> {
  const { body } = await api.call('POST', CONFIG_MAPS, { body: configMap(name, {}, metadata) })
  return body.metadata.resourceVersion ?? ''
}

function label(api: TestServer, labels: object): Promise<unknown> {
  return api.call('PATCH', A, { body: { metadata: { labels } }, type: MERGE })
}

function isEndOfInitialEvents({ type, object }: SeenEvent): boolean {
  return type === 'BOOKMARK' && object.metadata.annotations?.['k8s.io/initial-events-end'] === 'true'
}

describe('a watch of the built-in API server', () => {
  it('shows every change after its version, once and in order', async () => {
    await using api = await openTestServer()
    const from = await create(api, 'before')
    await create(api, 'a')
    await using watch = await api.watch(`${CONFIG_MAPS}?watch=1&resourceVersion=${from}`)
    await label(api, { x: 'y' })
    await label(api, { x: 'y' })
    await api.call('DELETE', A)
    await create(api, 'b')
    assert.deepEqual(await watch.names(4), ['ADDED a', 'MODIFIED a', 'DELETED a', 'ADDED b'])
  })

  it('gives every event a version of its own, also that of a removal', async () => {
    await using api = await openTestServer()
    await using watch = await api.watch(`${CONFIG_MAPS}?watch=1`)
    await create(api, 'a', { finalizers: ['example.dev/x'] })
    await api.call('DELETE', A)
    await api.call('PATCH', A, { body: { metadata: { finalizers: null }, data: { last: '1' } }, type: MERGE })
    const events = await watch.take(3)
    const versions = events.map(({ object }) => Number(object.metadata.resourceVersion))
    assert.deepEqual(
      versions,
      versions.toSorted((a, b) => a - b),
    )
    assert.equal(new Set(versions).size, 3)
    assert.equal(events[2]?.type, 'DELETED')
    // The last change is not stored any more, so it is not shown either.
    assert.deepEqual(events[2]?.object.metadata.finalizers, ['example.dev/x'])
  })

  it('begins with the state as it is when it names no version, or zero', async () => {
    await using api = await openTestServer()
    await create(api, 'b')
    await create(api, 'a')
    for (const query of ['watch=1', 'watch=true&resourceVersion=0']) {
      await using watch = await api.watch(`${CONFIG_MAPS}?${query}`)
      assert.deepEqual(await watch.names(2), ['ADDED a', 'ADDED b'])
    }
  })

  it('closes the initial state of a WatchList with a bookmark that says so', async () => {
    await using api = await openTestServer()
    await create(api, 'a')
    const last = await create(api, 'b')
    await using watch = await api.watch(`${CONFIG_MAPS}?${WATCH_LIST}`)
    const [, , end] = await watch.take(3)
    assert.ok(end && isEndOfInitialEvents(end))
    assert.equal(end.object.metadata.resourceVersion, last)
    await create(api, 'c')
    assert.deepEqual(await watch.names(1), ['ADDED c'])
  })

  it('refuses a WatchList that does not say how old its state may be', async () => {
    await using api = await openTestServer()
    const { code, body } = await api.call('GET', `${CONFIG_MAPS}?watch=1&sendInitialEvents=true`)
    assert.deepEqual([code, body.details.causes[0]?.field], [422, 'resourceVersionMatch'])
  })

  it('shows an object that starts to match as ADDED and one that ceases to match as DELETED', async () => {
    await using api = await openTestServer()
    const from = await create(api, 'a', { labels: { app: 'x' } })
    await using watch = await api.watch(
      `${CONFIG_MAPS}?watch=1&resourceVersion=${from}&labelSelector=app%3Dy`,
    )
    await label(api, { app: 'y' })
    await label(api, { app: 'y', more: 'z' })
    await label(api, { app: 'x' })
    await label(api, { app: 'z' })
    const events = await watch.take(3)
    assert.deepEqual(
      events.map(({ type, object }) => [type, object.metadata.labels?.['app']]),
      [
        ['ADDED', 'y'],
        ['MODIFIED', 'y'],
        ['DELETED', 'y'],
      ],
    )
    // The same from the past.
    await using again = await api.watch(
      `${CONFIG_MAPS}?watch=1&resourceVersion=${from}&labelSelector=app%3Dy`,
    )
    assert.deepEqual(await again.names(3), ['ADDED a', 'MODIFIED a', 'DELETED a'])
  })

  it('reports a version that is too old in band, as Expired, and ends', async () => {
    await using api = await openTestServer()
    const from = await create(api, 'a')
    await create(api, 'b')
    api.server.faults.forgetHistory()
    await using watch = await api.watch(`${CONFIG_MAPS}?watch=1&resourceVersion=${from}`)
    assert.equal(watch.code, 200)
    const event = await watch.next()
    assert.equal(event?.type, 'ERROR')
    assert.deepEqual([event?.object.code, event?.object.reason], [410, 'Expired'])
    assert.equal(await watch.next(), undefined)
  })

  it('sends bookmarks to those who allow them, with the latest version of anything', async () => {
    await using api = await openTestServer({ bookmarkIntervalMs: 5 })
    const from = await create(api, 'a')
    await api.call('POST', '/api/v1/namespaces/kube-public/configmaps', { body: configMap('elsewhere') })
    await using watch = await api.watch(
      `${CONFIG_MAPS}?watch=1&resourceVersion=${from}&allowWatchBookmarks=true`,
    )
    const event = await watch.next()
    assert.equal(event?.type, 'BOOKMARK')
    assert.ok(Number(event?.object.metadata.resourceVersion) > Number(from))
  })

  it('ends after the time that the client named', async () => {
    await using api = await openTestServer()
    const from = await create(api, 'a')
    await using watch = await api.watch(`${CONFIG_MAPS}?watch=1&resourceVersion=${from}&timeoutSeconds=1`)
    assert.equal(await watch.next(), undefined)
  })

  it('ends when a test closes all watches, and when the server closes', async () => {
    const api = await openTestServer()
    const from = await create(api, 'a')
    const open = (): ReturnType<typeof api.watch> =>
      api.watch(`${CONFIG_MAPS}?watch=1&resourceVersion=${from}`)
    const first = await open()
    api.server.faults.closeWatches()
    assert.equal(await first.next(), undefined)
    const second = await open()
    await api[Symbol.asyncDispose]()
    assert.equal(await second.next().catch(() => undefined), undefined)
  })

  it('cuts off a client that does not read', async () => {
    await using api = await openTestServer({ maxQueuedBytes: 200_000 })
    const from = await create(api, 'a')
    await using watch = await api.watch(`${CONFIG_MAPS}?watch=1&resourceVersion=${from}`)
    const size = 500_000
    for (let i = 0; i < 40; i++)
      await api.call('PATCH', A, { body: { data: { x: String(i).repeat(size) } }, type: MERGE })
    await assert.rejects(watch.take(40))
  })

  it('refuses a version that is no number, and a kind that is not served', async () => {
    await using api = await openTestServer()
    assert.equal((await api.call('GET', `${CONFIG_MAPS}?watch=1&resourceVersion=x`)).code, 500)
    assert.equal((await api.call('GET', `${WIDGETS}?watch=1`)).code, 404)
  })
})
