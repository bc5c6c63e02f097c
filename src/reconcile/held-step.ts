/** What the resource says of a step before a pass, as far as it still counts. Pure. */
import { askedOperation } from '../model/operation.ts'
import type { Participant, Step } from '../model/participant.ts'

/** Undefined for a step that is new, and for one that an operation that begins now starts anew: its clock and its tries. */
export function heldStep(participant: Participant, name: string): Step | undefined {
  const held = participant.status?.steps?.find((step) => step.name === name)
  return held?.state === 'Done' || askedOperation(participant) === undefined ? held : undefined
}
