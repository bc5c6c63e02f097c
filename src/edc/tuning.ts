/** Every number of the EDC client, in one place. Times are ms. */

export interface EdcTuning {
  /** A call with its whole answer, however slowly that drips. */
  readonly attemptMs: number
  /** An answer that is larger is an error. */
  readonly maxAnswerBytes: number
  /** This long after it got ready, a runtime may answer as if it had no such API, or no such key. 752 ms were seen. */
  readonly earlyMs: number
  /** Calls to one target at a time. */
  readonly callsAtOnce: number
  /** Calls of the process that are under way or wait for their turn; half of them at most to targets that failed last. */
  readonly callsInAll: number
  /** How long a further call waits for one of them to end. */
  readonly patienceMs: number
  /** When a call that was sent away because of others may come again. */
  readonly crowdMs: number
  /** Calls that have to fail in a row until a target is left alone. */
  readonly failuresToOpen: number
  /** How long it is left alone at first; doubles with every failed look at it. */
  readonly coolDownMs: number
  readonly coolDownMaxMs: number
}

export const EDC_TUNING: EdcTuning = {
  attemptMs: 10_000,
  maxAnswerBytes: 1024 * 1024,
  earlyMs: 30_000,
  callsAtOnce: 8,
  callsInAll: 64,
  patienceMs: 500,
  crowdMs: 2_000,
  failuresToOpen: 3,
  coolDownMs: 5_000,
  coolDownMaxMs: 30_000,
}
