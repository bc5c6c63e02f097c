/** Something that happened to a participant and is told to people by a Kubernetes Event. */
import type { Participant } from './participant.ts'

export interface Happening {
  /** Warning: a person may want to look. */
  readonly type: 'Normal' | 'Warning'
  /** CamelCase, stable, at most 128 characters. */
  readonly reason: string
  /** What was done or tried, in CamelCase: `Create`, `Delete`, `Repair`, … */
  readonly action: string
  /** What happened to which thing, why, and what to do. Never a secret. Cut to 1,024 bytes where it is sent. */
  readonly note: string
}

/** Returns at once and never throws: what cannot be told is counted, and stops nobody. */
export type Tell = (about: Participant, happening: Happening) => void

/** What became of a happening. `repeated`: counted in the Event that told it before. */
export const EVENT_ENDS = ['written', 'repeated', 'failed', 'dropped'] as const
export type EventEnd = (typeof EVENT_ENDS)[number]
