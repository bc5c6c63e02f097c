/** Makes the participant's namespace, and never takes somebody else's. */
import { hasReason } from '../../kube/errors.ts'
import { isTerminating } from '../../kube/namespace-state.ts'
import { type KubeObject, RESOURCES } from '../../model/kubernetes.ts'
import { FIELD_MANAGER, OWNER_ANNOTATION, PARTICIPANT_LABEL } from '../../model/names.ts'
import type { Outcome } from '../../model/outcome.ts'
import { plan } from '../../plan/plan.ts'
import { account, messageOf } from '../account.ts'
import { carryOut } from '../carry-out.ts'
import { done, stalled, waiting } from '../outcomes.ts'
import { ownsNamespace } from '../ownership.ts'
import { forgetRetention } from '../removal/retain.ts'
import { wantedOf } from '../wanted.ts'
import type { ReconcileStep, Work } from '../work.ts'

/**
 * Sets NamespaceReady: True/`NamespaceOwned` when it is done, else False with the reason it waits or stalls for.
 *
 * Waiting with `NamespaceTerminating` (whoever's it is, the name will be free), `NamespaceAppeared` (somebody created
 * it just now) or `ParticipantChanged`; stalled with `NamespaceForeign`.
 */
export const namespace: ReconcileStep = { name: 'namespace', run: ensureNamespace }

async function ensureNamespace(work: Work): Promise<Outcome> {
  const { kube, name, signal, tuning } = work
  const live = await kube.get(RESOURCES.Namespace, { name }, { signal })
  if (live === undefined) return await createNamespace(work)
  if (isTerminating(live))
    return waiting(
      {
        reason: 'NamespaceTerminating',
        message: `namespace "${name}" is still being deleted; it is created again once it has gone`,
      },
      tuning.recheckMs,
    )
  if (!ownsNamespace(work, live)) return stalled(foreignNamespace(work, live))
  return await labelNamespace(work, live)
}

/** Only ever POST: an apply would adopt a namespace that somebody creates at the same moment. */
async function createNamespace(work: Work): Promise<Outcome> {
  const { kube, name, signal, tuning } = work
  if (!(await isStillWanted(work)))
    return waiting(
      { reason: 'ParticipantChanged', message: 'the Participant was changed or deleted just now' },
      tuning.recheckMs,
    )
  try {
    await kube.create(wantedOf(work).namespace, { manager: FIELD_MANAGER.reconcile, signal })
    return done()
  } catch (error) {
    if (!hasReason(error, 'AlreadyExists')) throw error
    return waiting(
      { reason: 'NamespaceAppeared', message: `namespace "${name}" was created by somebody just now` },
      tuning.recheckMs,
    )
  }
}

/** The cache may lag: a namespace made for a Participant that has gone would belong to nobody. */
async function isStillWanted({ kube, name, uid, signal }: Work): Promise<boolean> {
  const live = await kube.get(RESOURCES.Participant, { name }, { signal })
  return live?.metadata.uid === uid && live.metadata.deletionTimestamp === undefined
}

async function labelNamespace(work: Work, live: KubeObject): Promise<Outcome> {
  await forgetRetention(work, live)
  const steps = plan([wantedOf(work).namespace], [live])
  for (const step of steps) {
    await carryOut(work, step)
    account(work, step)
  }
  return done(messageOf(steps))
}

/** Why a namespace that is not ours stands in the way. */
export function foreignNamespace(
  { name, uid }: Pick<Work, 'name' | 'uid'>,
  { metadata }: KubeObject,
): { reason: string; message: string } {
  const owner = metadata.annotations?.[OWNER_ANNOTATION]
  const isHeirless =
    owner !== undefined && owner !== uid && metadata.labels?.[PARTICIPANT_LABEL] === metadata.name
  const whose = isHeirless
    ? `belongs to an earlier Participant (uid ${owner})`
    : 'does not belong to this participant'
  const takeOver = isHeirless
    ? `Take it over with everything in it (kubectl annotate namespace ${name} ${OWNER_ANNOTATION}=${uid} --overwrite), delete`
    : 'Delete'
  return {
    reason: 'NamespaceForeign',
    message:
      `namespace "${name}" exists and ${whose}; nothing in it is touched. ` +
      `${takeOver} the namespace, or delete this Participant and choose another name`,
  }
}
