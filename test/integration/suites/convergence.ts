/** What becomes of objects that are not as they are wanted: nothing when they are, else only what is needed. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { apiVersionOf, type KubeObject, RESOURCES } from '../../../src/model/kubernetes.ts'
import {
  FIELD_MANAGER,
  FINALIZER,
  MANAGED_BY,
  MANAGED_BY_LABEL,
  PARTICIPANT_LABEL,
} from '../../../src/model/names.ts'
import { eventually } from '../../support/eventually.ts'
import { create, remove, untilReady, untilStatus } from '../participants.ts'
import { type OpenTestCluster, serviceOn, type TestCluster } from '../test-cluster.ts'

interface Workload extends KubeObject {
  readonly spec: {
    readonly replicas: number
    readonly serviceName?: string
    readonly template: {
      readonly spec: { readonly containers: readonly { securityContext?: { privileged?: boolean } }[] }
    }
  }
}

interface Settings extends KubeObject {
  readonly data: Readonly<Record<string, string>>
}

/** All kinds that a participant consists of. */
const KINDS = [
  RESOURCES.Secret,
  RESOURCES.PersistentVolumeClaim,
  RESOURCES.ServiceAccount,
  RESOURCES.ConfigMap,
  RESOURCES.Service,
  RESOURCES.StatefulSet,
  RESOURCES.Deployment,
  RESOURCES.NetworkPolicy,
  RESOURCES.ResourceQuota,
  RESOURCES.LimitRange,
  RESOURCES.HTTPRoute,
] as const

export function objectsConverge(clusterName: string, open: OpenTestCluster): void {
  // One after the other: the services of two tests would mend each other's objects.
  describe(`the objects of a participant on ${clusterName}`, () => {
    let cluster: TestCluster
    before(async () => {
      cluster = await open()
    })
    after(() => cluster[Symbol.asyncDispose]())

    const settled = (service: Parameters<typeof untilStatus>[0], name: string): Promise<unknown> =>
      untilStatus(
        service,
        name,
        ({ status, steps }) =>
          status === 'READY' && steps.length > 0 && steps.every(({ state }) => state === 'Done'),
      )

    /** A participant that is made and then left alone by everybody, as its service has stopped. */
    const leftAlone = async (name: string): Promise<void> => {
      await using service = await serviceOn(cluster)
      await create(service, name)
      await settled(service, name)
    }

    const versionsIn = async (namespace: string): Promise<readonly string[]> => {
      const lists = await Promise.all(KINDS.map((kind) => cluster.kube.list<KubeObject>(kind, { namespace })))
      const own = lists
        .flatMap(({ items }) => items)
        .filter(({ metadata }) => metadata.labels?.[PARTICIPANT_LABEL] === namespace)
      return own.map(
        ({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.generation ?? ''} ${metadata.uid}`,
      )
    }

    it('are looked at once by a process that starts, each kind together, and cost no call in further passes', async () => {
      await leftAlone('idle')
      const before = await versionsIn('idle')
      assert.ok(before.length > 30, before.join())
      const calls: string[] = []
      await using service = await serviceOn(cluster, {
        onCall: ({ method, path }) => void calls.push(`${method} ${path}`),
      })
      /** Whatever a pass would do it has done by the time that another participant is ready. */
      const afterPasses = async (name: string): Promise<void> => {
        await create(service, name)
        await settled(service, name)
      }
      await afterPasses('after-start')
      const ofIdle = (): readonly string[] =>
        calls.filter((call) => /\/(?:namespaces|participants)\/idle(?:\/|$)/u.test(call))
      assert.ok(calls.includes('GET /api/v1/configmaps'), calls.join())
      assert.ok(ofIdle().length > 0)
      const others = ofIdle().filter((call) => !call.startsWith('GET /api/v1/namespaces/idle/secrets/'))
      assert.deepEqual(others, [])
      calls.length = 0
      await setFinalizers('idle', [FINALIZER, 'example.org/looks-on'])
      await afterPasses('after-pass')
      assert.deepEqual(ofIdle(), [])
      assert.deepEqual(await versionsIn('idle'), before)
      await setFinalizers('idle', [FINALIZER])
      await Promise.all(['idle', 'after-start', 'after-pass'].map((name) => remove(service, name)))
    })

    /** Other finalizers are a reason for a pass, and none to read anything. */
    const setFinalizers = (name: string, finalizers: readonly string[]): Promise<unknown> =>
      cluster.kube.patch(
        RESOURCES.Participant,
        { name },
        { type: 'merge', manager: 'somebody-with-kubectl', body: { metadata: { finalizers } } },
      )

    it('that no watch tells of are put right when a process starts, at the latest', async () => {
      await leftAlone('unwatched')
      const settings = { namespace: 'unwatched', name: 'controlplane-settings' }
      const service = { namespace: 'unwatched', name: 'controlplane' }
      const before = await cluster.kube.get<Settings>(RESOURCES.ConfigMap, settings)
      const [key = ''] = Object.keys(before?.data ?? {})
      await cluster.kube.patch(RESOURCES.ConfigMap, settings, {
        type: 'merge',
        manager: 'somebody-with-kubectl',
        body: { data: { [key]: 'spoilt' } },
      })
      await cluster.kube.delete(RESOURCES.Service, service)
      await using running = await serviceOn(cluster)
      await eventually(() => cluster.kube.get(RESOURCES.Service, service), {
        what: 'the Service to be made again',
        withinMs: 30_000,
      })
      await eventually(
        async () =>
          (await cluster.kube.get<Settings>(RESOURCES.ConfigMap, settings))?.data[key] === before?.data[key],
        { what: 'the setting to be ours again', withinMs: 30_000 },
      )
      await remove(running, 'unwatched')
    })

    it('get back the fields that are ours when somebody changes them, and keep those of others', async () => {
      await using service = await serviceOn(cluster)
      await create(service, 'drifts')
      await settled(service, 'drifts')
      const key = { namespace: 'drifts', name: 'dataplane' }
      await cluster.kube.patch(RESOURCES.Deployment, key, {
        type: 'json',
        manager: 'somebody-with-kubectl',
        body: [
          { op: 'replace', path: '/spec/replicas', value: 3 },
          { op: 'add', path: '/spec/template/spec/containers/0/securityContext/privileged', value: true },
          { op: 'remove', path: '/spec/template/spec/containers/0/securityContext/allowPrivilegeEscalation' },
          { op: 'add', path: '/spec/template/spec/priorityClassName', value: 'system-cluster-critical' },
          { op: 'add', path: '/metadata/annotations/example.org~1team', value: 'others' },
        ],
      })
      const mended = await eventually(
        async () => {
          const found = await cluster.kube.get<Workload>(RESOURCES.Deployment, key)
          return found?.spec.replicas === 1 && found
        },
        { what: 'the replicas to be ours again', withinMs: 30_000 },
      )
      assert.equal(mended.spec.template.spec.containers[0]?.securityContext?.privileged, false)
      assert.equal(mended.metadata.annotations?.['example.org/team'], 'others')
      await remove(service, 'drifts')
    })

    it('are fenced in again when somebody opens their namespace to privileged pods', async () => {
      await leftAlone('opened')
      const key = { name: 'opened' }
      const enforce = 'pod-security.kubernetes.io/enforce'
      await cluster.kube.patch(RESOURCES.Namespace, key, {
        type: 'merge',
        manager: 'somebody-with-kubectl',
        body: { metadata: { labels: { [enforce]: 'privileged', team: 'others' } } },
      })
      await using service = await serviceOn(cluster)
      const now = await eventually(
        async () => {
          const found = await cluster.kube.get(RESOURCES.Namespace, key)
          return found?.metadata.labels?.[enforce] === 'restricted' && found
        },
        { what: 'the namespace to enforce again', withinMs: 30_000 },
      )
      assert.equal(now.metadata.labels?.['team'], 'others')
      await remove(service, 'opened')
    })

    it('go when they are ours and not wanted any more; data and what others made stay', async () => {
      await leftAlone('pruned')
      const relics = relicsIn('pruned')
      for (const relic of relics) await cluster.kube.apply(relic, { manager: FIELD_MANAGER.reconcile })
      const kept: readonly KubeObject[] = [
        object('ConfigMap', 'copied', 'pruned'),
        object('Secret', 'relic-credentials', 'pruned'),
        {
          ...object('PersistentVolumeClaim', 'relic-data', 'pruned'),
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        } as KubeObject,
      ]
      for (const each of kept)
        await cluster.kube.apply(each, {
          manager: each.kind === 'ConfigMap' ? 'somebody-with-kubectl' : FIELD_MANAGER.reconcile,
        })
      await using service = await serviceOn(cluster)
      for (const { kind, metadata } of relics)
        await eventually(async () => (await find(kind, metadata)) === undefined, {
          what: `${kind} relic to go`,
          withinMs: 30_000,
        })
      for (const { kind, metadata } of kept)
        assert.equal((await find(kind, metadata))?.metadata.deletionTimestamp, undefined, kind)
      for (const { kind, metadata } of kept) assert.ok(await find(kind, metadata), kind)
      await remove(service, 'pruned')
    })

    const find = (kind: string, { namespace = '', name }: KubeObject['metadata']) =>
      cluster.kube.get<KubeObject>(RESOURCES[kind as keyof typeof RESOURCES], { namespace, name })

    it('are made anew for a field that never changes, and a StatefulSet keeps its pod and its volume', async () => {
      await leftAlone('anew')
      const key = { namespace: 'anew', name: 'vault' }
      const pod = { namespace: 'anew', name: 'vault-0' }
      const claim = { namespace: 'anew', name: 'vault-data' }
      const first = await cluster.kube.get<Workload>(RESOURCES.StatefulSet, key)
      assert.ok(first)
      const uidOf = async (
        kind: 'Pod' | 'PersistentVolumeClaim',
        of: typeof key,
      ): Promise<string | undefined> => (await cluster.kube.get(RESOURCES[kind], of))?.metadata.uid
      const before = [await uidOf('Pod', pod), await uidOf('PersistentVolumeClaim', claim)]
      await cluster.kube.delete(RESOURCES.StatefulSet, key, { propagationPolicy: 'Orphan' })
      await eventually(async () => (await cluster.kube.get(RESOURCES.StatefulSet, key)) === undefined, {
        what: 'the StatefulSet to go without its pod',
      })
      const { apiVersion, kind, spec, metadata } = first
      const { labels = {} } = metadata
      const other = {
        apiVersion,
        kind,
        metadata: { ...key, labels },
        spec: { ...spec, serviceName: 'other' },
      }
      const made = await cluster.kube.create<KubeObject>(other)
      await using service = await serviceOn(cluster)
      const now = await eventually(
        async () => {
          const found = await cluster.kube.get<Workload>(RESOURCES.StatefulSet, key)
          return found?.spec.serviceName === 'vault' && found
        },
        { what: 'a StatefulSet with the wanted name of its Service', withinMs: 30_000 },
      )
      assert.notEqual(now.metadata.uid, made.metadata.uid)
      await settled(service, 'anew')
      assert.deepEqual([await uidOf('Pod', pod), await uidOf('PersistentVolumeClaim', claim)], before)
      await remove(service, 'anew')
    })

    it('that read settings are started anew when those change, and the others are not', async () => {
      await using service = await serviceOn(cluster)
      await create(service, 'resettled')
      await settled(service, 'resettled')
      const generationOf = async (name: string): Promise<number | undefined> =>
        (await cluster.kube.get(RESOURCES.Deployment, { namespace: 'resettled', name }))?.metadata.generation
      const before = await generationOf('controlplane')
      const dataplane = await generationOf('dataplane')
      await cluster.kube.patch(
        RESOURCES.Participant,
        { name: 'resettled' },
        { type: 'merge', manager: 'somebody-with-kubectl', body: { spec: { host: 'dataspace.example' } } },
      )
      await eventually(async () => (await generationOf('controlplane')) === (before ?? 0) + 1, {
        what: 'another template of the control plane',
        withinMs: 30_000,
      })
      await untilReady(service, 'resettled')
      assert.equal(await generationOf('dataplane'), dataplane)
      await remove(service, 'resettled')
    })
  })
}

function object(kind: string, name: string, participant: string): KubeObject {
  const labels = { [MANAGED_BY_LABEL]: MANAGED_BY, [PARTICIPANT_LABEL]: participant }
  const apiVersion = apiVersionOf(RESOURCES[kind as keyof typeof RESOURCES])
  return { apiVersion, kind, metadata: { namespace: participant, name, labels } }
}

/** One of each kind that is ours to take away, as an earlier version of the program may have made it. */
function relicsIn(participant: string): readonly KubeObject[] {
  const selector = { matchLabels: { relic: 'yes' } }
  const labels = { relic: 'yes', [PARTICIPANT_LABEL]: participant }
  const containers = [{ name: 'relic', image: 'example.org/relic:1' }]
  const spec = { replicas: 0, selector, template: { metadata: { labels }, spec: { containers } } }
  return [
    object('ServiceAccount', 'relic', participant),
    object('ConfigMap', 'relic', participant),
    { ...object('Service', 'relic', participant), spec: { ports: [{ port: 80 }] } },
    { ...object('StatefulSet', 'relic', participant), spec: { ...spec, serviceName: 'relic' } },
    { ...object('Deployment', 'relic', participant), spec },
    { ...object('NetworkPolicy', 'relic', participant), spec: { podSelector: selector } },
    { ...object('ResourceQuota', 'relic', participant), spec: { hard: { pods: '100' } } },
    {
      ...object('LimitRange', 'relic', participant),
      spec: { limits: [{ type: 'Pod', max: { cpu: '64' } }] },
    },
    { ...object('HTTPRoute', 'relic', participant), spec: { hostnames: ['relic.example'] } },
    {
      ...object('Ingress', 'relic', participant),
      spec: { defaultBackend: { service: { name: 'relic', port: { number: 80 } } } },
    },
  ] as readonly KubeObject[]
}
