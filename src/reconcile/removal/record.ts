/** Tells people what a removal left behind: in the log, and by an event. */
import type { Happening } from '../../model/happening.ts'
import type { Work } from '../work.ts'

export function record({ log, tell, name: participant }: Work, happening: Happening): void {
  const { type, reason, note } = happening
  log[type === 'Warning' ? 'warn' : 'info']({ participant, reason }, note)
  tell(happening)
}
