/** Why a request is refused, in words that say what to do. */
import { NotFoundError, RefusedError } from '../model/errors.ts'
import { printable } from '../model/names.ts'
import type { Participant, ParticipantSpec } from '../model/participant.ts'

/** What was asked for. */
interface Wanted {
  readonly spec: Pick<ParticipantSpec, 'did' | 'mode' | 'host' | 'profile'>
}

/** Why the one that is there is not what was asked for. */
export function refusalOf({ metadata, spec }: Participant, wanted: Wanted): RefusedError | undefined {
  const { name } = metadata
  if (metadata.deletionTimestamp !== undefined)
    return new RefusedError(
      'StillDeleting',
      `participant "${name}" is still being deleted; create it again when its status answers 404`,
    )
  if (spec.did !== wanted.spec.did)
    return new RefusedError(
      'NameTaken',
      `participant "${name}" exists with another DID; choose another name, or delete it first`,
    )
  const field = (['mode', 'host', 'profile'] as const).find((each) => spec[each] !== wanted.spec[each])
  if (field === undefined) return undefined
  return new RefusedError(
    'NameTaken',
    `participant "${name}" exists with ${field} "${spec[field]}" instead of "${wanted.spec[field]}"; ${howToChange(field, name)}`,
  )
}

function howToChange(field: 'mode' | 'host' | 'profile', name: string): string {
  return field === 'mode'
    ? 'a mode cannot be changed: delete the participant first'
    : `to change it, edit spec.${field}: kubectl edit participant ${name}`
}

/** The namespace of that name is no participant's. */
export function namespaceForeign(name: string): RefusedError {
  return new RefusedError(
    'NamespaceForeign',
    `a namespace "${name}" exists that belongs to no participant; it is left alone. Choose another name, or have that namespace deleted first`,
  )
}

/** The namespace of that name was discovered. */
export function discoveredForeign(name: string): RefusedError {
  return new RefusedError(
    'NamespaceForeign',
    `participant "${name}" is only observed: its namespace was made by the Go provisioner and is left alone. Choose another name, or have that namespace deleted first`,
  )
}

/** There is no resource of that name; what was discovered can only be looked at. */
export function absent(name: string, { isDiscovered, act }: { isDiscovered: boolean; act: Act }): Error {
  return isDiscovered
    ? discoveredOnly(name, act)
    : new NotFoundError(`there is no participant "${printable(name)}"`)
}

/** What can be asked of one that exists. */
export type Act = 'delete' | 'retry' | 'suspend' | 'resume'

function discoveredOnly(name: string, act: Act): RefusedError {
  const instead =
    act === 'delete' ? `; delete it with what made it, or with "kubectl delete namespace ${name}"` : ''
  return new RefusedError(
    'ObservedOnly',
    `participant "${name}" is only observed: its namespace was made by the Go provisioner, so it is not ours to ${act}${instead}`,
  )
}

export function observedOnly(name: string, act: Act): RefusedError {
  const instead =
    act === 'delete'
      ? `; "kubectl delete participant ${name}" ends the observation and touches nothing else`
      : ''
  return new RefusedError(
    'ObservedOnly',
    `participant "${name}" is only observed (mode Observed), so it is not ours to ${act}${instead}`,
  )
}

export function goingAlready(name: string, act: Act): RefusedError {
  return new RefusedError(
    'StillDeleting',
    `participant "${name}" is being deleted: it is too late to ${act} it`,
  )
}

export function suspended(name: string): RefusedError {
  return new RefusedError(
    'Suspended',
    `participant "${name}" is suspended, so nothing is tried; resume it first: POST /api/v1/resources/${name}/resume`,
  )
}
