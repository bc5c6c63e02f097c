/** Says what the reconciler would do for a participant, by its own rules, and does none of it. */
import type { Kube } from '../kube/kube.ts'
import { isTerminating } from '../kube/namespace-state.ts'
import { manifestInputOf, renderManifests, renderSecrets } from '../manifests/manifests.ts'
import { SpecError } from '../model/errors.ts'
import { type KubeObject, RESOURCES } from '../model/kubernetes.ts'
import type { ComponentName, Participant } from '../model/participant.ts'
import type { Profiles } from '../model/profile.ts'
import { plan, type PlanStep } from '../plan/plan.ts'
import { planInOrder } from '../plan/roll-order.ts'
import { foreignObject } from '../reconcile/converge.ts'
import { namesakesOf, readLive, resourceFor } from '../reconcile/live.ts'
import { ownsNamespace, ownsObject } from '../reconcile/ownership.ts'
import { refusalOf } from '../reconcile/steps/accept.ts'
import { foreignNamespace } from '../reconcile/steps/namespace.ts'
import { notServed, readRoutes } from '../reconcile/steps/routes.ts'
import { isLiveRolledOut } from '../status/rolled-out.ts'
import { olderHolder } from './older-holder.ts'

export interface Why {
  readonly reason: string
  readonly message: string
}

export interface Preview {
  readonly name: string
  /** Why nothing would be done until a person has acted. */
  readonly refused?: Why
  /** Why it would not be done now. */
  readonly note?: string
  /** In the order in which they would be carried out. */
  readonly steps: readonly PlanStep[]
  /** Those of the steps, at the end, that wait until the pods of a component have been replaced. */
  readonly held?: { readonly until: ComponentName; readonly steps: readonly PlanStep[] }
}

export interface PreviewTools {
  readonly kube: Pick<Kube, 'get' | 'list'>
  readonly profiles: Profiles
  readonly reserved: readonly string[]
  /** All in the cluster. */
  readonly participants: readonly Participant[]
}

const PARALLEL_READS = 6

/** `participant` is complete: with its uid if it exists, and with the defaults of the API server. */
export async function previewOf(tools: PreviewTools, participant: Participant): Promise<Preview> {
  const { name } = participant.metadata
  const accepted = refusalOf({
    ...tools,
    name,
    participant,
    participants: {
      get: (other) => tools.participants.find(({ metadata }) => metadata.name === other),
      holderOf: () => olderHolder(participant, tools.participants),
    },
  })
  if (accepted !== undefined && accepted.kind !== 'done') return { name, refused: accepted, steps: [] }
  if (participant.spec.mode === 'Observed')
    return { name, note: 'it is only observed (spec.mode): nothing is ever written for it', steps: [] }
  if (participant.metadata.deletionTimestamp !== undefined)
    return { name, note: 'it is being deleted: nothing is made for it any more', steps: [] }
  try {
    return await compare(tools, participant)
  } catch (error) {
    if (error instanceof SpecError) return { name, refused: error, steps: [] }
    throw error
  }
}

async function compare({ kube, profiles }: PreviewTools, participant: Participant): Promise<Preview> {
  const { spec, metadata } = participant
  const { name, uid = '' } = metadata
  const profile = profiles.get(spec.profile)
  if (profile === undefined) throw new SpecError('UnknownProfile', `there is no profile "${spec.profile}"`)
  const input = manifestInputOf(participant, profile)
  const { namespace, policies, storage, workloads, routes } = renderManifests(input)
  // Values of Secrets are never compared and never shown.
  const others = [...policies, ...renderSecrets(input, () => ''), ...storage, ...workloads]
  const all = [...others, ...routes.objects]
  const live = await kube.get<KubeObject>(RESOURCES.Namespace, { name })
  if (live === undefined) return { name, ...suspension(participant), steps: plan([namespace, ...all], []) }
  if (isTerminating(live))
    return {
      name,
      note: `namespace "${name}" is still being deleted; all of this begins when it has gone`,
      steps: plan([namespace, ...all], []),
    }
  if (!ownsNamespace({ name, uid }, live))
    return { name, refused: foreignNamespace({ name, uid }, live), steps: [] }
  const reading = { kube, namespace: name, parallel: PARALLEL_READS }
  const existing = await readRoutes(reading)
  const objects = [...(await readLive(reading, others)), ...existing.live]
  const isServed = (object: KubeObject): boolean => !existing.unserved.includes(resourceFor(object))
  const wanted = all.filter(isServed)
  const unserved = routes.objects.find((object) => !isServed(object))
  const foreign = namesakesOf(wanted, objects).find((object) => !ownsObject({ name, uid }, object))
  const options = { participant: name, isRolledOut: isLiveRolledOut, now: '' }
  const { now, held, turn } = planInOrder([namespace, ...wanted], [live, ...objects], options)
  return {
    name,
    ...(unserved && { note: `no route is made: ${notServed(unserved)}` }),
    ...suspension(participant),
    ...(foreign && { refused: foreignObject(name, foreign) }),
    steps: [...now, ...held],
    ...(turn && held.length > 0 && { held: { until: turn.component, steps: held } }),
  }
}

function suspension({ spec }: Participant): Pick<Preview, 'note'> {
  return spec.suspended ? { note: 'it is suspended: nothing is written until it is resumed' } : {}
}
