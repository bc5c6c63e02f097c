/** ReplicaSet → pods: as many as asked for, and the counts a Deployment is judged by. */
import type { ReplicaSetSpec } from 'kubernetes-types/apps/v1.js'
import { RESOURCES } from '../../model/kubernetes.ts'
import type { StoredObject } from '../state.ts'
import type { StatusFault } from '../status-fault.ts'
import { adopt } from './adoption.ts'
import { failuresOf } from './deployment-view.ts'
import type { Note } from './events.ts'
import type { Controller } from './loop.ts'
import {
  concerned,
  createPod,
  isActive,
  isDeleting,
  isReady,
  keyFrom,
  keyOfObject,
  podFrom,
  podSpecOf,
  podStatusOf,
  takesNewObjects,
  timeText,
  untilAvailableMs,
} from './objects.ts'
import { randomSuffix } from './revision.ts'
import { Retries, sooner, type World } from './world.ts'

export function replicaSetController(world: World): Controller {
  const retries = new Retries()
  return {
    name: 'replica-set',
    concerns: (change) => concerned(change, RESOURCES.ReplicaSet),
    sync: (key) => {
      const set = world.state.get(RESOURCES.ReplicaSet, keyFrom(key))
      if (set !== undefined) adopt(world, set, { resource: RESOURCES.Pod })
      const refusal = set === undefined || isDeleting(set) ? undefined : fill(world, set)
      const retryMs = retries.after(key, refusal)
      return set === undefined ? undefined : sooner(retryMs, writeStatus(world, set, refusal))
    },
  }
}

/** Answers why the API server refused a pod. The others are not tried then. */
function fill(world: World, set: StoredObject): StatusFault | undefined {
  const spec = set.spec as unknown as ReplicaSetSpec
  const active = world.index.owned(set, RESOURCES.Pod).filter(isActive)
  const missing = (spec.replicas ?? 1) - active.length
  if (missing < 0) {
    for (const pod of active.toSorted(byWorth).slice(0, -missing)) removePod(world, set, pod)
  }
  if (missing <= 0 || spec.template === undefined || !takesNewObjects(world.state, set.metadata.namespace))
    return undefined
  const generateName = `${set.metadata.name}-`
  for (let index = 0; index < missing; index += 1) {
    const name = `${generateName}${randomSuffix(world.random)}`
    const refusal = createPod(world.state, podFrom(spec.template, set, { name, generateName, labels: {} }))
    if (refusal !== undefined) {
      const message = `Error creating: ${refusal.message}`
      say(world, set, { type: 'Warning', reason: 'FailedCreate', message })
      return refusal
    }
    say(world, set, { reason: 'SuccessfulCreate', message: `Created pod: ${name}` })
  }
  return undefined
}

function removePod(world: World, set: StoredObject, pod: StoredObject): void {
  world.state.delete(RESOURCES.Pod, keyOfObject(pod))
  say(world, set, { reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.metadata.name}` })
}

/** Least useful first: without a node, not yet running, not ready, then the youngest. */
function byWorth(a: StoredObject, b: StoredObject): number {
  const worth = (pod: StoredObject): number =>
    (podSpecOf(pod).nodeName === undefined ? 0 : 4) +
    (podStatusOf(pod).phase === 'Running' ? 2 : 0) +
    (isReady(pod) ? 1 : 0)
  return worth(a) - worth(b) || age(b) - age(a)
}

const age = ({ metadata }: StoredObject): number => Date.parse(metadata.creationTimestamp ?? '')

/** Ms until the next pod has been ready for minReadySeconds. */
function writeStatus(world: World, set: StoredObject, refusal: StatusFault | undefined): number | undefined {
  const pods = world.index.owned(set, RESOURCES.Pod)
  const active = pods.filter(isActive)
  const minReadySeconds = (set.spec as unknown as ReplicaSetSpec).minReadySeconds ?? 0
  const nowMs = world.now()
  const untilMs = active
    .map((pod) => untilAvailableMs(pod, { minReadySeconds, nowMs }))
    .filter((ms) => ms !== undefined)
  const available = untilMs.filter((ms) => ms === 0).length
  world.state.updateStatus(RESOURCES.ReplicaSet, keyOfObject(set), {
    observedGeneration: set.metadata.generation ?? 1,
    replicas: active.length,
    ...(active.length > 0 && { fullyLabeledReplicas: active.length }),
    ...(untilMs.length > 0 && { readyReplicas: untilMs.length }),
    ...(available > 0 && { availableReplicas: available }),
    terminatingReplicas: pods.filter(isDeleting).length,
    ...failureOf(set, refusal, nowMs),
  })
  const pending = untilMs.filter((ms) => ms > 0)
  return pending.length > 0 ? Math.min(...pending) : undefined
}

/** Its text stays that of the first refusal: the real controller does not renew it either. */
function failureOf(set: StoredObject, refusal: StatusFault | undefined, nowMs: number): object {
  if (refusal === undefined) return {}
  const known = failuresOf(set)
  if (known.length > 0) return { conditions: known }
  const { message } = refusal
  const lastTransitionTime = timeText(nowMs)
  return {
    conditions: [
      { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message, lastTransitionTime },
    ],
  }
}

function say(
  { events }: World,
  about: StoredObject,
  note: Pick<Note, 'reason' | 'message'> & Partial<Pick<Note, 'type'>>,
): void {
  events.record({ about, type: 'Normal', component: 'replicaset-controller', ...note })
}
