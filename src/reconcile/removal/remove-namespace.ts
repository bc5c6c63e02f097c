/** Deletes the participant's namespace and sees it go. */
import { isTerminating, remainsOf } from '../../kube/namespace-state.ts'
import { type KubeObject, RESOURCES } from '../../model/kubernetes.ts'
import type { Outcome } from '../../model/outcome.ts'
import { done, waiting } from '../outcomes.ts'
import { ownsNamespace } from '../ownership.ts'
import type { Work } from '../work.ts'
import { retain } from './retain.ts'
import type { SkippableStep } from './skip.ts'

/**
 * Sets NamespaceReady: False with `NamespaceTerminating` while it goes, with `NamespaceReleased` when it has gone, is
 * retained (deletionPolicy) or was never ours. A namespace that is not ours is never touched.
 */
export const removeNamespace: SkippableStep = {
  name: 'remove-namespace',
  run: remove,
  leaves: ({ name }) =>
    `namespace "${name}" is left as it is, with what remains in it: kubectl delete namespace ${name}`,
}

async function remove(work: Work): Promise<Outcome> {
  const { kube, name, signal, participant } = work
  const live = await kube.get(RESOURCES.Namespace, { name }, { signal })
  if (live === undefined) return done(`namespace "${name}" is gone`)
  if (!ownsNamespace(work, live))
    return done(`namespace "${name}" does not belong to this participant and is left alone`)
  if (participant.spec.deletionPolicy === 'Retain') return await retain(work, live)
  const going = isTerminating(live) ? live : await startDeletion(work, live)
  return going === undefined ? done(`namespace "${name}" is gone`) : stillThere(work, going)
}

/** The preconditions keep the deletion off a namesake, and off one whose ownership changed since it was read. */
async function startDeletion(
  { kube, name, signal }: Work,
  { metadata: { uid, resourceVersion } }: KubeObject,
): Promise<KubeObject | undefined> {
  return await kube.delete(
    RESOURCES.Namespace,
    { name },
    {
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      propagationPolicy: 'Background',
      signal,
    },
  )
}

function stillThere({ name, tuning }: Work, namespace: KubeObject): Outcome {
  const remains = remainsOf(namespace)
  return waiting(
    {
      reason: 'NamespaceTerminating',
      message: `namespace "${name}" is being deleted${remains === '' ? '' : `: ${remains}`}`,
    },
    tuning.safetyRecheckMs,
  )
}
