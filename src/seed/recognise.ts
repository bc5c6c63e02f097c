/** Decides by what the runtimes say of their APIs which profile speaks to them. */
import { EDC_PROFILES, type EdcProfile } from './profile.ts'
import { edcProfile } from './profiles.ts'

/** The paths of the versions that each runtime serves, such as `/v3`, from its version API. */
export interface ServedApis {
  /** Of the control plane's management API. */
  readonly management: readonly string[]
  /** Of the identity hub's identity API. */
  readonly identity: readonly string[]
}

export type Recognised =
  | { readonly kind: 'known'; readonly profile: EdcProfile }
  /** A sentence for people: what was found, what is known, what to do. */
  | { readonly kind: 'unknown'; readonly message: string }

/** The newest first: releases serve an old API beside the new one for a while. */
const NEWEST_FIRST = EDC_PROFILES.map(edcProfile).toReversed()

/** A profile fits when both of its APIs are served. */
export function recognise({ management, identity }: ServedApis): Recognised {
  const profile = NEWEST_FIRST.find(
    (known) => management.includes(known.management.path) && identity.includes(known.identity.path),
  )
  if (profile !== undefined) return { kind: 'known', profile }
  const served = `management ${listed(management)}, identity ${listed(identity)}`
  const spoken = NEWEST_FIRST.map(
    ({ name, ...apis }) => `${name} (management ${apis.management.path}, identity ${apis.identity.path})`,
  )
  return {
    kind: 'unknown',
    message: `this generation of EDC is not known: it serves ${served}; known are ${spoken.join(', ')}; use images of one of these`,
  }
}

function listed(paths: readonly string[]): string {
  return paths.length === 0 ? 'none' : paths.join(' and ')
}
