/** Short ways to write the three ends of a step. */
import type { Outcome } from '../model/outcome.ts'
import type { StepState } from '../model/participant.ts'

interface Why {
  /** CamelCase, stable. */
  readonly reason: string
  /** What happened to which thing, why, and what to do. */
  readonly message: string
}

export function done(message?: string): Outcome {
  return message === undefined ? { kind: 'done' } : { kind: 'done', message }
}

export function waiting({ reason, message }: Why, recheckAfterMs: number): Outcome {
  return { kind: 'waiting', reason, message, recheckAfterMs }
}

export function stalled({ reason, message }: Why): Outcome {
  return { kind: 'stalled', reason, message }
}

/** What the status calls a step that ended so. */
export const STATES: Readonly<Record<Outcome['kind'], StepState>> = {
  done: 'Done',
  waiting: 'Waiting',
  stalled: 'Stalled',
}
