/** What the product relies on about events: one storage behind two APIs, selected by fields, with times in several places. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { hasReason } from '../../../src/kube/errors.ts'
import type { Kube, WatchEvent } from '../../../src/kube/kube.ts'
import { type KubeObject, type Resource, RESOURCES } from '../../../src/model/kubernetes.ts'
import { eventually } from '../../support/eventually.ts'
import type { OpenTestCluster, TestCluster } from '../test-cluster.ts'

const namespace = 'events-suite'
const path = `/apis/events.k8s.io/v1/namespaces/${namespace}/events`
const EVENTS_V1: Resource = { ...RESOURCES.Event, group: 'events.k8s.io' }

interface CoreEvent extends KubeObject {
  readonly reason: string
  readonly message: string
  readonly type: string
  readonly involvedObject: { readonly kind: string; readonly name: string }
  readonly eventTime: string | null
  readonly firstTimestamp: string | null
  readonly lastTimestamp: string | null
}

function written(name: string, type: string): CoreEvent {
  const now = `${new Date().toISOString().slice(0, 19)}Z`
  const times = { eventTime: null, firstTimestamp: now, lastTimestamp: now }
  const involvedObject = { apiVersion: 'v1', kind: 'Pod', namespace, name: 'nobody' }
  const told = { reason: 'Tested', message: 'by a suite', type, source: { component: 'suite' } }
  const metadata = { name, namespace }
  return { apiVersion: 'v1', kind: 'Event', metadata, involvedObject, ...told, ...times }
}

export function eventsAreShared(clusterName: string, open: OpenTestCluster): void {
  describe(`events on ${clusterName}`, () => {
    let cluster: TestCluster
    let kube: Kube
    before(async () => {
      cluster = await open()
      kube = cluster.kube
      await kube.create<KubeObject>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
    })
    after(async () => {
      await kube.delete(RESOURCES.Namespace, { name: namespace })
      await cluster[Symbol.asyncDispose]()
    })

    const names = async (resource: Resource, fieldSelector: string): Promise<readonly string[]> => {
      const { items } = await kube.list(resource, { namespace, fieldSelector })
      return items.map(({ metadata }) => metadata.name)
    }

    it('of the scheduler bear their own time only, and are read through both APIs', async () => {
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'homeless', namespace },
        spec: {
          nodeSelector: { 'example.com/disk': 'none' },
          containers: [{ name: 'main', image: 'example.org/app:1' }],
        },
      }
      await cluster.api.create(`/api/v1/namespaces/${namespace}/pods`, pod)
      const fieldSelector = 'reason=FailedScheduling,involvedObject.name=homeless'
      const event = await eventually(
        async () => (await kube.list<CoreEvent>(RESOURCES.Event, { namespace, fieldSelector })).items[0],
        { what: 'the event of the scheduler', withinMs: 30_000 },
      )
      assert.equal(event.lastTimestamp ?? null, null)
      assert.equal(event.firstTimestamp ?? null, null)
      assert.ok(Math.abs(Date.now() - Date.parse(event.eventTime ?? '')) < 120_000)
      assert.match(
        event.message,
        /^0\/\d+ nodes are available: .*didn't match Pod's node affinity\/selector/u,
      )
      const other = await cluster.api.get(`${path}/${event.metadata.name}`)
      assert.equal(other['note'], event.message)
      assert.equal((other['regarding'] as { readonly name: string }).name, 'homeless')
      assert.equal(other['reportingController'], 'default-scheduler')
    })

    it('are selected on the server by type and reason, in lists and watches', async () => {
      await kube.create(written('normal', 'Normal'))
      await kube.create(written('warning', 'Warning'))
      assert.deepEqual(await names(RESOURCES.Event, 'type!=Normal,reason=Tested'), ['warning'])
      assert.deepEqual(await names(RESOURCES.Event, 'source=suite,type=Normal'), ['normal'])
      assert.deepEqual(await names(EVENTS_V1, 'type!=Normal,reason=Tested,regarding.name=nobody'), [
        'warning',
      ])
      assert.deepEqual(await names(RESOURCES.Event, 'reason=TriggeredScaleUp'), [])

      const { resourceVersion } = await kube.page(RESOURCES.Event, { limit: 1 })
      const ended = new AbortController()
      const watch = kube.watch(RESOURCES.Event, {
        fieldSelector: 'type!=Normal,reason=Tested',
        resourceVersion,
        timeoutSeconds: 30,
        signal: ended.signal,
      })
      const seen: WatchEvent[] = []
      const reading = (async () => {
        for await (const event of watch) if (seen.push(event) > 0 && event.type !== 'BOOKMARK') break
      })()
      await kube.create(written('normal-2', 'Normal'))
      await kube.create(written('warning-2', 'Warning'))
      await reading
      ended.abort()
      const told = seen.filter(({ type }) => type !== 'BOOKMARK')
      assert.deepEqual(
        told.map(({ type, object }) => `${type} ${object.metadata.name}`),
        ['ADDED warning-2'],
      )
    })

    it('are refused when selected by a field that does not select', async () => {
      for (const [resource, fieldSelector] of [
        [RESOURCES.Event, 'message=x'],
        [RESOURCES.Event, 'regarding.kind=Pod'],
        [EVENTS_V1, 'involvedObject.kind=Pod'],
        [RESOURCES.Pod, 'status.reason=Evicted'],
      ] as const)
        await assert.rejects(
          kube.list(resource, { namespace, fieldSelector }),
          (error) => hasReason(error, 'BadRequest') && /field label not supported/u.test(error.message),
          fieldSelector,
        )
    })
  })
}
