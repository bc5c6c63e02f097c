/** How patient a watch is. The values are client-go's (tools/cache/reflector.go) unless a field says otherwise. */

export interface WatchTuning {
  /** Objects per page of a paged list. */
  readonly pageSize: number
  /**
   * The server is asked to close a watch after a random time between these two, in ms (sent as whole seconds), so that
   * the watches of many clients spread over the replicas of the API server.
   */
  readonly timeoutMinMs: number
  readonly timeoutMaxMs: number
  /** The client cuts a watch this many ms after the server should have closed it. */
  readonly timeoutGraceMs: number
  /**
   * A watch that brings neither event nor bookmark for this many ms is taken for dead. Bookmarks come about once a
   * minute, though at no promised interval.
   */
  readonly silenceMs: number
  /**
   * A watch that went on from its last position and brought no error for this many ms after it was accepted has told
   * what happened meanwhile: without this, that would be known with the next event or bookmark only. Our choice.
   */
  readonly calmMs: number
  /** A server whose WatchList has not brought the end bookmark after this many ms is taken to lack it. Our choice. */
  readonly initialEventsMs: number
  /** The same when nothing at all has come for this many ms before the end bookmark. Our choice. */
  readonly initialSilenceMs: number
  /** Ceiling of the first wait after a failure, in ms; half of each wait is left to chance. */
  readonly backoffBaseMs: number
  readonly backoffMaxMs: number
  /** Failures before a time this long without one, in ms, are forgotten. */
  readonly healthyMs: number
  /** A watch the server closes sooner than this, in ms, counts as a failure: reconnecting at once would be a storm. */
  readonly shortWatchMs: number
  /**
   * Longest wait, in ms, before a kind that nobody serves is asked for again; half of it is left to chance. Our choice:
   * each attempt counts as a sign of life, and two minutes without one would be called a lag.
   */
  readonly unservedMs: number
  /** The event loop gets a turn whenever ingesting has taken this many ms. Our choice. */
  readonly sliceMs: number
}

export const WATCH_DEFAULTS: WatchTuning = {
  pageSize: 500,
  timeoutMinMs: 300_000,
  timeoutMaxMs: 600_000,
  timeoutGraceMs: 30_000,
  silenceMs: 90_000,
  calmMs: 1_000,
  initialEventsMs: 120_000,
  initialSilenceMs: 15_000,
  backoffBaseMs: 800,
  backoffMaxMs: 30_000,
  healthyMs: 120_000,
  shortWatchMs: 1_000,
  unservedMs: 120_000,
  sliceMs: 5,
}
