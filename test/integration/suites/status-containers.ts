/** Containers that end: by their memory limit, or before the pod was even initialised. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { RunningService } from '../../../src/service.ts'
import { create, remove, setFault, untilReady, untilTold } from '../participants.ts'
import { type OpenTestCluster, serviceOn, type TestCluster } from '../test-cluster.ts'
import { changePods, componentOf, setSuspended } from '../verdicts.ts'

export function containersThatEndAreExplained(clusterName: string, open: OpenTestCluster): void {
  describe(`containers that end on ${clusterName}`, { concurrency: 2 }, () => {
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

    it('for want of memory are told with their limit, and become READY when they are well again', async () => {
      await create(service, 'hungry')
      await untilReady(service, 'hungry')
      const vault = { kind: 'StatefulSet', namespace: 'hungry', name: 'vault' } as const
      await setFault(cluster, vault, 'OutOfMemory')
      const told = await untilTold(service, 'hungry', {
        what: 'killed for its memory',
        holds: ({ components }) => components['vault']?.status === 'Failed',
      })
      assert.equal(told.status, 'DEGRADED')
      const { cause, message, reason } = componentOf(told, 'vault')
      assert.equal(reason, 'OOMKilled')
      assert.deepEqual(cause, { code: 'OutOfMemory', who: 'operator' })
      assert.match(message ?? '', /^container vault was killed: memory limit \d+\w*/u)
      await setFault(cluster, vault, undefined)
      await untilReady(service, 'hungry')
      await remove(service, 'hungry')
    })

    it('before the others may start are told as init containers', async () => {
      await create(service, 'uninitialised')
      await untilReady(service, 'uninitialised')
      await setSuspended(cluster, service, { name: 'uninitialised', suspended: true })
      const controlplane = { kind: 'Deployment', namespace: 'uninitialised', name: 'controlplane' } as const
      const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }
      const initContainers = [{ name: 'migrate', image: 'example.org/migrate:1', securityContext }]
      await setFault(cluster, controlplane, 'InitCrash')
      await changePods(cluster, controlplane, { pod: { initContainers } })
      const told = await untilTold(service, 'uninitialised', {
        what: 'held up by its init container',
        holds: ({ components }) => components['controlplane']?.cause?.code === 'CrashLoop',
      })
      assert.equal(told.status, 'DEGRADED')
      const { message, reason } = await untilTold(service, 'uninitialised', {
        what: 'in a crash loop of its init container',
        holds: ({ components }) => components['controlplane']?.status === 'Degraded',
      }).then((answer) => componentOf(answer, 'controlplane'))
      assert.equal(reason, 'Init:CrashLoopBackOff')
      assert.match(message ?? '', /init container migrate/u)
      await remove(service, 'uninitialised')
    })
  })
}
