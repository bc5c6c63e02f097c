/** Recognises a namespace that the Go provisioner made, by its Deployments, and speaks of it as of a participant that is only observed. */
import { API_VERSION, KIND } from '../model/names.ts'
import type { ObservedNamespace, ObservedWorkload } from '../model/observed.ts'
import { type ComponentName, COMPONENTS, type Participant, SPEC_DEFAULTS } from '../model/participant.ts'

/** Without all of these it is some other namespace that happens to have a `postgres`, say. The vault may be lost. */
const TELLTALE: readonly ComponentName[] = ['controlplane', 'dataplane', 'identityhub', 'postgres']

/** What the Go provisioner made in each namespace. */
export const LEGACY_COMPONENTS: readonly ComponentName[] = COMPONENTS

/**
 * Undefined when the namespace, of which these are the Deployments without our label, is none of those.
 *
 * The participant exists nowhere but here: its uid is that of the namespace, its DID is not known, and nothing is ever
 * written for it.
 */
export function legacyParticipant(
  namespace: ObservedNamespace | undefined,
  deployments: readonly ObservedWorkload[],
): Participant | undefined {
  if (namespace === undefined) return undefined
  const made = TELLTALE.map((component) => deployments.find(({ name }) => name === component))
  if (made.includes(undefined)) return undefined
  const { name, uid } = namespace
  const [creationTimestamp = ''] = deployments.map((each) => each.creationTimestamp).toSorted()
  return {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name, uid, creationTimestamp },
    spec: { ...SPEC_DEFAULTS, did: '', mode: 'Observed' },
  }
}
