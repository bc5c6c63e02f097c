/** Gives pods their node: there is one, with room for every pod that fits on it at all. */
import type { Node } from 'kubernetes-types/core/v1.js'
import { RESOURCES } from '../../model/kubernetes.ts'
import { FAULT_ANNOTATION } from '../../model/names.ts'
import { billionths } from '../quantity.ts'
import type { StateChange, StoredObject } from '../state.ts'
import { stamped } from './conditions.ts'
import type { Controller } from './loop.ts'
import { isNodeReady, NODE_NAME, theNode } from './node.ts'
import { isDeleting, keyFrom, keyOfObject, keyTextOf, podSpecOf, podStatusOf } from './objects.ts'
import { isBound } from './volume.ts'
import { Waits, type World } from './world.ts'

const COMPONENT = 'default-scheduler'
const UNHELPFUL =
  'no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.'

export function schedulerController(world: World): Controller {
  const waits = new Waits(world.now)
  return {
    name: 'scheduler',
    concerns: (change) => podsConcerned(world, change),
    sync: (key) => {
      const pod = world.state.get(RESOURCES.Pod, keyFrom(key))
      const waiting = pod !== undefined && !isDeleting(pod) && podSpecOf(pod).nodeName === undefined
      const waitMs = waiting ? waits.remainingMs(key, world.timing.schedulingMs) : 0
      if (waitMs > 0) return waitMs
      if (!waiting) waits.forget(key)
      else schedule(world, pod)
      return undefined
    },
  }
}

/** A claim concerns the pods of its namespace: one of them may wait for it. */
function podsConcerned({ state, index }: World, { resource, object, type }: StateChange): readonly string[] {
  if (resource.kind === RESOURCES.Pod.kind)
    return podSpecOf(object).nodeName === undefined || type === 'DELETED'
      ? [keyTextOf(keyOfObject(object))]
      : []
  if (resource.kind === RESOURCES.Node.kind && type === 'MODIFIED')
    return state
      .list(RESOURCES.Pod)
      .filter((pod) => podSpecOf(pod).nodeName === undefined)
      .map((pod) => keyTextOf(keyOfObject(pod)))
  if (resource.kind !== RESOURCES.PersistentVolumeClaim.kind || type === 'DELETED') return []
  return index
    .inNamespace(object.metadata.namespace ?? '')
    .filter((ref) => ref.resource.kind === RESOURCES.Pod.kind)
    .map(({ key }) => keyTextOf(key))
}

function schedule(world: World, pod: StoredObject): void {
  const { state, events } = world
  const key = keyOfObject(pod)
  const hindrance = hindranceOf(world, pod)
  if (hindrance === undefined) {
    const bound: StoredObject = { ...pod, spec: { ...pod.spec, nodeName: NODE_NAME } }
    state.update(RESOURCES.Pod, bound)
    writeCondition(world, pod, { status: 'True' })
    const message = `Successfully assigned ${keyTextOf(key)} to ${NODE_NAME}`
    events.record({ about: pod, type: 'Normal', reason: 'Scheduled', message, component: COMPONENT })
    return
  }
  const condition = { status: 'False', reason: 'Unschedulable', message: hindrance }
  if (writeCondition(world, pod, condition) === pod) return
  const note = {
    type: 'Warning',
    reason: 'FailedScheduling',
    message: hindrance,
    component: COMPONENT,
  } as const
  events.record({ about: pod, ...note })
}

/** In the words of the real scheduler (1.36), which ends a claim's message with "not found" for want of a victim. */
function hindranceOf({ state }: World, pod: StoredObject): string | undefined {
  const unfit = unfitness(theNode(state), pod)
  if (unfit !== undefined) return `0/1 nodes are available: 1 ${unfit}. ${UNHELPFUL}`
  for (const { persistentVolumeClaim } of podSpecOf(pod).volumes ?? []) {
    if (persistentVolumeClaim === undefined) continue
    const { claimName } = persistentVolumeClaim
    const claim = state.get(RESOURCES.PersistentVolumeClaim, { ...keyOfObject(pod), name: claimName })
    if (claim === undefined)
      return `0/1 nodes are available: persistentvolumeclaim "${claimName}" not found. not found`
    if (!isBound(claim))
      return '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found'
  }
  return undefined
}

/** Why the node is none for this pod. */
function unfitness(node: StoredObject | undefined, pod: StoredObject): string | undefined {
  const { nodeSelector = {} } = podSpecOf(pod)
  const labels = node?.metadata.labels ?? {}
  const asked = pod.metadata.annotations?.[FAULT_ANNOTATION] === 'Unschedulable'
  if (asked || Object.entries(nodeSelector).some(([key, value]) => labels[key] !== value))
    return "node(s) didn't match Pod's node affinity/selector"
  if (!isNodeReady(node)) return 'node(s) had untolerated taint(s)'
  const lacking = lackingOn(node, pod)
  return lacking.length === 0 ? undefined : lacking.map((name) => `Insufficient ${name}`).join(', 1 ')
}

function lackingOn(node: StoredObject | undefined, pod: StoredObject): readonly string[] {
  const { allocatable = {} } = (node?.status ?? {}) as NonNullable<Node['status']>
  return ['cpu', 'memory'].filter((name) => {
    const amounts = podSpecOf(pod).containers.map(
      ({ resources }) => billionths(resources?.requests?.[name]) ?? 0n,
    )
    return amounts.reduce((sum, amount) => sum + amount, 0n) > (billionths(allocatable[name]) ?? 0n)
  })
}

function writeCondition(
  { state, now }: World,
  pod: StoredObject,
  condition: { readonly status: string; readonly reason?: string; readonly message?: string },
): StoredObject {
  const before = podStatusOf(pod)
  const scheduled = { type: 'PodScheduled', lastProbeTime: null, ...condition }
  const conditions = stamped([scheduled], before.conditions, now())
  return state.updateStatus(RESOURCES.Pod, keyOfObject(pod), { phase: 'Pending', ...before, conditions })
}
