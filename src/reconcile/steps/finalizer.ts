/** Makes sure that the Participant cannot vanish before what it consists of. */
import type { KubeObject } from '../../model/kubernetes.ts'
import { API_VERSION, FIELD_MANAGER, FINALIZER, KIND } from '../../model/names.ts'
import { done } from '../outcomes.ts'
import type { ReconcileStep, Work } from '../work.ts'

/** Comes before anything is written for the participant. Sets no condition; never waits and never stalls by itself. */
export const finalizer: ReconcileStep = { name: 'finalizer', run: addFinalizer }

async function addFinalizer({
  participant,
  name,
  uid,
  kube,
  signal,
}: Work): ReturnType<ReconcileStep['run']> {
  if (participant.metadata.finalizers?.includes(FINALIZER) === true) return done()
  // Without the uid an apply would bring a Participant back that was deleted meanwhile.
  const claim: KubeObject = {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name, uid, finalizers: [FINALIZER] },
  }
  await kube.apply(claim, { manager: FIELD_MANAGER.finalizer, signal })
  return done()
}
