/** Tells what changed with a status write, for Kubernetes Events: steps that stalled, failed or recovered, and operations that ended. Pure. */
import type { Happening } from '../model/happening.ts'
import { ASKS } from '../model/names.ts'
import type { Operation, OperationError, OperationType, Participant, Step } from '../model/participant.ts'
import type { ReconcileStatus } from './report.ts'
import { spanOf } from './times.ts'

/** To be told once the status has been written: what it says already was told before. */
export function happeningsOf(
  { metadata, status = {} }: Participant,
  now: ReconcileStatus,
): readonly Happening[] {
  const action = actionOf(now.operations?.[0])
  const steps = (now.steps ?? []).flatMap((step) => {
    const before = status.steps?.find(({ name }) => name === step.name)
    return stepHappening(before, step, action) ?? []
  })
  const ended = (now.operations ?? []).filter(
    ({ id, state }) =>
      state !== 'running' && !status.operations?.some((op) => op.id === id && op.state === state),
  )
  return [...steps, ...ended.toReversed().map((operation) => endOf(metadata.name, operation))]
}

/** The removal of a participant ends with the resource that would record it. */
export function releaseOf(
  { metadata: { name, deletionTimestamp = '' } }: Participant,
  nowMs: number,
): Happening {
  const span = spanOf(Math.max(0, nowMs - Date.parse(deletionTimestamp)))
  return {
    type: 'Normal',
    reason: 'OperationSucceeded',
    action: ACTIONS.delete,
    note: `delete succeeded after ${span}: participant "${name}" is released`,
  }
}

function stepHappening(before: Step | undefined, now: Step, action: string): Happening | undefined {
  const trouble = troubleOf(now)
  const troubled = troubleOf(before)
  if (trouble !== undefined)
    return troubled === trouble && before?.reason === now.reason
      ? undefined
      : { type: 'Warning', ...why(now), action, note: `step ${now.name} ${trouble}: ${now.message ?? ''}` }
  if (troubled === undefined || now.state !== 'Done') return undefined
  const note = `step ${now.name} is done, which was in trouble before (${why(before).reason})`
  return { type: 'Normal', reason: 'StepRecovered', action, note }
}

/** What is told of a step; undefined for one that is done, or waits for what comes by itself. */
function troubleOf(step: Step | undefined): string | undefined {
  if (step?.state === 'Stalled') return 'cannot go on'
  // Only a failed call has a time for the next try.
  return step?.nextRetryTime === undefined ? undefined : 'failed and is tried again'
}

function why(step: Step | undefined): Pick<Happening, 'reason'> {
  return { reason: step?.reason ?? step?.state ?? 'Unknown' }
}

function endOf(participant: string, operation: Operation): Happening {
  const { type, state, error, startedTime = '', finishedTime = '' } = operation
  const action = ACTIONS[type]
  const after = `after ${spanOf(Date.parse(finishedTime) - Date.parse(startedTime))}`
  if (state !== 'succeeded')
    return {
      type: 'Warning',
      reason: 'OperationFailed',
      action,
      note: `${type} failed ${after}${causeOf(participant, error)}`,
    }
  const note = type === 'suspend' ? SUSPENDED : `${type} succeeded ${after}`
  return { type: 'Normal', reason: 'OperationSucceeded', action, note }
}

/** The whole text stands in an event of its own: that of the step, or of the state. */
function causeOf(participant: string, error: OperationError | undefined): string {
  if (error?.step === undefined) return `: ${error?.message ?? ''}`
  return (
    ` at step ${error.step} (${error.code}). Once the cause is gone it goes on by itself; ` +
    `at once with: kubectl annotate participant ${participant} ${ASKS.retry}="$(date)" --overwrite`
  )
}

const SUSPENDED = 'suspend succeeded: nothing is created, changed or repaired until it is resumed'

const ACTIONS: Readonly<Record<OperationType, string>> = {
  create: 'Create',
  update: 'Update',
  retry: 'Retry',
  suspend: 'Suspend',
  resume: 'Resume',
  delete: 'Delete',
}

/** What the pass was for: without an operation that runs, it only keeps what is there. */
function actionOf(operation: Operation | undefined): string {
  return operation === undefined ? 'Keep' : ACTIONS[operation.type]
}
