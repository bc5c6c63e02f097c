/** Writes the body of `GET …/status` (contract §1.1) from a verdict. The same facts give the same bytes. */
import type { ParticipantStatusBody } from '../contract/participant-status.ts'
import type { Condition, Participant } from '../model/participant.ts'
import type { ComponentVerdict } from './component.ts'
import type { Story } from './events/tell.ts'
import type { Verdict } from './participant.ts'

/** The body, in the order of its members: those of the v1 contract first, the additions after them. */
export type Answer = ParticipantStatusBody &
  Required<Pick<ParticipantStatusBody, 'reason' | 'since' | 'steps' | 'did' | 'conditions' | 'eventsTotal'>>

export interface AnswerInput {
  readonly participant: Participant
  readonly verdict: Verdict
  /** When the state became what it is, RFC 3339. */
  readonly since: string
  readonly lastUpdated: string
  readonly conditions: readonly Condition[]
  readonly story: Story
}

export function renderAnswer(input: AnswerInput): Answer {
  const { participant, verdict, since, lastUpdated, conditions, story } = input
  const { metadata, spec, status } = participant
  return {
    participantName: metadata.name,
    status: verdict.phase,
    lastUpdated,
    components: Object.fromEntries(
      verdict.components.map((component) => [component.name, renderComponent(component)]),
    ),
    message: verdict.message,
    events: story.events,
    reason: verdict.reason,
    since,
    steps: status?.steps ?? [],
    did: spec.did,
    conditions,
    eventsTotal: story.total,
  }
}

function renderComponent(component: ComponentVerdict): ParticipantStatusBody['components'][string] {
  const { status, ready, desired, current, readyReplicas, message, reason, cause, since, image, restarts } =
    component
  return {
    status,
    ready,
    replicas: { desired, current, ready: readyReplicas },
    ...(message !== '' && { message }),
    reason,
    ...(cause !== undefined && { cause }),
    since,
    ...(image !== undefined && { image }),
    restarts,
  }
}
