/** Judges a participant as a whole: six states, by rules in order (status reference §6.2). */
import type {
  ObservedClaim,
  ObservedEvent,
  ObservedNamespace,
  ObservedPod,
  ObservedWorkload,
} from '../model/observed.ts'
import { COMPONENTS, type Condition, type Participant, type Phase } from '../model/participant.ts'
import { type ComponentVerdict, judgeComponent } from './component.ts'

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
  /** The verdict before this one: what was ready a moment ago is not called lost by a first glance. */
  readonly before?: Verdict
  /** It was READY at least once: from then on a loss is DEGRADED, never PROVISIONING or FAILED. */
  readonly everReady: boolean
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

type Summary = Pick<Verdict, 'phase' | 'reason' | 'message'>

interface Judged {
  readonly snapshot: Snapshot
  readonly components: readonly ComponentVerdict[]
  readonly notReady: readonly ComponentVerdict[]
}

type Rule = (judged: Judged) => Summary | undefined

const deleting: Rule = ({ snapshot }) =>
  isGoing(snapshot)
    ? {
        phase: 'DELETING',
        reason: 'Deleting',
        message: ['The participant is being deleted', ...remainsOf(snapshot)].join(': '),
      }
    : undefined

const nothingToObserve: Rule = ({ snapshot, components }) =>
  components.length > 0
    ? undefined
    : {
        phase: 'PROVISIONING',
        reason: 'NothingToObserve',
        message: `namespace "${snapshot.participant.metadata.name}" holds no Deployment or StatefulSet with the participant label yet`,
      }

/** The reconciler says that it cannot go on without a person. */
const stalled: Rule = ({ snapshot: { participant, everReady } }) => {
  const condition = currentCondition(participant, 'Stalled')
  if (condition?.status !== 'True') return undefined
  return { phase: everReady ? 'DEGRADED' : 'FAILED', reason: condition.reason, message: condition.message }
}

const allReady: Rule = ({ notReady }) =>
  notReady.length > 0
    ? undefined
    : { phase: 'READY', reason: 'AllComponentsReady', message: 'All components are running and ready' }

const wasReady: Rule = ({ notReady, snapshot }) =>
  snapshot.everReady
    ? { phase: 'DEGRADED', reason: 'ComponentsNotReady', message: describe(notReady) }
    : undefined

const componentFailed: Rule = ({ notReady }) => {
  const failed = notReady.filter(({ status }) => status === 'Failed')
  return failed.length === 0
    ? undefined
    : { phase: 'FAILED', reason: 'ComponentFailed', message: describe(failed) }
}

/** A step that waits for something outside says more than a list of components that are missing because of it. */
const stepWaiting: Rule = ({ snapshot: { participant } }) => {
  const step = participant.status?.steps?.find(({ state }) => state === 'Waiting')
  if (step === undefined || step.name === 'readiness') return undefined
  return {
    phase: 'PROVISIONING',
    reason: step.reason ?? 'Waiting',
    message: `step ${step.name} waits: ${step.message ?? ''}`,
  }
}

const starting: Rule = ({ notReady }) => ({
  phase: 'PROVISIONING',
  reason: notReady.every(({ status }) => status === 'Missing') ? 'Creating' : 'ComponentsStarting',
  message: describe(notReady),
})

/** First match wins, so order is meaning: a deletion hides everything, a stalled step comes before its consequences. */
const rules: readonly Rule[] = [
  deleting,
  stalled,
  nothingToObserve,
  allReady,
  wasReady,
  componentFailed,
  stepWaiting,
  starting,
]

/** The verdict on a participant. Deterministic: the same snapshot gives the same verdict. */
export function judge(snapshot: Snapshot): Verdict {
  const components = judgeComponents(snapshot)
  const judged: Judged = { snapshot, components, notReady: components.filter(({ ready }) => !ready) }
  const summary = rules.reduce<Summary | undefined>((found, rule) => found ?? rule(judged), undefined)
  const rechecks = components.flatMap(({ recheckAtMs }) => recheckAtMs ?? [])
  return {
    ...(summary ?? { phase: 'PROVISIONING', reason: 'Unknown', message: '' }),
    components,
    ...(rechecks.length > 0 && { recheckAtMs: Math.min(...rechecks) }),
  }
}

function isGoing({ participant, namespace }: Snapshot): boolean {
  if (participant.metadata.deletionTimestamp !== undefined) return true
  return namespace !== undefined && isOwn(snapshotOwner(participant), namespace) && namespace.terminating
}

/** Right after the request the resource still tells of the steps of its creation: those hinder nothing. */
const REMOVAL_STEPS: readonly string[] = ['remove-namespace', 'release']

/** What hinders the deletion: the namespace says it itself, else the step that waits for it. */
function remainsOf({ participant, namespace }: Snapshot): readonly string[] {
  const hindrances = (namespace?.conditions ?? []).map(({ message }) => message).filter((text) => text !== '')
  if (hindrances.length > 0) return hindrances
  const going = participant.status?.steps?.filter(({ name }) => REMOVAL_STEPS.includes(name))
  const step = going?.find(({ state }) => state === 'Waiting' || state === 'Stalled')
  return step?.message === undefined ? [] : [step.message]
}

/** What a namespace must carry to count: our label, and for a managed participant the uid of its resource too. */
function isOwn(owner: NamespaceOwner, namespace: ObservedNamespace): boolean {
  if (namespace.participant !== owner.name) return false
  return owner.observed || namespace.ownerUid === owner.uid
}

interface NamespaceOwner {
  readonly name: string
  readonly uid: string
  readonly observed: boolean
}

function snapshotOwner({ metadata, spec }: Participant): NamespaceOwner {
  return { name: metadata.name, uid: metadata.uid ?? '', observed: spec.mode === 'Observed' }
}

/** Expected, not existing, components: a workload that is missing is a component that is not ready. */
function judgeComponents(snapshot: Snapshot): readonly ComponentVerdict[] {
  const { participant, namespace, everReady, nowMs } = snapshot
  const own = namespace !== undefined && isOwn(snapshotOwner(participant), namespace)
  const workloads = own ? snapshot.workloads : []
  const expected: readonly string[] =
    participant.spec.mode === 'Observed' ? workloads.map(({ name }) => name).toSorted() : COMPONENTS
  return [...new Set(expected)].map((name) =>
    judgeComponent({
      name,
      workload: workloads.find((workload) => workload.name === name),
      pods: own ? snapshot.pods.filter((pod) => pod.component === name) : [],
      expectedSince: participant.metadata.creationTimestamp ?? '',
      everReady,
      nowMs,
    }),
  )
}

function currentCondition({ metadata, status }: Participant, type: string): Condition | undefined {
  return status?.conditions?.find(
    (condition) =>
      condition.type === type && (condition.observedGeneration ?? 0) >= (metadata.generation ?? 0),
  )
}

function describe(components: readonly ComponentVerdict[]): string {
  return components.map(({ name, message }) => `${name}: ${message}`).join('; ')
}
