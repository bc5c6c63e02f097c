/** Names operations, and tells which one a resource asks for. Pure. */
import { ASKS, RETRY_MAX_LENGTH } from './names.ts'
import { type Operation, OPERATION_TYPES, type OperationType, type Participant } from './participant.ts'

/** What an id says. */
export interface OperationRef {
  readonly participantName: string
  readonly type: OperationType
  /** Which of its type, for those that can be asked for again: the generation, or the how many-th retry. */
  readonly nth?: number
  /** uid of the Participant, so that a name that is used again has operations of its own. */
  readonly uid: string
}

/** `acme.create.<uid>`, `acme.update-3.<uid>`. */
export function operationId({ participantName, type, nth, uid }: OperationRef): string {
  const which = nth === undefined ? type : `${type}-${nth}`
  return `${participantName}.${which}.${uid}`
}

/** Happen once in the life of a participant, so that their ids bear no number. */
const ONCE: readonly OperationType[] = ['create', 'delete']

/** Undefined for a text that is no operation id. Names hold no dots, so the first two dots separate. */
export function readOperationId(id: string): OperationRef | undefined {
  const [participantName, word = '', uid, ...rest] = id.split('.')
  const { type: typed, nth } = /^(?<type>[a-z]+)(-(?<nth>[1-9]\d{0,15}))?$/u.exec(word)?.groups ?? {}
  const type = OPERATION_TYPES.find((known) => known === typed)
  if (!participantName || type === undefined || !uid || rest.length > 0) return undefined
  if (ONCE.includes(type) !== (nth === undefined)) return undefined
  return { participantName, type, uid, ...(nth !== undefined && { nth: Number(nth) }) }
}

/** What a resource asks for besides what it records. */
interface Asking {
  readonly participant: Participant
  /** Recorded last. */
  readonly newest: Operation | undefined
}

interface Rule {
  readonly type: OperationType
  readonly isAsked: (asking: Asking) => boolean
}

/** First match wins: a deletion comes before everything, and nothing is begun while `spec.suspended` holds. */
const RULES: readonly Rule[] = [
  { type: 'delete', isAsked: ({ participant }) => isGoing(participant) && !records(participant, 'delete') },
  { type: 'suspend', isAsked: ({ participant, newest }) => rests(participant) && newest?.type !== 'suspend' },
  { type: 'resume', isAsked: ({ participant, newest }) => acts(participant) && newest?.type === 'suspend' },
  { type: 'create', isAsked: ({ participant }) => acts(participant) && isNew(participant) },
  { type: 'retry', isAsked: ({ participant }) => !rests(participant) && isRetryAsked(participant) },
  {
    type: 'update',
    isAsked: ({ participant, newest }) =>
      acts(participant) && isChanged(participant) && !takesChanges(newest),
  },
]

/**
 * The operation that the resource asks for and that is not recorded yet, as pending: a life that begins or ends, another
 * value of `spec.suspended` or of the retry annotation, a new generation.
 *
 * A creation and a resumption take what changes meanwhile along, so that whoever waits for them learns of their end.
 */
export function askedOperation(participant: Participant): Operation | undefined {
  const newest = participant.status?.operations?.[0]
  const type = RULES.find(({ isAsked }) => isAsked({ participant, newest }))?.type
  if (type === undefined) return undefined
  const { generation = 0 } = participant.metadata
  return { id: idOf(participant, type), type, state: 'pending', generation, steps: [] }
}

/** The value of the annotation, as far as it is told apart. */
export function retryAnnotation({ metadata }: Participant): string | undefined {
  return metadata.annotations?.[ASKS.retry]?.slice(0, RETRY_MAX_LENGTH)
}

function idOf({ metadata, status }: Participant, type: OperationType): string {
  const { name: participantName, uid = '', generation = 0 } = metadata
  const nth = type === 'retry' ? (status?.retries ?? 0) + 1 : generation
  return operationId({ participantName, uid, type, ...(!ONCE.includes(type) && { nth }) })
}

function records({ status }: Participant, type: OperationType): boolean {
  return status?.operations?.some((operation) => operation.type === type) === true
}

function isGoing({ metadata }: Participant): boolean {
  return metadata.deletionTimestamp !== undefined
}

function rests(participant: Participant): boolean {
  return participant.spec.suspended && !isGoing(participant)
}

function acts(participant: Participant): boolean {
  return !participant.spec.suspended && !isGoing(participant)
}

/** One that was READY before anything was recorded of it was made by a version of the program that kept no record. */
function isNew({ status = {} }: Participant): boolean {
  if (status.operations !== undefined) return false
  return status.observedGeneration === undefined || status.firstReadyTime === undefined
}

function isRetryAsked(participant: Participant): boolean {
  const value = retryAnnotation(participant)
  return value !== undefined && value !== participant.status?.lastHandledRetry
}

function isChanged({ metadata, status }: Participant): boolean {
  return (metadata.generation ?? 0) > (status?.observedGeneration ?? 0)
}

function takesChanges(newest: Operation | undefined): boolean {
  return newest?.state === 'running' && (newest.type === 'create' || newest.type === 'resume')
}
