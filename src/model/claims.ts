/** Who of several participants that claim the same was first. */
import type { Participant } from './participant.ts'

/** Orders by creationTimestamp, then by name. */
export function earliestFirst({ metadata: a }: Participant, { metadata: b }: Participant): number {
  const [born, other] = [a.creationTimestamp ?? '', b.creationTimestamp ?? '']
  if (born !== other) return born < other ? -1 : 1
  return a.name < b.name ? -1 : 1
}
