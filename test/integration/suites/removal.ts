/** How participants end: routes first, then the namespace, or without it; and what people can do when something holds it. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type KubeObject, type Resource, RESOURCES } from '../../../src/model/kubernetes.ts'
import {
  ASKS,
  FIELD_MANAGER,
  MANAGED_BY,
  MANAGED_BY_LABEL,
  OWNER_ANNOTATION,
  PARTICIPANT_LABEL,
  RETAINED_ANNOTATION,
} from '../../../src/model/names.ts'
import type { RunningService } from '../../../src/service.ts'
import type { Answer } from '../../../src/status/answer.ts'
import { eventually } from '../../support/eventually.ts'
import { call, CLUSTER_MS, remove, untilGone, untilReady, untilTold } from '../participants.ts'
import { type OpenTestCluster, serviceOn, type TestCluster } from '../test-cluster.ts'

const HOLD = 'example.org/hold'
const MANAGER = 'somebody-with-kubectl'

export function removalsEnd(clusterName: string, open: OpenTestCluster): void {
  describe(`a removal on ${clusterName}`, { concurrency: 3 }, () => {
    let cluster: TestCluster
    let service: RunningService
    before(async () => {
      cluster = await open()
      service = await serviceOn(cluster)
    })
    after(async () => {
      await service[Symbol.asyncDispose]()
      await cluster[Symbol.asyncDispose]()
    })

    const ask = (name: string, spec: object = {}): Promise<KubeObject> =>
      cluster.kube.create<KubeObject>({
        apiVersion: 'dataspaces.dev/v1alpha1',
        kind: 'Participant',
        metadata: { name },
        spec: { did: `did:web:${name}.example`, ...spec },
      } as KubeObject)
    const change = (
      kind: 'Participant' | 'Namespace' | 'ConfigMap' | 'Ingress',
      key: { readonly namespace?: string; readonly name: string },
      metadata: object,
    ): Promise<KubeObject> =>
      cluster.kube.patch(RESOURCES[kind], key, { type: 'merge', manager: MANAGER, body: { metadata } })
    const skip = (name: string, steps: string): Promise<KubeObject> =>
      change('Participant', { name }, { annotations: { [ASKS.skip]: steps } })
    const namespaceOf = (name: string): Promise<KubeObject | undefined> =>
      cluster.kube.get(RESOURCES.Namespace, { name })
    const startRemoval = async (name: string): Promise<void> => {
      const { code } = await call(service, 'DELETE /api/v1/resources', { participantName: name })
      assert.equal(code, 200)
    }
    const untilStep = (name: string, step: string, text: string): Promise<Answer> =>
      untilTold(service, name, {
        what: `step ${step} with ${text}`,
        holds: ({ steps }) =>
          steps.some((each) => each.name === step && each.message?.includes(text) === true),
      })
    const untilNamespaceGone = (name: string): Promise<unknown> =>
      eventually(async () => (await namespaceOf(name)) === undefined, {
        what: `namespace ${name} to go`,
        withinMs: CLUSTER_MS,
      })
    /** As an unattached volume would. */
    const holdBack = (namespace: string): Promise<KubeObject> =>
      cluster.kube.create<KubeObject>({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { namespace, name: 'anchor', finalizers: [HOLD] },
      })
    const letGo = (namespace: string): Promise<KubeObject> =>
      change('ConfigMap', { namespace, name: 'anchor' }, { finalizers: null })
    const versions = async (resource: Resource, namespace: string): Promise<readonly string[]> => {
      const { items } = await cluster.kube.list<KubeObject>(resource, { namespace })
      return items.map(({ metadata }) => `${metadata.name} ${metadata.uid}`).toSorted()
    }

    it('with the policy Retain ends the traffic and keeps all else, and the next of that name can take it over', async () => {
      await ask('retained', { deletionPolicy: 'Retain' })
      await untilReady(service, 'retained')
      await cluster.kube.apply(routeIn('retained', 'ours'), { manager: FIELD_MANAGER.reconcile })
      await cluster.kube.apply(routeIn('retained', 'theirs'), { manager: MANAGER })
      const kept = [
        RESOURCES.Secret,
        RESOURCES.PersistentVolumeClaim,
        RESOURCES.Deployment,
        RESOURCES.StatefulSet,
      ]
      const before = await Promise.all(kept.map((kind) => versions(kind, 'retained')))
      await remove(service, 'retained')
      const left = await namespaceOf('retained')
      assert.ok(left)
      assert.equal(left.metadata.deletionTimestamp, undefined)
      assert.ok(Date.parse(left.metadata.annotations?.[RETAINED_ANNOTATION] ?? '') > 0)
      assert.deepEqual(await Promise.all(kept.map((kind) => versions(kind, 'retained'))), before)
      const { items: routes } = await cluster.kube.list<KubeObject>(RESOURCES.Ingress, {
        namespace: 'retained',
      })
      assert.deepEqual(
        routes.map(({ metadata }) => metadata.name),
        ['theirs'],
      )

      const { metadata: heir } = await ask('retained')
      const refused = await untilTold(service, 'retained', {
        what: 'FAILED',
        holds: ({ status, reason }) => status === 'FAILED' && reason === 'NamespaceForeign',
      })
      const command = `kubectl annotate namespace retained ${OWNER_ANNOTATION}=${heir.uid} --overwrite`
      assert.ok(refused.message.includes(command), refused.message)
      await change('Namespace', { name: 'retained' }, { annotations: { [OWNER_ANNOTATION]: heir.uid } })
      await untilReady(service, 'retained')
      assert.deepEqual(await Promise.all(kept.map((kind) => versions(kind, 'retained'))), before)
      assert.equal((await namespaceOf('retained'))?.metadata.annotations?.[RETAINED_ANNOTATION], undefined)
      await remove(service, 'retained')
      assert.equal(await namespaceOf('retained'), undefined)
    })

    it('names what holds it, answers a second DELETE while it goes, and can be told to leave that behind', async () => {
      await ask('held')
      await untilReady(service, 'held')
      await holdBack('held')
      await startRemoval('held')
      const told = await untilTold(service, 'held', {
        what: 'held back',
        holds: ({ message }) => message.includes('configmaps') && message.includes(HOLD),
      })
      assert.equal(told.status, 'DELETING')
      assert.match(told.message, /Some resources are remaining: configmaps\. has 1 resource instances/u)
      await startRemoval('held')
      await skip('held', 'remove-the-moon,release')
      const { steps } = await untilStep('held', 'remove-namespace', '"remove-the-moon"')
      assert.match(
        steps.find(({ name }) => name === 'remove-namespace')?.message ?? '',
        /names "remove-the-moon", "release": only remove-routes and remove-namespace can be skipped$/u,
      )
      await skip('held', ' remove-namespace ')
      await untilGone(service, 'held')
      assert.ok((await namespaceOf('held'))?.metadata.deletionTimestamp)
      await letGo('held')
      await untilNamespaceGone('held')
    })

    it('whose steps are all to be skipped leaves everything, and the next of that name is told whose it is', async () => {
      await ask('skipped')
      await untilReady(service, 'skipped')
      await cluster.kube.apply(routeIn('skipped', 'ours'), { manager: FIELD_MANAGER.reconcile })
      await skip('skipped', 'remove-routes,remove-namespace')
      await remove(service, 'skipped')
      assert.equal((await namespaceOf('skipped'))?.metadata.deletionTimestamp, undefined)
      assert.ok(await cluster.kube.get(RESOURCES.Ingress, { namespace: 'skipped', name: 'ours' }))
      const { metadata } = await ask('skipped')
      const refused = await untilTold(service, 'skipped', {
        what: 'FAILED',
        holds: ({ reason }) => reason === 'NamespaceForeign',
      })
      assert.ok(refused.message.includes(`${OWNER_ANNOTATION}=${metadata.uid}`), refused.message)
      await remove(service, 'skipped')
      await cluster.kube.delete(RESOURCES.Namespace, { name: 'skipped' })
      await untilNamespaceGone('skipped')
    })

    it('ends the traffic before anything that answers it, and says what holds a route', async () => {
      await ask('routed')
      await untilReady(service, 'routed')
      await cluster.kube.apply(routeIn('routed', 'ours', [HOLD]), { manager: FIELD_MANAGER.reconcile })
      await startRemoval('routed')
      const told = await untilStep(
        'routed',
        'remove-routes',
        `Ingress "ours" is being deleted and held by "${HOLD}"`,
      )
      assert.match(told.message, /Ingress "ours" is being deleted/u)
      assert.equal((await namespaceOf('routed'))?.metadata.deletionTimestamp, undefined)
      await change('Ingress', { namespace: 'routed', name: 'ours' }, { finalizers: null })
      await untilGone(service, 'routed')
      assert.equal(await namespaceOf('routed'), undefined)
    })
  })
}

function routeIn(namespace: string, name: string, finalizers: readonly string[] = []): KubeObject {
  const backend = { service: { name: 'controlplane', port: { number: 8082 } } }
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      namespace,
      name,
      labels: { [MANAGED_BY_LABEL]: MANAGED_BY, [PARTICIPANT_LABEL]: namespace },
      ...(finalizers.length > 0 && { finalizers }),
    },
    spec: { defaultBackend: backend },
  } as KubeObject
}
