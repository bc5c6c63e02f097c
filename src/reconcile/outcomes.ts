/** Short ways to write the three ends of a step. */
import type { Outcome } from '../model/outcome.ts'

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
