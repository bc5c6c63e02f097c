/** Puts a pass into the words of the resource's status. Pure. */
import { API_VERSION, KIND } from '../model/names.ts'
import type { Outcome } from '../model/outcome.ts'
import type { Condition, Participant, ParticipantStatus, Step, StepState } from '../model/participant.ts'
import { RECONCILE_CONDITIONS } from '../model/participant.ts'
import { isFromBefore, isSeedCondition, readySince } from '../model/seed-steps.ts'
import { clip } from './clip.ts'
import { heldStep } from './held-step.ts'
import { type History, historyAfter, historyOfSuspended, type HistoryOptions } from './history.ts'
import { STATES } from './outcomes.ts'
import type { PassResult, StepResult } from './pass.ts'
import { seedFindings } from './seeding/findings.ts'
import { timeOf } from './times.ts'

/** The part of the status that the reconciler owns. */
export type ReconcileStatus = History &
  Pick<ParticipantStatus, 'observedGeneration' | 'namespace' | 'conditions' | 'steps'>

export type Finding = Pick<Condition, 'status' | 'reason' | 'message'>
/** Undefined: as it was. A condition that is not named does not concern the participant. */
export type Findings = Readonly<Partial<Record<(typeof RECONCILE_CONDITIONS)[number], Finding | undefined>>>

/**
 * What the status has to say after this pass.
 *
 * The steps say what is waited for and what only a person can help; Reconciling and Stalled are derived from them by the
 * status engine. NamespaceReady is True with `NamespaceOwned`, or False with the reason of the step that makes or
 * removes the namespace; it stays as it was when that step was not reached. Times change only when `status` (or a step's
 * state) does.
 */
export function reportOf(
  participant: Participant,
  pass: PassResult,
  options: HistoryOptions,
): ReconcileStatus {
  const namespaceStep = pass.steps.find(({ name }) => name === 'namespace' || name === 'remove-namespace')
  const owned = namespaceStep?.name === 'namespace' && namespaceStep.outcome?.kind === 'done'
  const observed = participant.spec.mode === 'Observed'
  const aboutNamespace = observed ? OBSERVED : namespaceFinding(namespaceStep)
  const findings = { NamespaceReady: aboutNamespace, ...seedFindings(participant, pass) }
  const { endedMs } = pass
  return {
    ...generationOf(participant),
    ...namespaceOf(participant, owned || observed),
    conditions: conditionsOf(participant, findings, pass),
    steps: pass.steps.map((result) => stepOf(participant, result, endedMs)),
    ...historyAfter(participant, pass, options),
  }
}

/** What the status has to say while `spec.suspended` is set: all else stays as it was. */
export function reportSuspended(participant: Participant, nowMs: number): ReconcileStatus {
  return {
    ...generationOf(participant),
    ...namespaceOf(participant, false),
    conditions: conditionsOf(participant, heldFindings(participant), { startedMs: nowMs, endedMs: nowMs }),
    steps: participant.status?.steps ?? [],
    ...historyOfSuspended(participant, nowMs),
  }
}

/** True when the resource says all of this already, so that writing it would only wake the watches. */
export function saysAlready({ status = {} }: Participant, report: ReconcileStatus): boolean {
  const { operations, ...others } = report
  // Most often the very same: nothing to compare, however long it is.
  const sameHistory =
    operations === status.operations || canonical(operations) === canonical(status.operations)
  return sameHistory && canonical(ownOf(status)) === canonical(others)
}

function ownOf(status: ParticipantStatus): Omit<ReconcileStatus, 'operations'> {
  const { conditions = [], steps = [] } = status
  const ours: readonly string[] = RECONCILE_CONDITIONS
  const single = (['observedGeneration', 'namespace', 'lastHandledRetry', 'retries'] as const).filter(
    (field) => status[field] !== undefined,
  )
  return {
    ...Object.fromEntries(single.map((field) => [field, status[field]])),
    conditions: conditions.filter(({ type }) => ours.includes(type)),
    steps,
  }
}

/** The body of the status write: identity and what we own, nothing else. The uid keeps it off a namesake. */
export function statusPatch({ metadata }: Participant, status: ReconcileStatus): Participant {
  const { name, uid = '' } = metadata
  const patch: Omit<Participant, 'spec'> = {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name, uid },
    status,
  }
  return patch as Participant
}

function namespaceFinding(step: StepResult | undefined): Finding | undefined {
  if (step?.outcome === undefined) return undefined
  const { outcome } = step
  if (outcome.kind !== 'done') return { status: 'False', reason: outcome.reason, message: outcome.message }
  if (step.name === 'namespace')
    return { status: 'True', reason: 'NamespaceOwned', message: 'the namespace exists and is ours' }
  const message = outcome.message ?? 'the namespace is gone'
  return { status: 'False', reason: 'NamespaceReleased', message }
}

/** Those that there are stay as they were. */
function heldFindings({ status }: Participant): Findings {
  const held = status?.conditions?.filter(({ type }) => isSeedCondition(type)) ?? []
  return { NamespaceReady: undefined, ...Object.fromEntries(held.map(({ type }) => [type, undefined])) }
}

const OBSERVED: Finding = {
  status: 'Unknown',
  reason: 'Observed',
  message: 'the namespace of this name is only watched',
}
const UNKNOWN: Finding = { status: 'Unknown', reason: 'NotReached', message: 'not looked at yet' }

type PassTimes = Pick<PassResult, 'startedMs' | 'endedMs'>

function conditionsOf(participant: Participant, findings: Findings, times: PassTimes): readonly Condition[] {
  return RECONCILE_CONDITIONS.filter((type) => Object.hasOwn(findings, type)).map((type) => {
    const held = participant.status?.conditions?.find((condition) => condition.type === type)
    const found = findings[type]
    const finding = found ?? held ?? UNKNOWN
    // What is found again after the components became ready is true since then, not since before.
    const isOld = found !== undefined && held !== undefined && isFromBefore(participant, held)
    const isSame = held?.status === finding.status && !isOld
    return {
      type,
      status: finding.status,
      reason: finding.reason,
      message: clip(finding.message),
      lastTransitionTime: isSame ? held.lastTransitionTime : foundAt(type, participant, times),
      ...generationOf(participant),
    }
  })
}

/**
 * What was seeded is known to be so since the pass began, for components may have started anew during it; and never since
 * before they became ready, however the clocks of two replicas differ.
 */
function foundAt(type: string, participant: Participant, { startedMs, endedMs }: PassTimes): string {
  if (!isSeedCondition(type)) return timeOf(endedMs)
  return timeOf(Math.max(startedMs, Date.parse(readySince(participant) ?? timeOf(startedMs))))
}

function stepOf(participant: Participant, result: StepResult, nowMs: number): Step {
  const held = heldStep(participant, result.name)
  const state = stateOf(result.outcome)
  return {
    name: result.name,
    state,
    attempts: attemptsOf(held, state, result.failed),
    lastTransitionTime: held?.state === state ? held.lastTransitionTime : timeOf(nowMs),
    ...(result.outcome === undefined ? {} : wordsOf(result.outcome, result.failed, nowMs)),
  }
}

function stateOf(outcome: Outcome | undefined): StepState {
  if (outcome === undefined) return 'Pending'
  return STATES[outcome.kind]
}

/** Tries since the state last changed; merely looking again does not count. */
function attemptsOf(held: Step | undefined, state: StepState, failed: boolean): number {
  if (state === 'Pending') return 0
  if (held?.state !== state) return 1
  return failed ? held.attempts + 1 : held.attempts
}

/** A retry time only after a failed call: what is merely awaited comes by itself. */
function wordsOf(
  outcome: Outcome,
  failed: boolean,
  nowMs: number,
): Pick<Step, 'reason' | 'message' | 'nextRetryTime'> {
  switch (outcome.kind) {
    case 'done':
      return outcome.message === undefined ? {} : { message: clip(outcome.message) }
    case 'waiting':
      return {
        ...(failed ? { nextRetryTime: timeOf(nowMs + outcome.recheckAfterMs) } : {}),
        reason: outcome.reason,
        message: clip(outcome.message),
      }
    case 'stalled':
      return { reason: outcome.reason, message: clip(outcome.message) }
  }
}

function generationOf({ metadata: { generation } }: Participant): { readonly observedGeneration?: number } {
  return generation === undefined ? {} : { observedGeneration: generation }
}

function namespaceOf({ metadata, status }: Participant, owned: boolean): { readonly namespace?: string } {
  const namespace = owned ? metadata.name : status?.namespace
  return namespace === undefined ? {} : { namespace }
}

/** JSON that does not depend on the order of fields, or of list items that carry a name or type. */
function canonical(value: unknown): string | undefined {
  return JSON.stringify(sorted(value))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map((item: unknown) => JSON.stringify(sorted(item))).toSorted()
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, field]: [string, unknown]) => [key, sorted(field)] as const)
      .toSorted(([left], [right]) => (left < right ? -1 : 1)),
  )
}
