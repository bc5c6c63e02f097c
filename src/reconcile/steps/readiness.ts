/** Reads what the status engine says about the components. Talks to nobody. */
import type { Outcome } from '../../model/outcome.ts'
import { done, waiting } from '../outcomes.ts'
import type { ReconcileStep, Work } from '../work.ts'

/**
 * Waiting with reason and message of the Participant's own condition ComponentsReady, or with `ComponentsNotObserved`
 * until there is one. A change of that condition starts the next pass.
 */
export const readiness: ReconcileStep = { name: 'readiness', run: async (work) => judge(work) }

function judge({ participant, tuning }: Work): Outcome {
  const ready = participant.status?.conditions?.find(({ type }) => type === 'ComponentsReady')
  if (ready === undefined)
    return waiting(
      { reason: 'ComponentsNotObserved', message: 'the components have not been looked at yet' },
      tuning.safetyRecheckMs,
    )
  return ready.status === 'True' ? done() : waiting(ready, tuning.safetyRecheckMs)
}
