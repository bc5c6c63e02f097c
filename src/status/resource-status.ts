/** Writes the half of `Participant.status` that the status engine owns: the phase, the components, the conditions. */
import {
  type ComponentSummary,
  type Condition,
  OBSERVE_CONDITIONS,
  type Participant,
  type ParticipantStatus,
} from '../model/participant.ts'
import type { ComponentVerdict } from './component.ts'
import { conditionsOf, type Said, type Seen } from './conditions.ts'

export interface ResourceStatusInput extends Seen {
  readonly since: string
  /** What was said last, if this process said something already: newer than what the resource says. */
  readonly before: DerivedStatus | undefined
  /** RFC 3339; used for what changes now, never for what stays. */
  readonly now: string
}

/** Exactly the fields of the field manager `observe`: applied whole, so a field left out is given up. */
export type DerivedStatus = Required<
  Pick<ParticipantStatus, 'phase' | 'reason' | 'message' | 'since' | 'ready' | 'conditions' | 'components'>
> &
  Pick<ParticipantStatus, 'firstReadyTime'>

export function renderResourceStatus(input: ResourceStatusInput): DerivedStatus {
  const { participant, verdict, since, before, now } = input
  const { phase, reason, message, components } = verdict
  const first =
    participant.status?.firstReadyTime ?? before?.firstReadyTime ?? (phase === 'READY' ? now : undefined)
  const readyCount = components.filter(({ ready }) => ready).length
  return {
    phase,
    reason,
    message,
    since,
    ready: `${readyCount}/${components.length}`,
    ...(first !== undefined && { firstReadyTime: first }),
    conditions: conditionsOf(input).map((said) => timed(input, said)),
    components: components.map(summarize),
  }
}

/** Our fields of what the resource says now, for comparing: nothing is written when nothing differs. */
export function derivedStatusOf({ status = {} }: Participant): Partial<DerivedStatus> {
  const { phase, reason, message, since, ready, firstReadyTime, conditions = [], components } = status
  const own = OBSERVE_CONDITIONS.flatMap((type) => conditions.find((is) => is.type === type) ?? [])
  return {
    ...(phase !== undefined && { phase }),
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
    ...(since !== undefined && { since }),
    ...(ready !== undefined && { ready }),
    ...(firstReadyTime !== undefined && { firstReadyTime }),
    conditions: own,
    ...(components !== undefined && { components }),
  }
}

/** Keeps `lastTransitionTime` while the status stays: else every pass would change the resource and wake us again. */
function timed({ participant, before, now }: ResourceStatusInput, said: Said): Condition {
  const known = before?.conditions ?? participant.status?.conditions ?? []
  const last = known.find(({ type }) => type === said.type)
  const kept = last !== undefined && last.status === said.status
  return {
    ...said,
    lastTransitionTime: kept ? last.lastTransitionTime : now,
    observedGeneration: participant.metadata.generation ?? 0,
  }
}

function summarize(component: ComponentVerdict): ComponentSummary {
  const { name, status, ready, desired, current, readyReplicas, reason, message, cause } = component
  return {
    name,
    status,
    ready,
    desired,
    current,
    readyReplicas,
    reason,
    ...(message !== '' && { message }),
    ...(cause !== undefined && { cause: cause.code }),
  }
}
