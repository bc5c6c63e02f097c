/** What may be said before the cluster was seen: nothing. */
import { UnavailableError } from '../model/errors.ts'
import type { Freshness } from './ports.ts'

/** Throws `UnavailableError` until every watch holds a complete state: "not found" would be a guess. */
export function requireSynced({ synced }: Freshness): void {
  if (!synced) throw new UnavailableError('the state of the cluster is still being read; try again shortly')
}
