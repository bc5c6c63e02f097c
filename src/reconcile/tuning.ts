/** How patient the reconciler is. All times in ms. */

export interface Tuning {
  /** Longest wait after the first failed call of a step; doubles with every further one. */
  readonly backoffBaseMs: number
  readonly backoffMaxMs: number
  /** Between looks at something that changes by itself and is not watched, such as a foreign namespace going away. */
  readonly recheckMs: number
  /** Between looks at something that a watch reports: only in case an event was missed. */
  readonly safetyRecheckMs: number
  /** Between looks at what a person has to put right: a stalled step, a missing permission. */
  readonly stalledRecheckMs: number
  /** What is said of a component within this time after its pods began to be replaced may be about the pods before. */
  readonly verdictSettlesMs: number
  /** Between passes over a participant at rest; repairs what no watch reports, such as a deleted Service. */
  readonly resyncMs: number
  /** How many objects of one participant are read at a time. */
  readonly parallelReads: number
}

export const DEFAULT_TUNING: Tuning = {
  backoffBaseMs: 500,
  backoffMaxMs: 60_000,
  recheckMs: 2_000,
  safetyRecheckMs: 60_000,
  stalledRecheckMs: 60_000,
  verdictSettlesMs: 5_000,
  resyncMs: 30 * 60_000,
  parallelReads: 6,
}
