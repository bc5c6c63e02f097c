/** Keeps a participant's namespace when its `deletionPolicy` is Retain, and says on it since when it belongs to nobody. */
import { isTerminating } from '../../kube/namespace-state.ts'
import { type KubeObject, RESOURCES } from '../../model/kubernetes.ts'
import { FIELD_MANAGER, OWNER_ANNOTATION, RETAINED_ANNOTATION } from '../../model/names.ts'
import type { Outcome } from '../../model/outcome.ts'
import { done } from '../outcomes.ts'
import type { Work } from '../work.ts'
import { record } from './record.ts'

/**
 * To be called only for a namespace that is ours. Everything in it stays and runs on; nobody repairs it any more. Throws
 * `KubeApiError` with reason Conflict when the namespace changed since it was read.
 */
export async function retain(work: Work, live: KubeObject): Promise<Outcome> {
  const { name } = work
  if (isTerminating(live)) return done(`namespace "${name}" is being deleted already and cannot be kept`)
  if (live.metadata.annotations?.[RETAINED_ANNOTATION] === undefined) {
    await annotate(work, live, new Date(work.now()).toISOString())
    record(work, { type: 'Normal', reason: 'NamespaceRetained', action: 'Remove', note: noteOn(work) })
  }
  return done(noteOn(work))
}

/** For a namespace that another Participant was given on purpose. */
export async function forgetRetention(work: Work, live: KubeObject): Promise<void> {
  if (live.metadata.annotations?.[RETAINED_ANNOTATION] !== undefined) await annotate(work, live, null)
}

function noteOn({ name }: Work): string {
  return (
    `namespace "${name}" is kept with everything in it, and its workloads run on: spec.deletionPolicy is Retain. ` +
    `To delete it: kubectl delete namespace ${name}. To give it to a new Participant "${name}": ` +
    `kubectl annotate namespace ${name} ${OWNER_ANNOTATION}=NEW-UID --overwrite`
  )
}

async function annotate({ kube, name, signal }: Work, live: KubeObject, value: string | null): Promise<void> {
  const { uid, resourceVersion } = live.metadata
  const body = { metadata: { uid, resourceVersion, annotations: { [RETAINED_ANNOTATION]: value } } }
  await kube.patch(
    RESOURCES.Namespace,
    { name },
    { type: 'merge', body, manager: FIELD_MANAGER.reconcile, signal },
  )
}
