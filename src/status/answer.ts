/** Writes the body of `GET …/status` (contract §1.1) from a verdict. The same facts give the same bytes. */
import type { Condition, Participant, Phase, Step } from '../model/participant.ts'
import type { ComponentVerdict } from './component.ts'
import { type AnswerEvent, eventsOf } from './events.ts'
import type { Verdict } from './participant.ts'

export interface AnswerComponent {
  readonly status: string
  readonly ready: boolean
  readonly replicas: { readonly desired: number; readonly current: number; readonly ready: number }
  /** Only when there is something to say: always when it is not ready. */
  readonly message?: string
  readonly reason: string
  readonly since: string
  readonly image?: string
  readonly restarts: number
}

/** The body, in the order of its members: those of the v1 contract first, the additions after them. */
export interface Answer {
  readonly participantName: string
  readonly status: Phase
  readonly lastUpdated: string
  readonly components: Readonly<Record<string, AnswerComponent>>
  readonly message: string
  readonly events: readonly AnswerEvent[]
  readonly reason: string
  readonly since: string
  readonly steps: readonly Step[]
  readonly did: string
  readonly conditions: readonly Condition[]
}

export interface AnswerInput {
  readonly participant: Participant
  readonly verdict: Verdict
  /** When the state became what it is, RFC 3339. */
  readonly since: string
  readonly lastUpdated: string
  readonly conditions: readonly Condition[]
}

export function renderAnswer({ participant, verdict, since, lastUpdated, conditions }: AnswerInput): Answer {
  const { metadata, spec, status } = participant
  return {
    participantName: metadata.name,
    status: verdict.phase,
    lastUpdated,
    components: Object.fromEntries(
      verdict.components.map((component) => [component.name, renderComponent(component)]),
    ),
    message: verdict.message,
    events: eventsOf(participant, verdict),
    reason: verdict.reason,
    since,
    steps: status?.steps ?? [],
    did: spec.did,
    conditions,
  }
}

function renderComponent(component: ComponentVerdict): AnswerComponent {
  const { status, ready, desired, current, readyReplicas, message, reason, since, image, restarts } =
    component
  return {
    status,
    ready,
    replicas: { desired, current, ready: readyReplicas },
    ...(message !== '' && { message }),
    reason,
    since,
    ...(image !== undefined && { image }),
    restarts,
  }
}
