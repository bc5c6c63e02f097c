/** Reads off the status engine how it is doing. Costs a walk over all verdicts: for a scrape, not for a request. */
import type { CauseCode } from '../model/causes.ts'
import type { Phase } from '../model/participant.ts'
import type { LeadershipReading, QueueReading, Reading, WatchReading } from '../model/reading.ts'
import type { Verdict } from '../status/participant.ts'
import type { Caches } from './caches.ts'
import type { LiveWatch } from './watches.ts'

export interface ReadingSource {
  readonly caches: Pick<Caches, 'required' | 'optional'>
  readonly observer: { readonly waiting: number; verdicts(): Iterable<Verdict> }
  readonly leadership: { reading(): LeadershipReading }
  readonly queue: QueueReading
  /** ms since 1970. */
  readonly nowMs: number
}

export function readingOf({ caches, observer, leadership, queue, nowMs }: ReadingSource): Reading {
  const participants = new Map<Phase, number>()
  const causes = new Map<CauseCode, number>()
  for (const { phase, components } of observer.verdicts()) {
    increment(participants, phase)
    for (const { cause } of components) if (cause !== undefined) increment(causes, cause.code)
  }
  return {
    watches: watchReadings(caches, nowMs),
    participants,
    causes,
    waiting: observer.waiting,
    leadership: leadership.reading(),
    queue,
  }
}

/** Cheap: for health checks. */
export function watchReadings(
  { required, optional }: ReadingSource['caches'],
  nowMs: number,
): readonly WatchReading[] {
  const read = (watches: ReadonlyMap<string, LiveWatch>, isRequired: boolean): readonly WatchReading[] =>
    [...watches].map(([resource, { synced, lastContactMs, size, stats }]) => ({
      resource,
      required: isRequired,
      synced,
      lagMs: lastContactMs === 0 ? undefined : Math.max(0, nowMs - lastContactMs),
      objects: size,
      ...stats,
    }))
  return [...read(required, true), ...read(optional, false)]
}

function increment<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
