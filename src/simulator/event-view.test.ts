/** Events over HTTP: one storage, two APIs, and the fields that select them. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MERGE, openTestServer, type Reading, type Reply, type TestServer } from './for-tests.ts'

const CORE = '/api/v1/namespaces/default/events'
const NEW = '/apis/events.k8s.io/v1/namespaces/default/events'
const ABOUT = { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'web-0', uid: 'u1' }

function kubeletEvent(name: string, type: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name },
    involvedObject: ABOUT,
    type,
    reason: 'Unhealthy',
    message: 'Readiness probe failed',
    source: { component: 'kubelet' },
    count: 3,
    eventTime: null,
    firstTimestamp: '2026-01-02T03:00:00Z',
    lastTimestamp: '2026-01-02T03:04:00Z',
  }
}

function schedulerEvent(name: string): object {
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name },
    regarding: ABOUT,
    type: 'Warning',
    reason: 'FailedScheduling',
    note: '0/1 nodes are available',
    action: 'Scheduling',
    reportingController: 'default-scheduler',
    reportingInstance: 'default-scheduler-1',
    eventTime: '2026-01-02T03:04:05.000000Z',
  }
}

async function openWithEvents(): Promise<TestServer> {
  const api = await openTestServer()
  for (const [path, body] of [
    [CORE, kubeletEvent('a-probe', 'Warning')],
    [CORE, kubeletEvent('b-normal', 'Normal')],
    [NEW, schedulerEvent('c-scheduler')],
  ] as const)
    assert.equal((await api.call('POST', path, { body })).code, 201)
  return api
}

async function names(api: TestServer, path: string, selector: string): Promise<string> {
  const { code, body } = await api.call('GET', `${path}?fieldSelector=${encodeURIComponent(selector)}`)
  assert.equal(code, 200, body.message)
  return body.items.map(({ metadata }) => metadata.name).join(' ')
}

describe('events of the built-in API server', () => {
  it('written through events.k8s.io are read through the core API with their own time only', async () => {
    await using api = await openWithEvents()
    const { body } = await api.call('GET', `${CORE}/c-scheduler`)
    assert.equal(body.apiVersion, 'v1')
    assert.deepEqual(body['involvedObject'], ABOUT)
    assert.equal(body.message, '0/1 nodes are available')
    assert.equal(body['reportingComponent'], 'default-scheduler')
    assert.equal(body['eventTime'], '2026-01-02T03:04:05.000000Z')
    assert.equal(body['lastTimestamp'] ?? null, null)
    assert.equal(body['note'], undefined)
  })

  it('written through the core API are read through events.k8s.io, one by one, in lists and in watches', async () => {
    await using api = await openWithEvents()
    const isRenamed = (event: Reading | undefined): void => {
      assert.equal(event?.['note'], 'Readiness probe failed')
      assert.deepEqual(event['regarding'], ABOUT)
      assert.equal(event['deprecatedCount'], 3)
      assert.deepEqual(event['deprecatedSource'], { component: 'kubelet' })
      assert.equal(event['involvedObject'], undefined)
    }
    const one = await api.call('GET', `${NEW}/a-probe`)
    assert.equal(one.body.apiVersion, 'events.k8s.io/v1')
    isRenamed(one.body)
    const list = await api.call('GET', NEW)
    assert.deepEqual([list.body.kind, list.body.apiVersion], ['EventList', 'events.k8s.io/v1'])
    isRenamed(list.body.items[0])
    await using watch = await api.watch(`${NEW}?watch=1`)
    isRenamed((await watch.next())?.object)
  })

  it('are selected by type, reason, reporter and subject, in the words of the API that is called', async () => {
    await using api = await openWithEvents()
    assert.equal(await names(api, CORE, 'type!=Normal'), 'a-probe c-scheduler')
    assert.equal(await names(api, CORE, 'reason=TriggeredScaleUp'), '')
    assert.equal(await names(api, CORE, 'source=kubelet,type=Normal'), 'b-normal')
    assert.equal(await names(api, CORE, 'source=default-scheduler'), 'c-scheduler')
    assert.equal(await names(api, CORE, 'involvedObject.uid=u1,reason=FailedScheduling'), 'c-scheduler')
    assert.equal(await names(api, NEW, 'regarding.kind=Pod,type!=Normal'), 'a-probe c-scheduler')
    assert.equal(await names(api, NEW, 'reportingController=default-scheduler'), 'c-scheduler')
  })

  it('cannot be selected by any other field, nor by those of the other API', async () => {
    await using api = await openWithEvents()
    for (const [path, selector] of [
      [CORE, 'message=x'],
      [CORE, 'regarding.kind=Pod'],
      [NEW, 'involvedObject.kind=Pod'],
      [NEW, 'note=x'],
    ] as const) {
      const { code, body } = await api.call('GET', `${path}?fieldSelector=${selector}`)
      assert.equal(code, 400, selector)
      assert.equal(body.message, `field label not supported: ${selector.split('=')[0]}`)
      assert.equal((await api.watch(`${path}?watch=1&fieldSelector=${selector}`)).code, 400)
    }
  })

  it('reach a watch of all namespaces only while they match its selector', async () => {
    await using api = await openWithEvents()
    const { body } = await api.call('GET', '/api/v1/events?limit=1')
    const from = `resourceVersion=${body.metadata.resourceVersion}`
    await using watch = await api.watch(`/api/v1/events?watch=1&fieldSelector=type!%3DNormal&${from}`)
    await api.call('POST', CORE, { body: kubeletEvent('d-normal', 'Normal') })
    await api.call('POST', CORE, { body: kubeletEvent('e-warning', 'Warning') })
    await api.call('DELETE', `${CORE}/a-probe`)
    assert.deepEqual(await watch.names(2), ['ADDED e-warning', 'DELETED a-probe'])
  })

  it('are refused through events.k8s.io without time, reporter and action, and beyond their lengths', async () => {
    await using api = await openTestServer()
    const faults = async (differs: object): Promise<readonly string[]> => {
      const { code, body } = await api.call('POST', NEW, { body: { ...schedulerEvent('new'), ...differs } })
      assert.equal(code, 422)
      return body.details.causes.map(({ field }) => field)
    }
    assert.deepEqual(await faults({ eventTime: null }), ['eventTime'])
    assert.deepEqual(await faults({ type: 'Other' }), ['type'])
    assert.deepEqual(await faults({ action: '', reportingController: '' }), ['reportingController', 'action'])
    assert.deepEqual(await faults({ note: 'x'.repeat(1025), reportingInstance: 'y'.repeat(129) }), [
      'reportingInstance',
      'message',
    ])
    assert.deepEqual(await faults({ deprecatedCount: 3 }), ['count'])
    assert.deepEqual(await faults({ series: { count: 1 } }), ['series.count', 'series.lastObservedTime'])
  })

  it('about what has no namespace are taken in the namespace default only', async () => {
    await using api = await openTestServer()
    await api.call('POST', '/api/v1/namespaces', { body: { metadata: { name: 'other' } } })
    const regarding = { apiVersion: 'v1', kind: 'Node', name: 'node-1' }
    const post = (path: string): Promise<{ readonly code: number }> =>
      api.call('POST', path, { body: { ...schedulerEvent('node'), regarding } })
    assert.equal((await post(NEW)).code, 201)
    assert.equal((await post(NEW.replace('default', 'other'))).code, 422)
  })

  it('get a series by a merge patch through events.k8s.io, and keep all else', async () => {
    await using api = await openWithEvents()
    const patch = (body: object): Promise<Reply> =>
      api.call('PATCH', `${NEW}/c-scheduler`, { body, type: MERGE })
    const series = { count: 2, lastObservedTime: '2026-01-02T03:05:05.000000Z' }
    assert.equal((await patch({ series })).code, 200)
    assert.deepEqual((await api.call('GET', `${CORE}/c-scheduler`)).body['series'], series)
    assert.equal((await patch({ series: { ...series, count: 1 } })).code, 422)
    assert.equal((await patch({ note: 'another' })).code, 422)
    assert.equal((await patch({ note: '0/1 nodes are available' })).code, 200)
    const gone = await api.call('PATCH', `${NEW}/nobody`, { body: { series }, type: MERGE })
    assert.equal(gone.code, 404)
  })

  it('are deleted in one API and gone in both', async () => {
    await using api = await openWithEvents()
    assert.equal((await api.call('DELETE', `${NEW}/a-probe`)).code, 200)
    assert.equal((await api.call('GET', `${CORE}/a-probe`)).code, 404)
  })
})
