/**
 * Lets several processes of this service tell the same times. Each sees a change at a second of its own, and the resource
 * holds only one: the earlier one counts for all, else each would correct the others for ever.
 */
import type { Condition, Participant, ParticipantStatus, Phase } from '../model/participant.ts'

type Told = ParticipantStatus | undefined

/** What a process said itself, and what the resource said then. */
export interface Said {
  readonly verdict: { readonly phase: Phase }
  readonly since: string
  readonly resourceStatus: { readonly conditions: readonly Condition[] }
  readonly told: Told
}

/** Since when the state holds, if somebody else has written that into the resource since the last look. */
export function sinceOfOthers(
  { verdict, since, told }: Pick<Said, 'verdict' | 'since' | 'told'>,
  phase: Phase,
  { status }: Participant,
): string | undefined {
  if (status?.phase !== phase || status.since === undefined || status.since === told?.since) return undefined
  const isSameState = verdict.phase === phase
  // Of a state that began before the one that is over, somebody spoke who has not seen that.
  if (isSameState ? status.since > since : status.since < since) return undefined
  return status.since
}

/** With the earlier times that somebody else has written into the resource since the last look. */
export function withTimesOfOthers<S extends Said['resourceStatus']>(
  { resourceStatus, told }: Pick<Said, 'told'> & { readonly resourceStatus: S },
  { status }: Participant,
): S {
  if (status === told) return resourceStatus
  const conditions = resourceStatus.conditions.map((own) => {
    const theirs = sameOf(status, own)
    const isNew = theirs !== undefined && theirs !== sameOf(told, own)
    return isNew && theirs < own.lastTransitionTime ? { ...own, lastTransitionTime: theirs } : own
  })
  return { ...resourceStatus, conditions }
}

function sameOf(told: Told, { type, status }: Condition): string | undefined {
  return told?.conditions?.find((each) => each.type === type && each.status === status)?.lastTransitionTime
}
