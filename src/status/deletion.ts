/** Says of a participant that is being deleted what remains, and who has to act when it takes too long. */
import { ASKS } from '../model/names.ts'
import type { ObservedNamespace } from '../model/observed.ts'
import type { Participant, Step } from '../model/participant.ts'
import { isRemovalStep } from '../model/removal-steps.ts'
import { labelled } from './diagnosis/words.ts'
import { msOf } from './times.ts'

export interface Going {
  readonly participant: Participant
  readonly namespace: ObservedNamespace | undefined
  readonly nowMs: number
}

interface DeletionVerdict {
  readonly phase: 'DELETING'
  readonly reason: 'Deleting' | 'DeletionStuck'
  readonly message: string
  /** When it will be called stuck, ms since 1970. */
  readonly recheckAtMs?: number
}

/** A deletion that takes longer than this is called stuck, ms. */
const DELETION_STUCK_MS = 300_000

export function judgeDeletion(going: Going): DeletionVerdict {
  const { participant, namespace, nowMs } = going
  const remains = remainsOf(going).join('; ')
  const since = msOf(participant.metadata.deletionTimestamp ?? namespace?.deletionTimestamp)
  const stuckAtMs = (since ?? Infinity) + DELETION_STUCK_MS
  if (remains !== '' && nowMs >= stuckAtMs) {
    const message = `${labelled('The deletion is stuck', remains)}${wayOut(participant)}`
    return { phase: 'DELETING', reason: 'DeletionStuck', message }
  }
  return {
    phase: 'DELETING',
    reason: 'Deleting',
    message: labelled('The participant is being deleted', remains),
    ...(Number.isFinite(stuckAtMs) && { recheckAtMs: stuckAtMs }),
  }
}

/** What hinders the deletion: the namespace says it itself, else the step that waits for it. */
function remainsOf({ participant, namespace }: Going): readonly string[] {
  const hindrances = (namespace?.conditions ?? []).map(({ message }) => message).filter((text) => text !== '')
  if (hindrances.length > 0) return hindrances
  const step = openStep(participant)
  return step?.message === undefined ? [] : [step.message]
}

function openStep({ status }: Participant): Step | undefined {
  // Right after the request the resource still tells of the steps of its creation: those hinder nothing.
  const going = status?.steps?.filter(({ name }) => isRemovalStep(name))
  return going?.find(({ state }) => state === 'Waiting' || state === 'Stalled')
}

/** Who has to act, and how to go on without. The last step cannot be left out, nor can anything of a mere namespace. */
function wayOut(participant: Participant): string {
  const step = openStep(participant)
  if (step === undefined || step.name === 'release') return ''
  return (
    '. Whoever runs what holds it has to act; if that is gone for good, leave it behind: ' +
    `kubectl annotate participant ${participant.metadata.name} ${ASKS.skip}=${step.name}`
  )
}
