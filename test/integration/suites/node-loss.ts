/** A node that is not heard of any more: what of a participant ran on it is lost, told at once, and nothing else. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type KubeObject, RESOURCES } from '../../../src/model/kubernetes.ts'
import { FAULT_ANNOTATION } from '../../../src/model/names.ts'
import type { RunningService } from '../../../src/service.ts'
import { eventually } from '../../support/eventually.ts'
import { create, remove, untilReady, untilTold } from '../participants.ts'
import { type OpenTestCluster, serviceOn, type TestCluster } from '../test-cluster.ts'
import { componentOf, Follower, SOON_MS } from '../verdicts.ts'

interface Node extends KubeObject {
  readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] }
}

/** On a cluster of its own: every participant there suffers. */
export function lostNodesAreTold(clusterName: string, open: OpenTestCluster): void {
  describe(`a node that is lost on ${clusterName}`, () => {
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

    const nodeOf = async (namespace: string, component: string): Promise<string> => {
      const labelSelector = `app.kubernetes.io/component=${component}`
      const { items } = await cluster.kube.list<
        KubeObject & { readonly spec: { readonly nodeName: string } }
      >(RESOURCES.Pod, { namespace, labelSelector })
      return items[0]?.spec.nodeName ?? ''
    }
    const setSilent = async (name: string, silent: boolean): Promise<void> => {
      const body = { metadata: { annotations: { [FAULT_ANNOTATION]: silent ? 'NodeLost' : null } } }
      await cluster.kube.patch(RESOURCES.Node, { name }, { type: 'merge', manager: 'suite', body })
    }
    const untilNode = (name: string, ready: boolean): Promise<boolean> =>
      eventually(
        async () => {
          const node = await cluster.kube.get<Node>(RESOURCES.Node, { name })
          const condition = node?.status.conditions.find(({ type }) => type === 'Ready')
          return (condition?.status === 'True') === ready
        },
        { what: `node ${name} to be ${ready ? 'heard of' : 'lost'}`, withinMs: 60_000 },
      )

    it('makes a READY participant DEGRADED by NodeLost, names the node, and takes back nothing that it was', async () => {
      await create(service, 'orphaned')
      await untilReady(service, 'orphaned')
      await using follower = new Follower(service, 'orphaned')
      const node = await nodeOf('orphaned', 'controlplane')
      await setSilent(node, true)
      await untilNode(node, false)
      const told = await untilTold(service, 'orphaned', {
        what: 'DEGRADED by its node',
        // The controller calls the node lost first, and its pods not ready after that.
        withinMs: SOON_MS + 3_000,
        holds: ({ status, components }) =>
          status === 'DEGRADED' && components['controlplane']?.cause?.code === 'NodeLost',
      })
      const { status, cause, message } = componentOf(told, 'controlplane')
      assert.equal(status, 'Degraded')
      assert.deepEqual(cause, { code: 'NodeLost', who: 'platform' })
      assert.ok(message?.includes(node), message)
      await untilTold(service, 'orphaned', {
        what: 'explained by the node controller',
        holds: ({ events }) => events.some(({ reason }) => reason === 'NodeNotReady'),
      })
      await setSilent(node, false)
      await untilNode(node, true)
      await follower[Symbol.asyncDispose]()
      assert.deepEqual(follower.states.slice(0, 2), ['READY', 'DEGRADED'])
      assert.ok(!follower.states.includes('FAILED') && !follower.states.includes('PROVISIONING'))
      await remove(service, 'orphaned')
    })
  })
}
