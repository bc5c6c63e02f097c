/** Carries out one step of a plan, and says what was written. */
import { hasReason } from '../kube/errors.ts'
import type { DeleteOptions } from '../kube/kube.ts'
import type { KubeObject } from '../model/kubernetes.ts'
import { FIELD_MANAGER } from '../model/names.ts'
import type { PlanStep } from '../plan/plan.ts'
import { resourceFor } from './live.ts'
import type { Work } from './work.ts'

type Tools = Pick<Work, 'kube' | 'signal'>

/** `gone`: the object that stood in the way is on its way out; what is wanted is created once it has gone. */
export type Written = 'written' | 'gone' | 'nothing'

/**
 * Throws `KubeApiError` with reason Conflict when the object is not any more what the plan was made from: a deletion
 * bears its uid and resourceVersion, a write to a Secret its resourceVersion, an apply its uid.
 */
export async function carryOut(tools: Tools, step: PlanStep): Promise<Written> {
  switch (step.do) {
    case 'create':
      await createObject(tools, step.object)
      return 'written'
    case 'apply':
      await applyObject(tools, step)
      return 'written'
    case 'recreate':
      return await recreateObject(tools, step)
    case 'prune':
      await deleteObject(tools, step.object, 'Background')
      return 'written'
    case 'rotate':
    case 'complete':
      await rewriteSecret(tools, step)
      return 'written'
    case 'leave':
    case 'keep':
      return 'nothing'
  }
}

async function applyObject(
  { kube, signal }: Tools,
  { object, live }: Extract<PlanStep, { do: 'apply' }>,
): Promise<void> {
  await kube.apply(guarded(object, live), { manager: FIELD_MANAGER.reconcile, force: true, signal })
}

/**
 * A Secret is created, never applied: whoever comes second must not overwrite its values. Anything else is applied, as
 * a later apply takes back only fields that an apply has set; without force, so that an object which somebody creates
 * at the same moment is a Conflict.
 */
async function createObject({ kube, signal }: Tools, object: KubeObject): Promise<void> {
  if (object.kind !== 'Secret') {
    await kube.apply(object, { manager: FIELD_MANAGER.reconcile, signal })
    return
  }
  try {
    await kube.create(object, { manager: FIELD_MANAGER.reconcile, signal })
  } catch (error) {
    if (!hasReason(error, 'AlreadyExists')) throw error
  }
}

/**
 * Over the version that was planned for, and over no other: whoever else decides the same at this moment, or asks again
 * because an answer got lost, is a Conflict, and sees at the next look that it is done.
 */
async function rewriteSecret(
  { kube, signal }: Tools,
  { object, live }: Extract<PlanStep, { do: 'rotate' | 'complete' }>,
): Promise<void> {
  const { resourceVersion } = live.metadata
  if (resourceVersion === undefined)
    throw new Error(`bug: Secret "${live.metadata.name}" would be written without a precondition`)
  const { annotations = {} } = object.metadata
  const body = { ...object, metadata: { resourceVersion, annotations } }
  const options = { type: 'merge', body, manager: FIELD_MANAGER.reconcile, signal } as const
  await kube.patch(resourceFor(object), live.metadata, options)
}

/** A process that dies between the two leaves a missing object, which the next pass creates. */
async function recreateObject(
  tools: Tools,
  { object, live, propagation }: Extract<PlanStep, { do: 'recreate' }>,
): Promise<Written> {
  const left = await deleteObject(tools, live, propagation)
  // With Orphan it stays until the garbage collector has freed its pods.
  if (left?.metadata.deletionTimestamp !== undefined) return 'gone'
  await createObject(tools, object)
  return 'written'
}

async function deleteObject(
  { kube, signal }: Tools,
  object: KubeObject,
  propagationPolicy: NonNullable<DeleteOptions['propagationPolicy']>,
): Promise<KubeObject | undefined> {
  const { uid, resourceVersion } = object.metadata
  if (uid === undefined || resourceVersion === undefined)
    throw new Error(`bug: ${object.kind} "${object.metadata.name}" would be deleted without preconditions`)
  const options = { uid, resourceVersion, propagationPolicy, signal }
  return await kube.delete(resourceFor(object), object.metadata, options)
}

/** An apply makes what is missing; with the uid it makes nothing of an object that was deleted since it was read. */
function guarded(wanted: KubeObject, { metadata: { uid } }: KubeObject): KubeObject {
  return uid === undefined ? wanted : { ...wanted, metadata: { ...wanted.metadata, uid } }
}
