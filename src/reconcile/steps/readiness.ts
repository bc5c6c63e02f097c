/** Reads what the status engine says about the components. Talks to nobody. */
import type { Outcome } from '../../model/outcome.ts'
import { done, waiting } from '../outcomes.ts'
import type { ReconcileStep, Work } from '../work.ts'

/**
 * Waiting with `ComponentsNotReady` while the Participant's own condition ComponentsReady is not True, or with
 * `ComponentsNotObserved` until there is one. When that condition turns, the next pass starts; why it has not yet is
 * not repeated here, for it changes with every pod, and each change would cost a pass.
 */
export const readiness: ReconcileStep = { name: 'readiness', run: async (work) => judge(work) }

const NOT_READY = {
  reason: 'ComponentsNotReady',
  message: 'each component says for itself what it waits for',
}

function judge({ participant, tuning }: Work): Outcome {
  const ready = participant.status?.conditions?.find(({ type }) => type === 'ComponentsReady')
  if (ready === undefined)
    return waiting(
      { reason: 'ComponentsNotObserved', message: 'the components have not been looked at yet' },
      tuning.safetyRecheckMs,
    )
  return ready.status === 'True' ? done() : waiting(NOT_READY, tuning.safetyRecheckMs)
}
