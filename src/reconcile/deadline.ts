/** Decides when a step has waited for too long: then a person has to look, though it may still come right. Pure. */
import { ASKS } from '../model/names.ts'
import type { Outcome } from '../model/outcome.ts'
import type { Step } from '../model/participant.ts'
import { stalled } from './outcomes.ts'
import { spanOf } from './times.ts'

/** How long steps may wait, ms; Infinity: as long as it takes. */
export interface Deadlines {
  /** By the name of the step. */
  readonly steps: Readonly<Record<string, number>>
  /** By the reason it waits for, in steps that are not named. */
  readonly reasons: Readonly<Record<string, number>>
  /** For all that is not named. */
  readonly others: number
}

export interface Clocked {
  readonly participant: string
  readonly step: string
  /** What the resource says of the step; undefined when its clock starts anew. */
  readonly held: Step | undefined
  readonly deadlines: Deadlines
  readonly nowMs: number
}

export const STEP_TIMEOUT = 'StepTimeout'
/** Somebody else's server does not answer; it stays the reason when the step has waited for too long. */
export const ISSUER_UNREACHABLE = 'IssuerUnreachable'

/**
 * Stalled with `StepTimeout` (or `IssuerUnreachable`, when that is what it waits for) instead of waiting once the step has
 * been Waiting for its time; from then on, until it is done or its clock starts anew. Its message tells what it waits for.
 * Else the outcome, which asks to be looked at again no later than at the deadline.
 */
export function heldToDeadline(outcome: Outcome, clocked: Clocked): Outcome {
  if (outcome.kind !== 'waiting') return outcome
  const limitMs = limitFor(outcome.reason, clocked)
  if (limitMs === Infinity) return outcome
  const leftMs = limitMs - waitedMs(clocked)
  if (leftMs <= 0) return timedOut(outcome, clocked, limitMs)
  return { ...outcome, recheckAfterMs: Math.min(outcome.recheckAfterMs, leftMs) }
}

function limitFor(reason: string, { deadlines, step }: Clocked): number {
  return deadlines.steps[step] ?? deadlines.reasons[reason] ?? deadlines.others
}

/** Infinity for one that waited for too long already. */
function waitedMs({ held, nowMs }: Clocked): number {
  if (held?.state === 'Stalled' && TIMEOUTS.some((reason) => reason === held.reason)) return Infinity
  return held?.state === 'Waiting' ? nowMs - Date.parse(held.lastTransitionTime) : 0
}

const TIMEOUTS = [STEP_TIMEOUT, ISSUER_UNREACHABLE]

function timedOut(
  { reason, message }: Extract<Outcome, { kind: 'waiting' }>,
  { step, participant }: Clocked,
  limitMs: number,
): Outcome {
  return stalled({
    reason: reason === ISSUER_UNREACHABLE ? reason : STEP_TIMEOUT,
    message:
      `step ${step} has waited longer than ${spanOf(limitMs)}: ${message} (${reason}). ` +
      'It is still looked at and goes on by itself once that has changed; ' +
      `to start it anew: kubectl annotate participant ${participant} ${ASKS.retry}="$(date)" --overwrite`,
  })
}
