/** Reads what the status engine says about the components. Talks to nobody. */
import type { Outcome } from '../../model/outcome.ts'
import { componentsFailure } from '../components-failed.ts'
import { heldStep } from '../held-step.ts'
import { done, waiting } from '../outcomes.ts'
import type { ReconcileStep, Work } from '../work.ts'

/**
 * Sets no condition.
 *
 * Waiting with `ComponentsNotReady` while the Participant's own condition ComponentsReady is not True, with
 * `ComponentsFailed` when one needs a person, with `ComponentsNotObserved` until there is such a condition, and with
 * `ChangesSettling` for a moment after something was written: what it sets off is not seen yet. When that condition
 * turns, the next pass starts; why it has not yet is not repeated here, for it changes with every pod, and each change
 * would cost a pass. Never stalled: how long a component may take is the status engine's to judge.
 */
export const readiness: ReconcileStep = { name: 'readiness', run: async (work) => judge(work) }

const NOT_READY = {
  reason: 'ComponentsNotReady',
  message: 'each component says for itself what it waits for',
}
const FAILED = {
  reason: 'ComponentsFailed',
  message: 'a component cannot become ready without a person; each component says for itself why',
}
const SETTLING = {
  reason: 'ChangesSettling',
  message: 'something was written just now; what comes of it is awaited',
}

function judge(work: Work): Outcome {
  const { participant, tuning } = work
  const ready = participant.status?.conditions?.find(({ type }) => type === 'ComponentsReady')
  if (ready === undefined)
    return waiting(
      { reason: 'ComponentsNotObserved', message: 'the components have not been looked at yet' },
      tuning.safetyRecheckMs,
    )
  if (ready.status !== 'True') {
    const why = componentsFailure(participant) === undefined ? NOT_READY : FAILED
    return waiting(why, tuning.safetyRecheckMs)
  }
  const leftMs = settlesInMs(work)
  return leftMs > 0 ? waiting(SETTLING, leftMs) : done()
}

/** A rollout that was set off a moment ago has not reached the condition yet. */
function settlesInMs({ participant, tuning, hasWritten, now }: Work): number {
  if (hasWritten()) return tuning.settleMs
  const held = heldStep(participant, readiness.name)
  if (held?.reason !== SETTLING.reason) return 0
  return Date.parse(held.lastTransitionTime) + tuning.settleMs - now()
}
