/** An event as the status call answers it. */
import type { ParticipantStatusBody } from '../../contract/participant-status.ts'

export type AnswerEvent = Required<ParticipantStatusBody['events'][number]>
