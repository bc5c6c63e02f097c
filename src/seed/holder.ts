/** The participant as its issuer knows it, there called a holder: its body, and what to do about it. */
import type { JsonObject } from './definitions.ts'

export interface Holder {
  /** The DID; all known issuers look a holder up by it. */
  readonly holderId: string
  readonly did: string
  readonly name: string
}

export function wantedHolder({ did, name }: Pick<Holder, 'did' | 'name'>): Holder {
  return { holderId: did, did, name }
}

export function holderBody({ holderId, did, name }: Holder): JsonObject {
  return { holderId, did, name }
}

export type HolderDecision =
  | { readonly do: 'create' }
  | { readonly do: 'update'; readonly fields: readonly string[] }
  | { readonly do: 'leave' }

export function decideHolder(wanted: Holder, live: Holder | undefined): HolderDecision {
  if (live === undefined) return { do: 'create' }
  const fields = (['did', 'name'] as const).filter((field) => wanted[field] !== live[field])
  return fields.length === 0 ? { do: 'leave' } : { do: 'update', fields }
}
