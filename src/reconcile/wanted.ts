/** Renders what a participant consists of. */
import type { ManifestInput, Manifests } from '../manifests/manifests.ts'
import { manifestInputOf, renderManifests } from '../manifests/manifests.ts'
import { SpecError } from '../model/errors.ts'
import type { Work } from './work.ts'

/** Throws `SpecError` when the profile is not known. */
export function inputOf({ participant, profiles }: Pick<Work, 'participant' | 'profiles'>): ManifestInput {
  const { profile: name } = participant.spec
  const profile = profiles.get(name)
  if (profile === undefined) throw new SpecError('UnknownProfile', `there is no profile "${name}"`)
  return manifestInputOf(participant, profile)
}

export function wantedOf(work: Work): Manifests {
  return renderManifests(inputOf(work))
}
