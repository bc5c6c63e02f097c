/** Decides how long to wait before the next attempt. */

export interface BackoffOptions {
  /** Longest wait after the first failure, in ms, above 0. */
  readonly baseMs: number
  /** No wait is longer, in ms. */
  readonly maxMs: number
  /** A number in [0, 1). Tests pass a constant. */
  readonly random: () => number
  /** Share of the wait that is left to chance: 1 (the default) is full jitter, 0.5 equal jitter, 0 none. */
  readonly spread?: number
}

/**
 * Milliseconds to wait after `attempt` earlier failures (0 for the first): doubles each time up to `maxMs`.
 *
 * The jitter keeps a hundred clients that failed together from coming back together.
 */
export function backoffMs(attempt: number, { baseMs, maxMs, random, spread = 1 }: BackoffOptions): number {
  const ceiling = Math.min(maxMs, baseMs * 2 ** attempt)
  return Math.floor(ceiling * (1 - spread + spread * random()))
}
