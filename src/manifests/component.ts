/** What a component gets: the profile, with the overrides of the participant on top. */
import { SpecError } from '../model/errors.ts'
import type { ComponentName } from '../model/participant.ts'
import type { ComponentProfile } from '../model/profile.ts'
import type { ManifestInput } from './input.ts'

type Amounts = Record<string, string>

export interface ComponentSettings {
  readonly image: string
  readonly replicas: number
  readonly resources: { readonly requests: Amounts; readonly limits: Amounts }
}

/** Resources are merged one by one: whoever overrides the memory keeps the CPU of the profile. */
export function settingsOf({ profile, spec }: ManifestInput, component: ComponentName): ComponentSettings {
  const base: ComponentProfile = profile.components[component]
  const override = spec.components?.[component]
  return {
    image: base.image,
    replicas: override?.replicas ?? base.replicas,
    resources: {
      requests: { ...base.resources.requests, ...override?.resources?.requests },
      limits: { ...base.resources.limits, ...override?.resources?.limits },
    },
  }
}

/** Size of the volume. Throws `SpecError` when neither the participant nor its profile says one. */
export function storageOf({ profile, spec }: ManifestInput, component: ComponentName): string {
  const size = spec.components?.[component]?.storage ?? profile.components[component].storage
  if (size === undefined)
    throw new SpecError(
      'StorageSizeMissing',
      `profile "${profile.name}" has no storage for ${component}: set components.${component}.storage in the profile, or spec.components.${component}.storage in the participant`,
    )
  return size
}
