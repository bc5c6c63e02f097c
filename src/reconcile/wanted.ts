/** Renders what a participant consists of. */
import type { ManifestInput, Manifests } from '../manifests/manifests.ts'
import { renderManifests } from '../manifests/manifests.ts'
import { SpecError } from '../model/errors.ts'
import type { Work } from './work.ts'

/** Throws `SpecError` when the profile is not known. */
export function inputOf({ name, uid, participant: { spec }, profiles }: Work): ManifestInput {
  const profile = profiles.get(spec.profile)
  if (profile === undefined) throw new SpecError('UnknownProfile', `there is no profile "${spec.profile}"`)
  return { name, uid, spec, profile }
}

export function wantedOf(work: Work): Manifests {
  return renderManifests(inputOf(work))
}
