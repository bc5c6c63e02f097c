/** Finds the Participants in what somebody wrote: one or several documents, or a list. */
import { InputError } from '../explain/input-error.ts'
import { API_VERSION, KIND } from '../model/names.ts'
import type { Participant } from '../model/participant.ts'

export interface Found {
  /** Never empty; not yet checked by any schema. */
  readonly participants: readonly Participant[]
  /** Sentences about what was left out. */
  readonly notes: readonly string[]
}

/** Throws `InputError` when there is none, or one without a name, or two of one name. */
export function participantsIn(documents: readonly unknown[]): Found {
  const objects = documents.flatMap(itemsOf)
  const participants = objects.filter(isParticipant).map(asWritten)
  if (participants.length === 0) throw new InputError(`it holds no ${KIND} of ${API_VERSION}`)
  const names = participants.map(({ metadata }) => metadata.name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new InputError(`it holds two participants "${twice}"`)
  const notes = objects
    .filter((object) => object !== null && !isParticipant(object))
    .map((object) => `${kindOf(object)} is no ${KIND} of ${API_VERSION}; left out`)
  return { participants, notes }
}

function itemsOf(document: unknown): readonly unknown[] {
  const items = fieldOf(document, 'items')
  return Array.isArray(items) ? items : [document]
}

function isParticipant(object: unknown): object is Participant {
  return fieldOf(object, 'kind') === KIND && fieldOf(object, 'apiVersion') === API_VERSION
}

/** What the cluster adds to an object cannot be asked of it. */
function asWritten(object: Participant): Participant {
  const { apiVersion, kind, spec } = object
  const { name, labels, annotations } = object.metadata ?? {}
  if (typeof name !== 'string' || name === '') throw new InputError(`a ${KIND} in it has no metadata.name`)
  return {
    apiVersion,
    kind,
    metadata: { name, ...(labels && { labels }), ...(annotations && { annotations }) },
    spec,
  }
}

function kindOf(object: unknown): string {
  const kind = fieldOf(object, 'kind')
  return typeof kind === 'string' ? kind : 'a document without a kind'
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined
}
