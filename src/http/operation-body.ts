/** Writes operations as the HTTP API shows them: what is recorded, and of one that runs what the participant says now. */
import type { OperationBody } from '../contract/operation.ts'
import type { ParticipantStatusBody } from '../contract/participant-status.ts'
import type { Operation } from '../model/participant.ts'
import type { StatusRecord } from '../store/store.ts'

/** In the order of the record. */
export function operationBodies({ name, operations = [], body }: StatusRecord): readonly OperationBody[] {
  const now = operations.some(({ state }) => state === 'running') ? read(body) : undefined
  return operations.map((operation) => operationBody(name, operation, now))
}

/** `now`: what the participant says, for the message and the steps of an operation that runs. */
export function operationBody(
  participantName: string,
  operation: Operation,
  now?: ParticipantStatusBody,
): OperationBody {
  const { id, type, state, steps, generation, startedTime, finishedTime, error } = operation
  const live = state === 'running' ? now : undefined
  return {
    id,
    type,
    participantName,
    state,
    steps: live === undefined ? steps : runningSteps(operation, live),
    message: live?.message ?? messageOf(operation),
    ...(error !== undefined && { error }),
    generation,
    ...(startedTime !== undefined && { startedTime }),
    ...(finishedTime !== undefined && { finishedTime }),
  }
}

/** The body is our own, written by the status engine as `ParticipantStatusBody`. */
function read(body: Uint8Array): ParticipantStatusBody {
  return JSON.parse(new TextDecoder().decode(body)) as ParticipantStatusBody
}

/** All steps, those that were not reached included, with what each waits for. */
function runningSteps(
  { steps }: Operation,
  { steps: live = [] }: ParticipantStatusBody,
): OperationBody['steps'] {
  return live.map(({ name, state, nextRetryTime, reason, message }) => ({
    ...(steps.find((step) => step.name === name) ?? { name, state, attempts: 0 }),
    ...(nextRetryTime !== undefined && { nextRetryTime }),
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
  }))
}

function messageOf({ type, state, error }: Operation): string {
  switch (state) {
    case 'pending':
      return 'asked for; it begins in a moment'
    case 'running':
      return 'under way'
    case 'succeeded':
      return MESSAGES[type] ?? 'done: every step is done and every component ready'
    case 'failed':
      return error?.message ?? 'failed'
  }
}

const MESSAGES: Readonly<Partial<Record<Operation['type'], string>>> = {
  suspend: 'done: nothing is created, changed or repaired until it is resumed',
}
