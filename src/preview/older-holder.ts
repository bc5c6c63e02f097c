/** Finds who claimed the DID of a participant before it did. */
import { earliestFirst } from '../model/claims.ts'
import type { Participant } from '../model/participant.ts'

/**
 * The older one by creationTimestamp, then by name; the participant itself when there is none. One that does not exist
 * yet is younger than all others.
 */
export function olderHolder(participant: Participant, all: readonly Participant[]): Participant {
  const { name } = participant.metadata
  const rivals = all.filter(
    ({ metadata, spec }) => metadata.name !== name && spec.did === participant.spec.did,
  )
  const exists = all.find(({ metadata }) => metadata.name === name)
  const claims = exists === undefined ? rivals : [...rivals, exists]
  return claims.toSorted(earliestFirst)[0] ?? participant
}
