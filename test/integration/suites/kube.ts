/** What our Kubernetes client and an API server do together. The built-in cluster must not differ from a real one. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { hasReason } from '../../../src/kube/errors.ts'
import type { Kube, WatchEvent } from '../../../src/kube/kube.ts'
import { type Change, WatchCache } from '../../../src/kube/watch-cache.ts'
import { type KubeObject, RESOURCES } from '../../../src/model/kubernetes.ts'
import { eventually } from '../../support/eventually.ts'
import type { OpenTestCluster, TestCluster } from '../test-cluster.ts'

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>
}

const namespace = 'kube-suite'
const silent = { debug() {}, info() {}, warn() {}, error() {} }

function configMap(name: string, data: Record<string, string> = {}, metadata: object = {}): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, ...metadata }, data }
}

export function kubeKeepsItsPromises(clusterName: string, open: OpenTestCluster): void {
  describe(`the Kubernetes client on ${clusterName}`, () => {
    let cluster: TestCluster
    let kube: Kube
    const key = (name: string): { namespace: string; name: string } => ({ namespace, name })
    before(async () => {
      cluster = await open()
      kube = cluster.kube
      await kube.create<KubeObject>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
    })
    after(async () => {
      await kube.delete(RESOURCES.Namespace, { name: namespace })
      await eventually(async () => (await kube.get(RESOURCES.Namespace, { name: namespace })) === undefined, {
        what: 'the namespace to go',
        withinMs: 30_000,
      })
      await cluster[Symbol.asyncDispose]()
    })

    it('answers undefined for an object that does not exist, and for deleting it', async () => {
      assert.equal(await kube.get(RESOURCES.ConfigMap, key('nothing')), undefined)
      assert.equal(await kube.delete(RESOURCES.ConfigMap, key('nothing')), undefined)
    })

    it('answers NotFound for the objects of a kind that is not installed, listed or watched', async () => {
      const isNotFound = (error: unknown): boolean => hasReason(error, 'NotFound')
      const nothing = { ...RESOURCES.HTTPRoute, kind: 'NoRoute', plural: 'noroutes' }
      await assert.rejects(kube.page(nothing), isNotFound)
      const { signal } = new AbortController()
      const watch = kube.watch(nothing, { sendInitialEvents: true, timeoutSeconds: 5, signal })
      await assert.rejects(watch[Symbol.asyncIterator]().next(), isNotFound)
    })

    it('refuses to create twice with AlreadyExists', async () => {
      await kube.create(configMap('twice'))
      await assert.rejects(kube.create(configMap('twice')), (error) => hasReason(error, 'AlreadyExists'))
    })

    it('refuses to create in a namespace that does not exist with NotFound', async () => {
      const lost = { ...configMap('lost'), metadata: { name: 'lost', namespace: 'no-such-namespace' } }
      await assert.rejects(kube.create(lost), (error) => hasReason(error, 'NotFound'))
    })

    it('lists all pages as one', async () => {
      const names = Array.from({ length: 7 }, (_, index) => `page-${index}`)
      for (const name of names) await kube.create(configMap(name, {}, { labels: { suite: 'pages' } }))
      const { items, resourceVersion } = await kube.list(RESOURCES.ConfigMap, {
        namespace,
        labelSelector: 'suite=pages',
        limit: 3,
      })
      assert.deepEqual(
        items.map(({ metadata }) => metadata.name),
        names,
      )
      assert.match(resourceVersion, /^\d+$/u)
    })

    it('selects by labels: equality, sets, presence and absence', async () => {
      await kube.create(configMap('sel-a', {}, { labels: { suite: 'sel', tier: 'front' } }))
      await kube.create(configMap('sel-b', {}, { labels: { suite: 'sel', tier: 'back' } }))
      await kube.create(configMap('sel-c', {}, { labels: { suite: 'sel' } }))
      const select = async (labelSelector: string): Promise<readonly string[]> =>
        (await kube.list(RESOURCES.ConfigMap, { namespace, labelSelector })).items.map(
          ({ metadata }) => metadata.name,
        )
      assert.deepEqual(await select('suite=sel,tier=front'), ['sel-a'])
      assert.deepEqual(await select('tier in (front,back)'), ['sel-a', 'sel-b'])
      assert.deepEqual(await select('suite=sel,!tier'), ['sel-c'])
      assert.deepEqual(await select('suite=sel,tier!=front'), ['sel-b', 'sel-c'])
    })

    it('applies an object into being, and the same again changes nothing', async () => {
      const first = await kube.apply(configMap('applied', { a: '1' }), { manager: 'one' })
      const second = await kube.apply(configMap('applied', { a: '1' }), { manager: 'one' })
      assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion)
    })

    it('takes away what a manager no longer applies, and leaves the fields of others', async () => {
      await kube.apply(configMap('shared', { mine: '1', gone: '1' }), { manager: 'one' })
      await kube.apply(configMap('shared', { theirs: '1' }), { manager: 'two' })
      const now = await kube.apply(configMap('shared', { mine: '2' }), { manager: 'one' })
      assert.deepEqual(now.data, { mine: '2', theirs: '1' })
    })

    it('refuses to take over a field of another manager, unless forced', async () => {
      await kube.apply(configMap('contested', { a: '1' }), { manager: 'one' })
      const take = configMap('contested', { a: '2' })
      await assert.rejects(kube.apply(take, { manager: 'two' }), (error) => hasReason(error, 'Conflict'))
      const now = await kube.apply(take, { manager: 'two', force: true })
      assert.deepEqual(now.data, { a: '2' })
    })

    it('does not bring an object back that was deleted meanwhile, when the uid is given', async () => {
      const gone = await kube.apply(configMap('ghost', { a: '1' }), { manager: 'one' })
      await kube.delete(RESOURCES.ConfigMap, key('ghost'))
      const late = configMap('ghost', { a: '2' }, { uid: gone.metadata.uid })
      await assert.rejects(kube.apply(late, { manager: 'one' }), (error) => hasReason(error, 'Conflict'))
      assert.equal(await kube.get(RESOURCES.ConfigMap, key('ghost')), undefined)
    })

    it('deletes only the object that is meant', async () => {
      const { metadata } = await kube.create(configMap('meant'))
      const other = { uid: '00000000-0000-0000-0000-000000000000' }
      await assert.rejects(kube.delete(RESOURCES.ConfigMap, key('meant'), other), (error) =>
        hasReason(error, 'Conflict'),
      )
      await kube.delete(RESOURCES.ConfigMap, key('meant'), { uid: metadata.uid ?? '' })
      assert.equal(await kube.get(RESOURCES.ConfigMap, key('meant')), undefined)
    })

    it('writes nothing in a dry run', async () => {
      await kube.apply(configMap('dry', { a: '1' }), { manager: 'one', dryRun: true })
      assert.equal(await kube.get(RESOURCES.ConfigMap, key('dry')), undefined)
    })

    it('patches with a test, and refuses when the test fails', async () => {
      const { metadata } = await kube.create(configMap('tested', { a: '1' }))
      const patch = (resourceVersion: string): Promise<KubeObject> =>
        kube.patch(RESOURCES.ConfigMap, key('tested'), {
          type: 'json',
          manager: 'one',
          body: [
            { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
            { op: 'replace', path: '/data/a', value: '2' },
          ],
        })
      await assert.rejects(patch('1'), (error) => hasReason(error, 'Invalid', 'Conflict'))
      const now = await patch(metadata.resourceVersion ?? '')
      assert.deepEqual((now as ConfigMap).data, { a: '2' })
    })

    it('starts a watch with everything there is, closed by a bookmark that says so', async () => {
      await kube.create(configMap('watched', {}, { labels: { suite: 'watch' } }))
      const stop = new AbortController()
      const seen: WatchEvent[] = []
      for await (const event of kube.watch(RESOURCES.ConfigMap, {
        labelSelector: 'suite=watch',
        sendInitialEvents: true,
        timeoutSeconds: 30,
        signal: stop.signal,
      })) {
        seen.push(event)
        if (event.type === 'BOOKMARK') break
      }
      stop.abort()
      assert.deepEqual(
        seen.map(({ type }) => type),
        ['ADDED', 'BOOKMARK'],
      )
      assert.equal(seen[1]?.object.metadata.annotations?.['k8s.io/initial-events-end'], 'true')
    })

    it('goes on from a resourceVersion without missing a change', async () => {
      const { resourceVersion } = await kube.list(RESOURCES.ConfigMap, { namespace, limit: 500 })
      await kube.create(configMap('from-a', {}, { labels: { suite: 'from' } }))
      await kube.apply(configMap('from-a', { a: '1' }, { labels: { suite: 'from' } }), { manager: 'one' })
      await kube.delete(RESOURCES.ConfigMap, key('from-a'))
      assert.deepEqual(await typesUntilDeleted(kube, 'suite=from', resourceVersion), [
        'ADDED',
        'MODIFIED',
        'DELETED',
      ])
    })

    it('shows an object that stops matching the selector as deleted', async () => {
      const { resourceVersion } = await kube.list(RESOURCES.ConfigMap, { namespace })
      const labels = (suite: string): object => ({
        type: 'merge',
        manager: 'one',
        body: { metadata: { labels: { suite } } },
      })
      await kube.create(configMap('leaver', {}, { labels: { suite: 'leaving' } }))
      await kube.patch(RESOURCES.ConfigMap, key('leaver'), labels('left') as never)
      assert.deepEqual(await typesUntilDeleted(kube, 'suite=leaving', resourceVersion), ['ADDED', 'DELETED'])
    })

    it('keeps a cache that follows every change, and sees delete and recreate as two', async () => {
      await using cache = new WatchCache<string>({
        kube,
        resource: RESOURCES.ConfigMap,
        labelSelector: 'suite=cache',
        project: (object) => (object as ConfigMap).data?.['a'] ?? '',
        log: silent,
        now: Date.now,
        random: Math.random,
      })
      const changes: string[] = []
      cache.subscribe((change: Change<string>) => changes.push(`${change.type} ${change.key}`))
      const labels = { labels: { suite: 'cache' } }
      await kube.apply(configMap('cached', { a: '1' }, labels), { manager: 'one' })
      cache.start()
      await cache.whenSynced()
      assert.equal(cache.get(`${namespace}/cached`), '1')
      await kube.apply(configMap('cached', { a: '2' }, labels), { manager: 'one' })
      await eventually(() => cache.get(`${namespace}/cached`) === '2', { what: 'the change' })
      await kube.delete(RESOURCES.ConfigMap, key('cached'))
      await kube.apply(configMap('cached', { a: '3' }, labels), { manager: 'one' })
      await eventually(() => cache.get(`${namespace}/cached`) === '3', { what: 'the new one' })
      assert.deepEqual(changes, [
        `added ${namespace}/cached`,
        `updated ${namespace}/cached`,
        `deleted ${namespace}/cached`,
        `added ${namespace}/cached`,
      ])
    })

    it('lets a writer see its own write in the cache at once', async () => {
      await using cache = new WatchCache<string>({
        kube,
        resource: RESOURCES.ConfigMap,
        labelSelector: 'suite=own',
        project: (object) => (object as ConfigMap).data?.['a'] ?? '',
        log: silent,
        now: Date.now,
        random: Math.random,
      })
      cache.start()
      await cache.whenSynced()
      cache.note(await kube.create(configMap('own', { a: '1' }, { labels: { suite: 'own' } })))
      assert.equal(cache.get(`${namespace}/own`), '1')
    })

    it('refuses to create in a namespace that is going', async () => {
      const name = 'kube-suite-going'
      await kube.create<KubeObject>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
      const held = {
        ...configMap('held'),
        metadata: { name: 'held', namespace: name, finalizers: ['example.org/hold'] },
      }
      await kube.create(held)
      await kube.delete(RESOURCES.Namespace, { name })
      await assert.rejects(
        kube.create({ ...configMap('late'), metadata: { name: 'late', namespace: name } }),
        (error) =>
          hasReason(error, 'Forbidden') &&
          error.causes.some(({ reason }) => reason === 'NamespaceTerminating'),
      )
      await eventually(
        async () => {
          const going = await kube.get<KubeObject>(RESOURCES.Namespace, { name })
          return JSON.stringify(going).includes('example.org/hold')
        },
        { what: 'the namespace to name what holds it', withinMs: 30_000 },
      )
      await kube.patch(
        RESOURCES.ConfigMap,
        { namespace: name, name: 'held' },
        {
          type: 'merge',
          manager: 'one',
          body: { metadata: { finalizers: null } },
        },
      )
      await eventually(async () => (await kube.get(RESOURCES.Namespace, { name })) === undefined, {
        what: 'the namespace to go',
        withinMs: 30_000,
      })
    })
  })
}

/** Types of the events from this resourceVersion on, bookmarks left out, the first DELETED last. */
async function typesUntilDeleted(
  kube: Kube,
  labelSelector: string,
  resourceVersion: string,
): Promise<readonly string[]> {
  const stop = new AbortController()
  const types: string[] = []
  for await (const { type } of kube.watch(RESOURCES.ConfigMap, {
    labelSelector,
    resourceVersion,
    timeoutSeconds: 30,
    signal: stop.signal,
  })) {
    if (type !== 'BOOKMARK') types.push(type)
    if (type === 'DELETED') break
  }
  stop.abort()
  return types
}
