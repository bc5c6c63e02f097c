/** Pods that the API server refuses, and a namespace that does not go: the words of the cluster reach the caller. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type KubeObject, RESOURCES } from '../../../src/model/kubernetes.ts'
import type { RunningService } from '../../../src/service.ts'
import { eventually } from '../../support/eventually.ts'
import { call, create, remove, untilGone, untilReady, untilTold } from '../participants.ts'
import { type OpenTestCluster, serviceOn, type TestCluster } from '../test-cluster.ts'
import { change, changePods, componentOf, conditionOf, setSuspended } from '../verdicts.ts'

const FINALIZER = 'example.com/hold'

export function refusalsAreExplained(clusterName: string, open: OpenTestCluster): void {
  describe(`what the cluster refuses on ${clusterName}`, { concurrency: 4 }, () => {
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

    const suspend = (name: string): Promise<void> => setSuspended(cluster, service, { name, suspended: true })

    /** Returns when the cluster counts by it. */
    const limitPods = async (namespace: string, pods: string): Promise<void> => {
      const path = `/api/v1/namespaces/${namespace}/resourcequotas`
      await cluster.api.create(path, {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'few' },
        spec: { hard: { pods } },
      })
      await eventually(async () => 'used' in ((await cluster.api.get(`${path}/few`))['status'] as object), {
        what: 'the quota to be counted',
        withinMs: 30_000,
      })
    }

    it('for a quota is told as QuotaExceeded, with the quota, while the old pods serve', async () => {
      await create(service, 'quota')
      await untilReady(service, 'quota')
      await suspend('quota')
      await limitPods('quota', '5')
      await change(cluster, { kind: 'Deployment', namespace: 'quota', name: 'dataplane' }, { replicas: 2 })
      const told = await untilTold(service, 'quota', {
        what: 'DEGRADED by the quota',
        holds: ({ status, components }) =>
          status === 'DEGRADED' && components['dataplane']?.cause?.code === 'QuotaExceeded',
      })
      const { message, ready, replicas, reason } = componentOf(told, 'dataplane')
      assert.equal(ready, false)
      assert.equal(reason, 'FailedCreate')
      assert.deepEqual([replicas.desired, replicas.ready], [2, 1])
      assert.match(message ?? '', /exceeded quota: few, .*used: pods=5, limited: pods=5/u)
      await untilTold(service, 'quota', {
        what: 'explained by an event',
        holds: ({ events }) => events.some(({ reason: why }) => why === 'FailedCreate'),
      })
      await remove(service, 'quota')
    })

    it('for a quota is told for a StatefulSet too, which has nothing but events to say so', async () => {
      await create(service, 'quota-set')
      await untilReady(service, 'quota-set')
      await suspend('quota-set')
      await limitPods('quota-set', '3')
      await cluster.kube.delete(RESOURCES.Pod, { namespace: 'quota-set', name: 'postgres-0' })
      const told = await untilTold(service, 'quota-set', {
        what: 'DEGRADED by the quota',
        holds: ({ status, components }) =>
          status === 'DEGRADED' && components['postgres']?.cause?.code === 'QuotaExceeded',
      })
      assert.match(componentOf(told, 'postgres').message ?? '', /exceeded quota: few/u)
      await remove(service, 'quota-set')
    })

    it('for the Pod Security level is told as PodSecurityDenied, with what is wrong', async () => {
      await create(service, 'denied')
      await untilReady(service, 'denied')
      await suspend('denied')
      const securityContext = { privileged: true, allowPrivilegeEscalation: true }
      const controlplane = { kind: 'Deployment', namespace: 'denied', name: 'controlplane' } as const
      await changePods(cluster, controlplane, { container: { securityContext } })
      const told = await untilTold(service, 'denied', {
        what: 'DEGRADED by Pod Security',
        holds: ({ status, components }) =>
          status === 'DEGRADED' && components['controlplane']?.cause?.code === 'PodSecurityDenied',
      })
      const { message, cause } = componentOf(told, 'controlplane')
      assert.match(cause?.who ?? '', /^(operator|nobody yet)$/u)
      assert.match(message ?? '', /violates PodSecurity "restricted:v1\.36": .*privileged/u)
      const modest = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }
      await changePods(cluster, controlplane, { container: { securityContext: modest } })
      await untilReady(service, 'denied')
      await remove(service, 'denied')
    })

    it('to let go of is named while a participant is DELETING, until the finalizer is taken away', async () => {
      await create(service, 'stuck')
      await untilReady(service, 'stuck')
      const held: KubeObject = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'held', namespace: 'stuck', finalizers: [FINALIZER] },
      }
      await cluster.kube.create(held)
      const { code } = await call(service, 'DELETE /api/v1/resources/stuck')
      assert.equal(code, 200)
      const told = await untilTold(service, 'stuck', {
        what: 'held by a finalizer',
        holds: ({ status, message }) => status === 'DELETING' && message.includes(FINALIZER),
      })
      assert.match(told.message, /configmaps\. has 1 resource instances/u)
      assert.match(told.message, /finalizers remaining: example\.com\/hold in 1 resource instances/u)
      assert.equal(conditionOf(told, 'Ready').status, 'False')
      const again = await call(service, 'DELETE /api/v1/resources/stuck')
      assert.equal(again.code, 200, 'asking again is harmless')
      const body = { metadata: { finalizers: null } }
      await cluster.kube.patch(
        RESOURCES.ConfigMap,
        { namespace: 'stuck', name: 'held' },
        { type: 'merge', manager: 'suite', body },
      )
      await untilGone(service, 'stuck')
    })
  })
}
