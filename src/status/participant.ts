/** Judges a participant as a whole: six states, by rules in order (status reference §6.2). */
import type {
  ObservedClaim,
  ObservedEvent,
  ObservedNamespace,
  ObservedPod,
  ObservedRoute,
  ObservedWorkload,
} from '../model/observed.ts'
import type { ComponentName, Participant, Phase, Step } from '../model/participant.ts'
import { isSeedVerified, seedConditionsOf } from '../model/seed-steps.ts'
import { withClosedVault } from './closed-vault.ts'
import { type ComponentVerdict, judgeComponent } from './component.ts'
import { judgeDeletion } from './deletion.ts'
import { expectedComponents, podsOf } from './expected.ts'

/** Everything a verdict may look at. Gathered by `observe`; complete; never fetched from here. */
export interface Snapshot {
  readonly participant: Participant
  /** The namespace of that name, whoever owns it. */
  readonly namespace: ObservedNamespace | undefined
  readonly workloads: readonly ObservedWorkload[]
  readonly pods: readonly ObservedPod[]
  readonly claims: readonly ObservedClaim[]
  /** Of this namespace; those about objects that are gone do no harm. */
  readonly events: readonly ObservedEvent[]
  /** For the condition Reachable; no verdict looks at them. Undefined when nobody looked for any. */
  readonly routes?: readonly ObservedRoute[]
  /** The verdict before this one: what was ready a moment ago is not called lost by a first glance. */
  readonly before?: Verdict
  /** Set for a namespace that was found without a resource of ours: by discovery, or in a dump. */
  readonly byName?: true
  /** The components that are expected; by default those of the mode. */
  readonly expected?: readonly ComponentName[]
  /** It was READY at least once: from then on a loss is DEGRADED, never PROVISIONING or FAILED. */
  readonly everReady: boolean
  /** It is one that is seeded: conditions about that are still to come when there are none. */
  readonly seeded?: true
  readonly nowMs: number
}

export interface Verdict {
  readonly phase: Phase
  /** CamelCase, stable. */
  readonly reason: string
  readonly message: string
  /** In the order of the model, then by name. */
  readonly components: readonly ComponentVerdict[]
  /** When the verdict may change by time alone, ms since 1970. */
  readonly recheckAtMs?: number
}

type Summary = Pick<Verdict, 'phase' | 'reason' | 'message' | 'recheckAtMs'>

interface Judged {
  readonly snapshot: Snapshot
  readonly components: readonly ComponentVerdict[]
  readonly notReady: readonly ComponentVerdict[]
}

/** One rule on the whole participant, as people read it in `docs/status-rules.md`. */
export interface ParticipantRule {
  /** A sentence; its test bears the same name. */
  readonly name: string
  readonly state: string
  readonly reasons: readonly string[]
  readonly judge: (judged: Judged) => Summary | undefined
}

const deleting: ParticipantRule = {
  name: 'a participant whose resource or namespace is being deleted is DELETING and names what remains',
  state: 'DELETING',
  reasons: ['Deleting', 'DeletionStuck'],
  judge: ({ snapshot }) => (isGoing(snapshot) ? judgeDeletion(snapshot) : undefined),
}

/** The reconciler says that it cannot go on without a person. */
const stalled: ParticipantRule = {
  name: 'a step that only a person can help makes it FAILED, or DEGRADED once it has been READY',
  state: 'FAILED, DEGRADED',
  reasons: ['the reason of the step'],
  judge: ({ snapshot: { participant, everReady } }) => {
    const step = stalledStep(participant)
    if (step === undefined) return undefined
    return {
      phase: everReady ? 'DEGRADED' : 'FAILED',
      reason: step.reason ?? 'Stalled',
      message: step.message ?? `step ${step.name} cannot go on`,
    }
  },
}

const nothingToObserve: ParticipantRule = {
  name: 'an observed participant without any workload is PROVISIONING',
  state: 'PROVISIONING',
  reasons: ['NothingToObserve'],
  judge: ({ snapshot, components }) =>
    components.length > 0
      ? undefined
      : {
          phase: 'PROVISIONING',
          reason: 'NothingToObserve',
          message: `namespace "${snapshot.participant.metadata.name}" holds no Deployment or StatefulSet with the participant label yet`,
        },
}

/** What seeding made is gone, or cannot be told any more to be there. */
const seedLost: ParticipantRule = {
  name: 'a participant that has been READY and lost what it was seeded with is DEGRADED until that is repaired',
  state: 'DEGRADED',
  reasons: ['SeedLost'],
  judge: ({ notReady, snapshot: { participant, everReady } }) => {
    const lost = seedConditionsOf(participant).find(({ status }) => status === 'False')
    if (!everReady || notReady.length > 0 || lost === undefined) return undefined
    return { phase: 'DEGRADED', reason: 'SeedLost', message: `${lost.type} is False: ${lost.message}` }
  },
}

/** Who starts anew may have lost everything, and the conditions are those from before; or it is to be seeded only now. */
const seedUnverified: ParticipantRule = {
  name: 'a participant that has been READY is DEGRADED while nobody has looked whether it is seeded since its components became ready',
  state: 'DEGRADED',
  reasons: ['SeedUnverified'],
  judge: ({ notReady, snapshot }) =>
    !snapshot.everReady || notReady.length > 0 || !isSeedPending(snapshot)
      ? undefined
      : { phase: 'DEGRADED', reason: 'SeedUnverified', message: whatSeedingWaitsFor(snapshot).message },
}

const seeding: ParticipantRule = {
  name: 'a participant that is seeded is PROVISIONING until its issuer knows it, its seed is in place and it holds its credential',
  state: 'PROVISIONING',
  reasons: ['the reason of the step', 'Seeding'],
  judge: ({ notReady, snapshot }) =>
    snapshot.everReady || notReady.length > 0 || !isSeedPending(snapshot)
      ? undefined
      : { phase: 'PROVISIONING', ...whatSeedingWaitsFor(snapshot) },
}

function isSeedPending({ participant, seeded }: Snapshot): boolean {
  const conditions = seedConditionsOf(participant)
  if (conditions.length === 0) return seeded === true
  return !isSeedVerified(participant) || conditions.some(({ status }) => status !== 'True')
}

function whatSeedingWaitsFor({ participant }: Snapshot): Pick<Summary, 'reason' | 'message'> {
  const step = participant.status?.steps?.find(({ state }) => state === 'Waiting')
  if (step !== undefined && step.name !== 'readiness')
    return { reason: step.reason ?? 'Waiting', message: `step ${step.name} waits: ${step.message ?? ''}` }
  return {
    reason: 'Seeding',
    message:
      'all components are ready; whether holder, wallet, definitions and credential are there is looked at next',
  }
}

const allReady: ParticipantRule = {
  name: 'a participant is READY when every expected component is ready',
  state: 'READY',
  reasons: ['AllComponentsReady'],
  judge: ({ notReady }) =>
    notReady.length > 0
      ? undefined
      : { phase: 'READY', reason: 'AllComponentsReady', message: 'All components are running and ready' },
}

const wasReady: ParticipantRule = {
  name: 'a participant that has been READY once and is not now is DEGRADED',
  state: 'DEGRADED',
  reasons: ['ComponentsNotReady'],
  judge: ({ notReady, snapshot }) =>
    snapshot.everReady
      ? { phase: 'DEGRADED', reason: 'ComponentsNotReady', message: describe(notReady) }
      : undefined,
}

const componentFailed: ParticipantRule = {
  name: 'a participant that was never READY is FAILED when a component cannot become ready without a person',
  state: 'FAILED',
  reasons: ['ComponentFailed'],
  judge: ({ notReady }) => {
    const failed = notReady.filter((component) => component.failed)
    return failed.length === 0
      ? undefined
      : { phase: 'FAILED', reason: 'ComponentFailed', message: describe(failed) }
  },
}

const scaledToZero: ParticipantRule = {
  name: 'a participant with a component scaled to zero is DEGRADED, never PROVISIONING',
  state: 'DEGRADED',
  reasons: ['ScaledToZero'],
  judge: ({ notReady }) => {
    const zero = notReady.filter(({ status }) => status === 'Stopped' || status === 'Stopping')
    return zero.length === 0
      ? undefined
      : { phase: 'DEGRADED', reason: 'ScaledToZero', message: describe(zero) }
  },
}

/** Only with a cause: a component that is merely short of pods during a first start is still on its way. */
const servesPartly: ParticipantRule = {
  name: 'a participant that was never READY but serves partly after a failed rollout is DEGRADED',
  state: 'DEGRADED',
  reasons: ['ComponentDegraded'],
  judge: ({ notReady }) => {
    const partly = notReady.filter(
      ({ status, cause }) => status === 'Degraded' && cause !== undefined && cause.code !== 'NodeLost',
    )
    return partly.length === 0 || partly.length < notReady.length
      ? undefined
      : { phase: 'DEGRADED', reason: 'ComponentDegraded', message: describe(partly) }
  },
}

/** A step that waits for something outside says more than a list of components that are missing because of it. */
const stepWaiting: ParticipantRule = {
  name: 'a step that waits for something outside makes it PROVISIONING with the reason of the step',
  state: 'PROVISIONING',
  reasons: ['the reason of the step'],
  judge: ({ snapshot: { participant } }) => {
    const step = participant.status?.steps?.find(({ state }) => state === 'Waiting')
    if (step === undefined || step.name === 'readiness') return undefined
    return {
      phase: 'PROVISIONING',
      reason: step.reason ?? 'Waiting',
      message: `step ${step.name} waits: ${step.message ?? ''}`,
    }
  },
}

const starting: ParticipantRule = {
  name: 'a participant that was never READY is PROVISIONING while nothing has failed',
  state: 'PROVISIONING',
  reasons: ['Creating', 'ComponentsStarting'],
  judge: ({ notReady }) => ({
    phase: 'PROVISIONING',
    reason: notReady.every(({ status }) => status === 'Missing') ? 'Creating' : 'ComponentsStarting',
    message: describe(notReady),
  }),
}

/** First match wins, so order is meaning: a deletion hides everything, a stalled step comes before its consequences. */
export const PARTICIPANT_RULES: readonly ParticipantRule[] = [
  deleting,
  stalled,
  nothingToObserve,
  seedLost,
  seedUnverified,
  seeding,
  allReady,
  wasReady,
  componentFailed,
  scaledToZero,
  servesPartly,
  stepWaiting,
  starting,
]

/** The verdict on a participant. Deterministic: the same snapshot gives the same verdict. Never throws. */
export function judge(snapshot: Snapshot): Verdict {
  const components = judgeComponents(snapshot)
  const judged: Judged = { snapshot, components, notReady: components.filter(({ ready }) => !ready) }
  const { recheckAtMs, ...summary } = summaryOf(judged)
  const rechecks = [recheckAtMs, ...components.map((component) => component.recheckAtMs)]
  const earliest = Math.min(...rechecks.map((atMs) => atMs ?? Number.POSITIVE_INFINITY))
  return { ...summary, components, ...(Number.isFinite(earliest) && { recheckAtMs: earliest }) }
}

function summaryOf(judged: Judged): Summary {
  for (const rule of PARTICIPANT_RULES) {
    const summary = rule.judge(judged)
    if (summary !== undefined) return summary
  }
  // The last rule always answers.
  return { phase: 'PROVISIONING', reason: 'Unknown', message: '' }
}

function isGoing(snapshot: Snapshot): boolean {
  const { participant, namespace } = snapshot
  if (participant.metadata.deletionTimestamp !== undefined) return true
  return namespace !== undefined && isOwn(snapshot, namespace) && namespace.terminating
}

/** The step of the reconciler that only a person can help; none while the participant is suspended or changed since. */
export function stalledStep({ metadata, spec, status }: Participant): Step | undefined {
  if (spec.suspended || (status?.observedGeneration ?? 0) < (metadata.generation ?? 0)) return undefined
  return status?.steps?.find(({ state }) => state === 'Stalled')
}

/**
 * What a namespace must carry to count: our label, and for a managed participant the uid of its resource too. One that
 * was found without a resource counts by its name.
 */
function isOwn({ participant: { metadata, spec }, byName }: Snapshot, namespace: ObservedNamespace): boolean {
  if (byName === true) return namespace.name === metadata.name
  if (namespace.participant !== metadata.name) return false
  return spec.mode === 'Observed' || namespace.ownerUid === (metadata.uid ?? '')
}

function judgeComponents(snapshot: Snapshot): readonly ComponentVerdict[] {
  const { participant, namespace, claims, events, everReady, before, nowMs } = snapshot
  const own = namespace !== undefined && isOwn(snapshot, namespace)
  const workloads = own ? snapshot.workloads : []
  return expectedComponents(participant, workloads, snapshot.expected).map(({ name, workload }) => {
    const verdict = judgeComponent({
      name,
      workload,
      pods: workload === undefined ? [] : podsOf(workload, snapshot.pods),
      claims,
      events,
      expectedSince: participant.metadata.creationTimestamp ?? '',
      everReady,
      before: before?.components.find((component) => component.name === name),
      nowMs,
    })
    return withClosedVault(verdict, participant)
  })
}

/** What failed first: the rest is often its consequence. */
function describe(components: readonly ComponentVerdict[]): string {
  const failedFirst = components.toSorted((a, b) => Number(b.failed) - Number(a.failed))
  return failedFirst.map(({ name, message }) => `${name}: ${message}`).join('; ')
}
