/** The one node of the built-in cluster: always ready, never full. */
import { type KubeObject, RESOURCES } from '../../model/kubernetes.ts'
import type { State } from '../state.ts'
import { timeText } from './objects.ts'

export const NODE_NAME = 'built-in-node'
export const NODE_IP = '10.0.0.1'

const ROOM = { cpu: '32', memory: '256Gi', pods: '5000' }

export function createNode(state: State, nowMs: number): void {
  const time = timeText(nowMs)
  const node: KubeObject & { readonly status: object } = {
    apiVersion: 'v1',
    kind: RESOURCES.Node.kind,
    metadata: { name: NODE_NAME, labels: { 'kubernetes.io/hostname': NODE_NAME } },
    status: {
      capacity: ROOM,
      allocatable: ROOM,
      addresses: [
        { type: 'InternalIP', address: NODE_IP },
        { type: 'Hostname', address: NODE_NAME },
      ],
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'KubeletReady',
          message: 'kubelet is posting ready status',
          lastHeartbeatTime: time,
          lastTransitionTime: time,
        },
      ],
    },
  }
  state.create(RESOURCES.Node, node)
}
