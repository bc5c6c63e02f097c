/** Goes once through the steps of a participant. */
import { FINALIZER } from '../model/names.ts'
import type { Outcome } from '../model/outcome.ts'
import type { Participant } from '../model/participant.ts'
import type { ProfileSeeding } from '../seed/settings.ts'
import { heldToDeadline } from './deadline.ts'
import { outcomeOf, type RetryTimes } from './from-error.ts'
import { heldStep } from './held-step.ts'
import { waiting } from './outcomes.ts'
import { release } from './removal/release.ts'
import { removeHolder } from './removal/remove-holder.ts'
import { removeNamespace } from './removal/remove-namespace.ts'
import { removeRoutes } from './removal/remove-routes.ts'
import { removeWallet } from './removal/remove-wallet.ts'
import { skippable } from './removal/skip.ts'
import { type Seeding, seedingOf } from './seeding/seeding.ts'
import { seedSteps } from './seeding/steps.ts'
import { accept } from './steps/accept.ts'
import { componentSteps } from './steps/components.ts'
import { finalizer } from './steps/finalizer.ts'
import { namespace } from './steps/namespace.ts'
import { policies } from './steps/policies.ts'
import { readiness } from './steps/readiness.ts'
import { routes } from './steps/routes.ts'
import { secrets } from './steps/secrets.ts'
import { assertCurrent, SupersededError } from './superseded.ts'
import { oldTokensStep } from './vault/old-tokens.ts'
import { vaultStep } from './vault/vault-step.ts'
import type { ReconcileStep, Work } from './work.ts'

const PREPARING: readonly ReconcileStep[] = [accept, finalizer, namespace, policies, secrets]
/** Only looks: nothing is written for it but its own status. */
const OBSERVING: readonly ReconcileStep[] = [accept, readiness]
const REMOVAL_OF_OBSERVED: readonly ReconcileStep[] = [release]

/**
 * What there is to do for a participant in this pass; with `seeding`, also in its EDC if it is one that is seeded. Once our
 * finalizer is gone from one that is deleted, it is not ours to touch.
 */
export function stepsFor(participant: Participant, seeding?: Seeding): readonly ReconcileStep[] {
  const { metadata, spec } = participant
  const observed = spec.mode === 'Observed'
  if (metadata.deletionTimestamp === undefined)
    return observed ? OBSERVING : provisioning(participant, seeding)
  if (metadata.finalizers?.includes(FINALIZER) !== true) return []
  if (observed) return REMOVAL_OF_OBSERVED
  const unseeding = seeded(participant, seeding, (...how) => [removeHolder(...how), removeWallet(...how)])
  return [...skippable([removeRoutes, ...unseeding, removeNamespace]), release]
}

/** In order; a step relies on all before it. What keeps its secrets in the vault comes after that is open. */
function provisioning(participant: Participant, seeding: Seeding | undefined): readonly ReconcileStep[] {
  const { storage, workloads, seen } = componentSteps()
  const sharing = seeded(participant, seeding, (ways, { vault }) => (vault === 'shared' ? [ways] : []))
  return [
    ...PREPARING,
    storage,
    ...sharing.map((ways) => vaultStep(ways, seen)),
    workloads,
    routes,
    readiness,
    ...sharing.map(oldTokensStep),
    ...seeded(participant, seeding, seedSteps),
  ]
}

/** None for a participant that is not seeded. */
function seeded<Step>(
  participant: Participant,
  seeding: Seeding | undefined,
  make: (seeding: Seeding, how: ProfileSeeding) => readonly Step[],
): readonly Step[] {
  const how = seedingOf(participant, seeding)
  return seeding === undefined || how === undefined ? [] : make(seeding, how)
}

export interface StepResult {
  readonly name: string
  /** Undefined: an earlier step was not done. */
  readonly outcome: Outcome | undefined
  /** A call failed that is made again. */
  readonly failed: boolean
  /** ms since 1970. */
  readonly startedMs: number
  readonly endedMs: number
}

export interface PassResult {
  /** All steps, also those that were not reached. */
  readonly steps: readonly StepResult[]
  /** How the last step that ran ended, hence the pass. */
  readonly outcome: Outcome
  readonly failed: boolean
  /** ms since 1970. */
  readonly startedMs: number
  readonly endedMs: number
  /** An error that nobody foresaw, for the log. */
  readonly unforeseen?: unknown
}

/** Runs the steps up to the first that is not done. Throws only when it was aborted, or a `SupersededError`. */
export async function runSteps(
  steps: readonly ReconcileStep[],
  work: Work,
  retryInMs: number,
): Promise<PassResult> {
  const { now } = work
  const startedMs = now()
  const results: StepResult[] = []
  let end: StepEnd = { outcome: { kind: 'done' }, failed: false }
  for (const step of steps) {
    const began = { name: step.name, startedMs: now() }
    const reached = end.outcome.kind === 'done'
    if (reached) end = await runStep(step, work, retryInMs)
    const { outcome, failed } = reached ? end : NOT_REACHED
    results.push({ ...began, outcome, failed, endedMs: now() })
  }
  return { ...end, steps: results, startedMs, endedMs: now() }
}

type StepEnd = Pick<PassResult, 'outcome' | 'failed' | 'unforeseen'>

const NOT_REACHED = { outcome: undefined, failed: false } as const

async function runStep(step: ReconcileStep, work: Work, retryInMs: number): Promise<StepEnd> {
  assertCurrent(work)
  try {
    return timely(step, work, { outcome: await step.run(work), failed: false })
  } catch (error) {
    work.signal.throwIfAborted()
    if (error instanceof SupersededError) throw error
    const times = { retryInMs, forbiddenRecheckMs: work.tuning.stalledRecheckMs }
    return timely(step, work, endedBy(error, times))
  }
}

function timely({ name: step }: ReconcileStep, work: Work, end: StepEnd): StepEnd {
  const { participant, name, tuning, now } = work
  const held = heldStep(participant, step)
  const clocked = { participant: name, step, held, deadlines: tuning.deadlines, nowMs: now() }
  const outcome = heldToDeadline(end.outcome, clocked)
  return outcome.kind === 'waiting' ? { ...end, outcome } : { ...end, outcome, failed: false }
}

function endedBy(error: unknown, times: RetryTimes): StepEnd {
  try {
    const outcome = outcomeOf(error, times)
    return { outcome, failed: outcome.kind === 'waiting' }
  } catch (unforeseen) {
    const why = { reason: 'InternalError', message: 'an unforeseen error, see the log of the provisioner' }
    return { outcome: waiting(why, times.retryInMs), failed: true, unforeseen }
  }
}
