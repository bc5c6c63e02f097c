/** Which of two answers is about the newer state of the cluster: by the resourceVersion of its Participant. */
import type { StatusRecord } from './store.ts'

type Versioned = Pick<StatusRecord, 'resourceVersion'>

/**
 * True when the offered answer is about an earlier state than the held one. resourceVersions compare as integers, also
 * those of two participants of one name; one that is no number is older than every number.
 */
export function isOlder(offered: Versioned, held: Versioned): boolean {
  return versionOf(offered) < versionOf(held)
}

/** Comparable within one resource since KEP-5504; in practice ever since. */
export function versionOf({ resourceVersion }: Versioned): bigint {
  return /^\d+$/u.test(resourceVersion) ? BigInt(resourceVersion) : 0n
}
