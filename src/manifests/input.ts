/** What the manifests of one participant are made from. */
import type { ParticipantSpec } from '../model/participant.ts'
import type { Profile } from '../model/profile.ts'

export interface ManifestInput {
  /** Of the Participant and of its namespace. */
  readonly name: string
  /** Of the Participant: marks the namespace as belonging to this very one. */
  readonly uid: string
  readonly spec: ParticipantSpec
  readonly profile: Profile
}
