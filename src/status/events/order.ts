/** Puts events, and the times of the cluster, into their order. */
import type { ObservedEvent } from '../../model/observed.ts'
import { msOf } from '../times.ts'

/** The same order whatever the order before. */
export function newestFirst(a: ObservedEvent, b: ObservedEvent): number {
  return (
    compare(b.lastSeen, a.lastSeen) ||
    compare(a.name, b.name) ||
    compare(a.uid, b.uid) ||
    compare(a.about.name, b.about.name) ||
    compare(a.reason, b.reason) ||
    compare(a.message, b.message) ||
    a.count - b.count
  )
}

/** By code unit, as `<` compares: times of one form by time. */
export function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** False when either is not known. */
export function isBefore(time: string, other: string): boolean {
  if (isPlain(time) && isPlain(other)) return time < other
  const [ms, otherMs] = [msOf(time), msOf(other)]
  return ms !== undefined && otherMs !== undefined && ms < otherMs
}

/** UTC to the second, as Kubernetes writes times: these can be compared as texts, twenty times as fast. */
function isPlain(time: string): boolean {
  return time.length === '2026-01-01T00:00:00Z'.length && time.endsWith('Z')
}
