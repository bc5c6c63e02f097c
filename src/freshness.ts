/** How far the cluster is in sight: what may be answered, from where, and up to when time counts for verdicts. */
import type { Freshness, StatusReader } from './http/ports.ts'
import type { ParticipantWriter } from './model/requests.ts'
import type { Past, StatusStore } from './store/store.ts'

export interface SightOptions {
  /** Without these there is no verdict; ms since 1970 of the last sign of life, 0 before the first. */
  readonly watches: Iterable<{ readonly lastContactMs: number }>
  /** True once everything has been seen and judged. */
  readonly complete: () => boolean
  readonly store: StatusStore
  readonly past: Past | undefined
  /** ms since 1970. */
  readonly now: () => number
  /** ms of a clock that nobody sets. Default `performance.now`. */
  readonly steadyNow?: () => number
  /** Answers older than this many ms are given no more. */
  readonly unavailableAfterMs: number
}

export interface Sight {
  readonly freshness: () => Freshness
  /** When the cluster last confirmed what we know: the oldest of the watches' last signs of life, ms since 1970. */
  readonly observedAtMs: () => number
  /**
   * The time for verdicts, ms since 1970. It stops while the cluster is out of sight: a deadline that passes then says
   * nothing about what happened meanwhile.
   */
  readonly judgingNow: () => number
  readonly reader: StatusReader
}

/** A watch silent for this many ms is behind: bookmarks come about once a minute, the stall guard acts at 90 s. */
const STALE_AFTER_MS = 120_000

/** A clock that runs apart from the steady one by more than this, ms, was set: it is otherwise only nudged. */
const SET_MS = 1_000

export function openSight(options: SightOptions): Sight {
  const { watches, complete, store, past, now, unavailableAfterMs } = options
  const live = [...watches]
  const byTodaysClock = afterSettingBack(options)
  const observedAtMs = (): number =>
    byTodaysClock(
      live.reduce((oldest, { lastContactMs }) => Math.min(oldest, lastContactMs), Number.POSITIVE_INFINITY),
    )
  const ageOf = (seenAtMs: number): Pick<Freshness, 'observedAtMs' | 'expired'> => ({
    observedAtMs: seenAtMs,
    expired: now() - seenAtMs > unavailableAfterMs,
  })
  const source = (): StatusReader => (complete() ? store : (past?.recalled ?? store))
  return {
    observedAtMs,
    judgingNow: () => (complete() ? Math.min(now(), observedAtMs() + STALE_AFTER_MS) : now()),
    freshness() {
      const recalled = complete() ? undefined : past?.recalled
      if (recalled !== undefined)
        return {
          synced: false,
          recalled: true,
          stale: true,
          ...ageOf(Math.min(recalled.observedAtMs, now())),
        }
      const seenAtMs = observedAtMs()
      return { synced: complete(), stale: now() - seenAtMs > STALE_AFTER_MS, ...ageOf(seenAtMs) }
    },
    reader: { get: (name) => source().get(name), list: (query) => source().list(query) },
  }
}

/** What was heard before the clock was set back lies in the future by that clock, and would look new for as long. */
function afterSettingBack({
  now,
  steadyNow = () => performance.now(),
}: SightOptions): (heardAtMs: number) => number {
  let last = { heardAtMs: 0, aheadMs: 0 }
  return (heardAtMs) => {
    const aheadMs = now() - steadyNow()
    if (heardAtMs !== last.heardAtMs) last = { heardAtMs, aheadMs }
    const setBackMs = last.aheadMs - aheadMs
    return Math.min(setBackMs > SET_MS ? Math.round(heardAtMs - setBackMs) : heardAtMs, now())
  }
}

/** Whoever wrote to a participant must not read what was known of it before a restart, whatever came of the request. */
export function disowning(writer: ParticipantWriter, past: Past | undefined): ParticipantWriter {
  if (past === undefined) return writer
  const disowned = async <T>(name: string, request: () => Promise<T>): Promise<T> => {
    try {
      return await request()
    } finally {
      past.disown(name)
    }
  }
  return {
    ...writer,
    create: (request) => disowned(request.participantName, () => writer.create(request)),
    delete: (name) => disowned(name, () => writer.delete(name)),
    retry: (name) => disowned(name, () => writer.retry(name)),
    suspend: (name) => disowned(name, () => writer.suspend(name)),
    resume: (name) => disowned(name, () => writer.resume(name)),
  }
}
