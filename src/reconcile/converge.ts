/** Brings objects of one participant to what is wanted: reads them, plans, and writes only what differs. */
import { hasReason } from '../kube/errors.ts'
import { type KubeObject, resourceOf } from '../model/kubernetes.ts'
import { FIELD_MANAGER } from '../model/names.ts'
import type { Outcome } from '../model/outcome.ts'
import { plan, type PlanStep } from '../plan/plan.ts'
import { mapBounded } from './bounded.ts'
import { done, stalled, waiting } from './outcomes.ts'
import { ownsObject } from './ownership.ts'
import type { Work } from './work.ts'

/**
 * To be called only for a namespace that is known to be ours.
 *
 * Stalled with `ObjectForeign` when an object of a wanted name was written by somebody else: nothing is written then.
 * Waiting with `ObjectTerminating` when one is on its way out. What is missing is written in the order given.
 */
export async function converge(work: Work, wanted: readonly KubeObject[]): Promise<Outcome> {
  const live = await readLive(work, wanted)
  const foreign = live.find((object) => !ownsObject(work, object))
  if (foreign !== undefined) return stalled(foreignObject(work, foreign))
  const steps = plan(wanted, live)
  for (const step of steps) await carryOut(work, step)
  const going = steps.find((step) => step.do === 'leave' && step.because === 'terminating')
  if (going === undefined) return done()
  return waiting(
    {
      reason: 'ObjectTerminating',
      message: `${nameOf(going.object)} is being deleted; it is created again once it has gone`,
    },
    work.tuning.recheckMs,
  )
}

async function readLive(
  { kube, signal, tuning }: Work,
  wanted: readonly KubeObject[],
): Promise<readonly KubeObject[]> {
  const found = await mapBounded(wanted, tuning.parallelReads, async (object) =>
    kube.get(resourceFor(object), object.metadata, { signal }),
  )
  return found.filter((object) => object !== undefined)
}

async function carryOut({ kube, signal }: Work, step: PlanStep): Promise<void> {
  switch (step.do) {
    case 'create':
      await createObject({ kube, signal }, step.object)
      return
    case 'apply':
      await kube.apply(guarded(step.object, step.live), {
        manager: FIELD_MANAGER.reconcile,
        force: true,
        signal,
      })
      return
    case 'leave':
    case 'prune':
      return
  }
}

/**
 * A Secret is created, never applied: whoever comes second must not overwrite its values. Anything else is applied, as
 * a later apply takes back only fields that an apply has set; without force, so that an object which somebody creates
 * at the same moment is a Conflict.
 */
async function createObject(
  { kube, signal }: Pick<Work, 'kube' | 'signal'>,
  object: KubeObject,
): Promise<void> {
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

/** An apply makes what is missing; with the uid it makes nothing of an object that was deleted since it was read. */
export function guarded(wanted: KubeObject, { metadata: { uid } }: KubeObject): KubeObject {
  return uid === undefined ? wanted : { ...wanted, metadata: { ...wanted.metadata, uid } }
}

function resourceFor(object: KubeObject): NonNullable<ReturnType<typeof resourceOf>> {
  const resource = resourceOf(object)
  if (resource === undefined)
    throw new Error(`kind ${object.kind} (${object.apiVersion}) is not in RESOURCES`)
  return resource
}

function foreignObject({ name }: Work, object: KubeObject): { reason: string; message: string } {
  return {
    reason: 'ObjectForeign',
    message:
      `${nameOf(object)} in namespace "${name}" was not made for this participant and is left alone; ` +
      'delete or rename it to go on',
  }
}

function nameOf({ kind, metadata: { name } }: KubeObject): string {
  return `${kind} "${name}"`
}
