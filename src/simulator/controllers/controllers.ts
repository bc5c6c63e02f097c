/** Starts everything that acts by itself in the built-in cluster. */
import { RESOURCES } from '../../model/kubernetes.ts'
import type { Log } from '../../model/log.ts'
import type { State } from '../state.ts'
import { deploymentController } from './deployment.ts'
import { EventRecorder } from './events.ts'
import { garbageController } from './garbage.ts'
import { Kubelet } from './kubelet.ts'
import { Loop } from './loop.ts'
import { namespaceController } from './namespace.ts'
import { createNode, nodeController } from './node.ts'
import { ObjectIndex } from './object-index.ts'
import { replicaSetController } from './replica-set.ts'
import { resourceQuotaController } from './resource-quota.ts'
import { schedulerController } from './scheduler.ts'
import { statefulSetController } from './stateful-set.ts'
import type { Timing } from './timing.ts'
import { createStorageClass, volumeController } from './volume.ts'
import type { World } from './world.ts'

export interface ControllersOptions {
  readonly state: State
  readonly timing: Timing
  /** Ms since 1970. */
  readonly now: () => number
  /** A number in [0, 1). */
  readonly random: () => number
  readonly log?: Log
}

/**
 * Follows the state until disposed, and creates the node. What exists already is taken up as if it had just been made.
 * Writes happen outside the caller's own turn, never from within a change.
 */
export function openControllers({ log, ...options }: ControllersOptions): Disposable {
  const { state, now } = options
  const index = new ObjectIndex(state)
  const events = new EventRecorder(state, now)
  const world: World = { ...options, index, events }
  const controllers = [
    deploymentController(world),
    replicaSetController(world),
    statefulSetController(world),
    schedulerController(world),
    new Kubelet(world),
    volumeController(world),
    namespaceController(world),
    nodeController(world),
    resourceQuotaController(world),
    garbageController(world),
    events,
  ]
  const loop = new Loop(controllers, log)
  const subscription = state.subscribe((change) => {
    index.apply(change)
    loop.notice(change)
  })
  const existing = Object.values(RESOURCES).flatMap((resource) =>
    state.list(resource).map((object) => ({ type: 'ADDED', resource, object }) as const),
  )
  for (const change of existing) index.apply(change)
  for (const change of existing) loop.notice(change)
  createNode(state, now())
  createStorageClass(state)
  return {
    [Symbol.dispose]: () => {
      subscription[Symbol.dispose]()
      loop[Symbol.dispose]()
    },
  }
}
