/** The one node of the built-in cluster: never full, and ready unless an annotation asks to lose it. */
import type { Node, NodeCondition } from 'kubernetes-types/core/v1.js'
import { type KubeObject, RESOURCES } from '../../model/kubernetes.ts'
import { FAULT_ANNOTATION } from '../../model/names.ts'
import type { State, StoredObject } from '../state.ts'
import { stamped } from './conditions.ts'
import type { Controller } from './loop.ts'
import { isReady, keyOfObject, podSpecOf, podStatusOf, timeText } from './objects.ts'
import { Waits, type World } from './world.ts'

export const NODE_NAME = 'built-in-node'
export const NODE_IP = '10.0.0.1'
/** On the node: its kubelet falls silent. KWOK's nodes in the tests know the same annotation. */
const LOST = 'NodeLost'
const COMPONENT = 'node-controller'

const ROOM = { cpu: '32', memory: '256Gi', pods: '5000' }

export function createNode(state: State, nowMs: number): void {
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
      conditions: stamped([HEARD], undefined, nowMs),
    },
  }
  state.create(RESOURCES.Node, node)
}

export const theNode = (state: State): StoredObject | undefined =>
  state.get(RESOURCES.Node, { name: NODE_NAME })

/** Its kubelet does nothing and says nothing. */
export const isSilent = (node: StoredObject | undefined): boolean =>
  node?.metadata.annotations?.[FAULT_ANNOTATION] === LOST

export function isNodeReady(node: StoredObject | undefined): boolean {
  const { conditions = [] } = (node?.status ?? {}) as NonNullable<Node['status']>
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
}

type Readiness = Omit<NodeCondition, 'lastTransitionTime'>

const HEARD: Readiness = {
  type: 'Ready',
  status: 'True',
  reason: 'KubeletReady',
  message: 'kubelet is posting ready status',
}
const UNHEARD: Readiness = {
  type: 'Ready',
  status: 'Unknown',
  reason: 'NodeStatusUnknown',
  message: 'Kubelet stopped posting node status.',
}

/**
 * Calls a silent node lost after its grace, and its pods not ready. Unlike the real controller it never deletes those
 * pods, which there happens after five minutes more.
 */
export function nodeController(world: World): Controller {
  const waits = new Waits(world.now)
  return {
    name: COMPONENT,
    concerns: ({ resource, object }) =>
      resource.kind === RESOURCES.Node.kind && object.metadata.name === NODE_NAME ? [NODE_NAME] : [],
    sync: (name) => {
      const node = theNode(world.state)
      if (node === undefined) return undefined
      if (!isSilent(node)) {
        waits.forget(name)
        if (!isNodeReady(node)) writeReadiness(world, node, HEARD)
        return undefined
      }
      const waitMs = waits.remainingMs(name, world.timing.nodeGraceMs)
      if (waitMs === 0 && isNodeReady(node)) lose(world, node)
      return waitMs === 0 ? undefined : waitMs
    },
  }
}

function lose(world: World, node: StoredObject): void {
  const { state, events, now } = world
  writeReadiness(world, node, UNHEARD)
  for (const pod of state.list(RESOURCES.Pod)) {
    if (podSpecOf(pod).nodeName !== NODE_NAME || !isReady(pod)) continue
    const before = podStatusOf(pod)
    const plain =
      before.conditions?.map((is) => (is.type === 'Ready' ? { ...is, status: 'False' } : is)) ?? []
    state.updateStatus(RESOURCES.Pod, keyOfObject(pod), {
      ...before,
      conditions: stamped(plain, before.conditions, now()),
    })
    const note = { type: 'Warning', reason: 'NodeNotReady', message: 'Node is not ready' } as const
    events.record({ about: pod, component: COMPONENT, ...note })
  }
}

function writeReadiness({ state, now }: World, node: StoredObject, readiness: Readiness): void {
  const before = node.status as Node['status']
  const time = timeText(now())
  const [condition] = stamped([{ ...readiness, lastHeartbeatTime: time }], before?.conditions, now())
  const others = before?.conditions?.filter(({ type }) => type !== 'Ready') ?? []
  state.updateStatus(RESOURCES.Node, { name: NODE_NAME }, { ...before, conditions: [...others, condition] })
}
