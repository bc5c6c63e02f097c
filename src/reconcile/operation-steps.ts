/** Accounts for the steps of one operation over all its passes: tries, time, and what went wrong last. Pure. */
import type { Outcome } from '../model/outcome.ts'
import type { OperationError, OperationStep, Step } from '../model/participant.ts'
import { clip } from './clip.ts'
import { STATES } from './outcomes.ts'
import type { PassResult, StepResult } from './pass.ts'
import { exactTimeOf } from './times.ts'

/** Of an error, enough to recognise it: the whole text stands in the step while it lasts. */
const ERROR_LENGTH = 300

/**
 * The steps that were reached so far, in the order of the pass. A step that was done stays so until it is not any more;
 * `before` is what the resource said of the steps before this pass.
 */
export function stepsAfter(
  held: readonly OperationStep[],
  pass: PassResult,
  before: readonly Step[] = [],
): readonly OperationStep[] {
  return pass.steps.flatMap((result) => {
    const known = held.find(({ name }) => name === result.name)
    if (result.outcome === undefined) return known ?? []
    if (result.outcome.kind === 'done' && known?.state === 'Done') return known
    // Only a failed call has a time for the next try.
    const failedBefore = before.find(({ name }) => name === result.name)?.nextRetryTime !== undefined
    return stepAfter(known, result, { outcome: result.outcome, isRetry: failedBefore })
  })
}

/** How an operation ends. */
export type End =
  | { readonly state: 'succeeded' }
  | { readonly state: 'failed'; readonly error: OperationError }

/**
 * As it is kept once its operation is over. In one that has succeeded, what was still waited for has come; in one that
 * has failed, the step that is to blame is stalled.
 */
export function settledStep(step: OperationStep, end: End, nowMs: number): OperationStep {
  if (step.startedTime === undefined) return step
  const { startedTime, ...kept } = step
  const settled = { ...kept, durationMs: spanSince(startedTime, nowMs) }
  if (end.state === 'succeeded') return { ...settled, state: 'Done' }
  const { step: culprit, code, message } = end.error
  if (culprit !== step.name) return settled
  return withError({ ...settled, state: 'Stalled' }, clip(`${code}: ${message}`, ERROR_LENGTH))
}

interface Try {
  readonly outcome: Outcome
  /** The try before this one failed. */
  readonly isRetry: boolean
}

function stepAfter(
  known: OperationStep | undefined,
  result: StepResult,
  { outcome, isRetry }: Try,
): OperationStep {
  const { name, startedMs, endedMs } = result
  const startedTime = known === undefined ? exactTimeOf(startedMs) : startOf(known, startedMs)
  const isDone = outcome.kind === 'done'
  const step: OperationStep = {
    name,
    state: STATES[outcome.kind],
    attempts: known === undefined ? 1 : known.attempts + Number(isRetry),
    ...(isDone ? { durationMs: spanSince(startedTime, endedMs) } : { startedTime }),
  }
  return withError(step, errorOf(outcome, result.failed) ?? known?.lastError)
}

/** One that was done and is not any more goes on where it stood. */
function startOf({ startedTime, durationMs = 0 }: OperationStep, nowMs: number): string {
  return startedTime ?? exactTimeOf(nowMs - durationMs)
}

function errorOf(outcome: Outcome, failed: boolean): string | undefined {
  if (outcome.kind === 'done' || (outcome.kind === 'waiting' && !failed)) return undefined
  return clip(`${outcome.reason}: ${outcome.message}`, ERROR_LENGTH)
}

function withError(step: OperationStep, lastError: string | undefined): OperationStep {
  return lastError === undefined ? step : { ...step, lastError }
}

/** Clocks can be set back. */
function spanSince(time: string, nowMs: number): number {
  return Math.max(0, Math.round(nowMs - Date.parse(time)))
}
