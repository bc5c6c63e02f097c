/** Looks at many participants together when a term begins, so that a start does not read each of them by itself. */
import type { Kube } from '../kube/kube.ts'
import { askedOperation } from '../model/operation.ts'
import type { Participant } from '../model/participant.ts'
import { mapBounded } from './bounded.ts'
import { isLooking } from './looks.ts'
import { readTogether } from './together.ts'

export interface SurveyOptions {
  readonly kube: Kube
  readonly participants: { get(name: string): Participant | undefined }
  /** How many share their lists. All of their objects are held at a time. */
  readonly together: number
  /** How many of these are looked at at a time. */
  readonly parallel: number
  /** Looks at one, reading with this Kube. A rejection only means that nothing was found out. */
  readonly look: (name: string, kube: Kube) => Promise<void>
  /** Told of each in the end: at once of those for which something is to be done. */
  readonly done: (name: string) => void
  readonly signal: AbortSignal
}

/** Never rejects. */
export async function survey(names: readonly string[], options: SurveyOptions): Promise<void> {
  const { kube, participants, together, parallel, look, done, signal } = options
  const { waiting = [], hurried = [] } = Object.groupBy(names, (name) =>
    canWait(participants.get(name)) ? 'waiting' : 'hurried',
  )
  for (const name of hurried) done(name)
  for (let start = 0; start < waiting.length && !signal.aborted; start += together) {
    const some = waiting.slice(start, start + together)
    const shared = readTogether(kube, some, signal)
    await mapBounded(some, parallel, async (name) => {
      await look(name, shared).catch(() => undefined)
      done(name)
    })
  }
}

/** Everything was made for it, and nothing is asked of it: it can wait for the others to be looked at. */
function canWait(participant: Participant | undefined): boolean {
  if (participant === undefined) return false
  const { metadata, spec, status } = participant
  const looks = status?.steps?.filter(isLooking) ?? []
  return (
    metadata.deletionTimestamp === undefined &&
    !spec.suspended &&
    askedOperation(participant) === undefined &&
    looks.length > 0 &&
    looks.every(({ state }) => state === 'Done')
  )
}
