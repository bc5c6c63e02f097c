/** Lets the Participant go: the last thing that is done for it. */
import { hasReason } from '../../kube/errors.ts'
import { RESOURCES } from '../../model/kubernetes.ts'
import { FIELD_MANAGER, FINALIZER } from '../../model/names.ts'
import type { Outcome } from '../../model/outcome.ts'
import { done, waiting } from '../outcomes.ts'
import type { ReconcileStep, Work } from '../work.ts'

/** Sets no condition. Waiting with `ParticipantChanged` when the Participant changed while it was written. */
export const release: ReconcileStep = { name: 'release', run: removeFinalizer }

async function removeFinalizer({ kube, name, uid, signal, tuning }: Work): Promise<Outcome> {
  const live = await kube.get(RESOURCES.Participant, { name }, { signal })
  const index = live?.metadata.uid === uid ? (live.metadata.finalizers ?? []).indexOf(FINALIZER) : -1
  if (index < 0) return done()
  const path = `/metadata/finalizers/${index}`
  // A JSON patch cannot bring a Participant back, and its tests hold it off a namesake or another's finalizer.
  const body = [
    { op: 'test', path: '/metadata/uid', value: uid },
    { op: 'test', path, value: FINALIZER },
    { op: 'remove', path },
  ]
  try {
    await kube.patch(
      RESOURCES.Participant,
      { name },
      { type: 'json', body, manager: FIELD_MANAGER.finalizer, signal },
    )
    return done()
  } catch (error) {
    if (hasReason(error, 'NotFound')) return done()
    if (!hasReason(error, 'Conflict', 'Invalid')) throw error
    return waiting(
      {
        reason: 'ParticipantChanged',
        message: 'the Participant was changed just now; it is looked at again',
      },
      tuning.recheckMs,
    )
  }
}
