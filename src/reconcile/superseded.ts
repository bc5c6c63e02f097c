/** Notices that a pass works on a Participant that is not what it was: another spec, suspended, on its way out, or gone. */
import type { Work } from './work.ts'

/** The pass is given up; the Participant is looked at again as it is now. */
export class SupersededError extends Error {
  override readonly name = 'SupersededError'
}

/** Throws `SupersededError`. What our own writes change, such as finalizers and the status, supersedes nothing. */
export function assertCurrent({ name, participant: before, participants }: SupersedableWork): void {
  const now = participants.get(name)
  const same =
    now !== undefined &&
    now.metadata.uid === before.metadata.uid &&
    now.metadata.generation === before.metadata.generation &&
    now.metadata.deletionTimestamp === before.metadata.deletionTimestamp
  if (!same) throw new SupersededError(`participant "${name}" changed during the pass`)
}

type SupersedableWork = Pick<Work, 'name' | 'participant' | 'participants'>
