/** Puts into the log how a pass went: once per change of state; what merely gets another wording is for whoever looks closely. */
import type { Log } from '../model/log.ts'
import type { Participant, StepState } from '../model/participant.ts'
import type { ReconcileStatus } from './report.ts'

export function logPass(log: Log, { metadata, status = {} }: Participant, report: ReconcileStatus): void {
  const now = summaryOf(report)
  const before = summaryOf(status)
  const same = now.step === before.step && now.state === before.state && now.reason === before.reason
  const fields = { participant: metadata.name, ...now }
  if (same) log.debug(fields, 'participant reconciled')
  else log.info(fields, 'participant reconciled')
}

interface Summary {
  readonly state: StepState
  readonly step?: string
  readonly reason?: string | undefined
  readonly why?: string | undefined
}

/** The step that is not done yet. */
function summaryOf({ steps = [] }: Pick<ReconcileStatus, 'steps'>): Summary {
  const open = steps.find(({ state }) => state !== 'Done')
  if (open === undefined) return { state: steps.length === 0 ? 'Pending' : 'Done' }
  return { step: open.name, state: open.state, reason: open.reason, why: open.message }
}
