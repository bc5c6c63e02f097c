/** What the manifests of one participant are made from. */
import { ASKS } from '../model/names.ts'
import type { Participant, ParticipantSpec } from '../model/participant.ts'
import type { Profile } from '../model/profile.ts'

export interface ManifestInput {
  /** Of the Participant and of its namespace. */
  readonly name: string
  /** Of the Participant: marks the namespace as belonging to this very one. */
  readonly uid: string
  readonly spec: ParticipantSpec
  readonly profile: Profile
  /** The latest request for new secret values; undefined when there is none. */
  readonly rotation?: string
}

/** `profile` is the one that the spec names. */
export function manifestInputOf({ metadata, spec }: Participant, profile: Profile): ManifestInput {
  const { name, uid = '', annotations = {} } = metadata
  const rotation = annotations[ASKS.rotate] ?? ''
  return { name, uid, spec, profile, ...(rotation !== '' && { rotation }) }
}
