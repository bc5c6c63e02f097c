/** A node that falls silent, what becomes of its pods, and pods that fit on no node. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { PodSpec, PodStatus } from 'kubernetes-types/core/v1.js'
import { eventually } from '../../../test/support/eventually.ts'
import { RESOURCES } from '../../model/kubernetes.ts'
import { FAULT_ANNOTATION } from '../../model/names.ts'
import { NODE_NAME } from './node.ts'
import { EVENT } from './objects.ts'
import {
  aDeployment,
  conditionsOf,
  only,
  openTestCluster,
  podsOf,
  type TestCluster,
  untilStatus,
} from './testing.ts'

function setSilent({ state }: TestCluster, silent: boolean): void {
  const node = state.get(RESOURCES.Node, { name: NODE_NAME })
  assert.ok(node)
  const annotations = silent ? { [FAULT_ANNOTATION]: 'NodeLost' } : {}
  state.update(RESOURCES.Node, { ...node, metadata: { ...node.metadata, annotations } })
}

function nodeConditions({ state }: TestCluster): readonly string[] {
  const node = state.get(RESOURCES.Node, { name: NODE_NAME })
  return node === undefined ? [] : conditionsOf(node)
}

const eventsOf = ({ state }: TestCluster): readonly string[] =>
  state
    .list(EVENT)
    .map(({ type, reason, message }) => `${String(type)} ${String(reason)}: ${String(message)}`)

describe('a node that is lost', () => {
  it('is Unknown, and its pods are not ready though their containers were', async () => {
    using cluster = openTestCluster()
    cluster.state.create(RESOURCES.Deployment, aDeployment('web'))
    await untilStatus(cluster, { kind: 'Deployment', name: 'web', is: { availableReplicas: 1 } })
    setSilent(cluster, true)
    await untilStatus(cluster, { kind: 'Deployment', name: 'web', is: { availableReplicas: 0 } })
    assert.deepEqual(nodeConditions(cluster), ['Ready=Unknown/NodeStatusUnknown'])
    const pod = only(podsOf(cluster, 'web'))
    assert.ok(conditionsOf(pod).includes('Ready=False'))
    assert.ok(conditionsOf(pod).includes('ContainersReady=True'))
    assert.equal((pod.status as PodStatus).containerStatuses?.[0]?.ready, true)
    assert.ok(eventsOf(cluster).includes('Warning NodeNotReady: Node is not ready'))
  })

  it('takes no new pods, and all is well when it is back', async () => {
    using cluster = openTestCluster()
    cluster.state.create(RESOURCES.Deployment, aDeployment('old'))
    await untilStatus(cluster, { kind: 'Deployment', name: 'old', is: { availableReplicas: 1 } })
    setSilent(cluster, true)
    await untilStatus(cluster, { kind: 'Deployment', name: 'old', is: { availableReplicas: 0 } })
    cluster.state.create(RESOURCES.Deployment, aDeployment('new'))
    await eventually(() => eventsOf(cluster).some((told) => told.includes('untolerated taint')), {
      what: 'a pod without a node',
    })
    setSilent(cluster, false)
    await untilStatus(cluster, { kind: 'Deployment', name: 'old', is: { availableReplicas: 1 } })
    await untilStatus(cluster, { kind: 'Deployment', name: 'new', is: { availableReplicas: 1 } })
    assert.deepEqual(nodeConditions(cluster), ['Ready=True/KubeletReady'])
    assert.deepEqual(cluster.complaints, [])
  })
})

describe('a pod that fits on no node', () => {
  for (const [what, pod, says] of [
    [
      'because it asks for another one',
      { nodeSelector: { disk: 'fast' } },
      "1 node(s) didn't match Pod's node affinity/selector.",
    ],
    [
      'because it asks for more than there is',
      { containers: [{ name: 'main', image: 'a:1', resources: { requests: { cpu: '64', memory: '1Ti' } } }] },
      '1 Insufficient cpu, 1 Insufficient memory.',
    ],
  ] as const satisfies readonly (readonly [string, Partial<PodSpec>, string])[])
    it(`${what} stays without one, and the scheduler says why`, async () => {
      using cluster = openTestCluster()
      cluster.state.create(RESOURCES.Deployment, aDeployment('web', { pod }))
      await eventually(() => eventsOf(cluster).some((told) => told.startsWith('Warning FailedScheduling')), {
        what: 'the event',
      })
      const { conditions } = only(podsOf(cluster, 'web')).status as PodStatus
      const [scheduled] = conditions ?? []
      assert.deepEqual([scheduled?.status, scheduled?.reason], ['False', 'Unschedulable'])
      assert.ok(scheduled?.message?.startsWith(`0/1 nodes are available: ${says}`), scheduled?.message)
    })
})
