/** Tells people what a removal left behind. */
import type { Work } from '../work.ts'

export interface Happening {
  /** Warning: a person may want to look. */
  readonly type: 'Normal' | 'Warning'
  /** CamelCase, stable. */
  readonly reason: string
  /** What was done, in CamelCase. */
  readonly action: string
  readonly note: string
}

export function record({ log, name: participant }: Work, { type, reason, note }: Happening): void {
  log[type === 'Warning' ? 'warn' : 'info']({ participant, reason }, note)
}
