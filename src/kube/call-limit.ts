/** Decides when a call must end: its caller gave up, the client was closed, or its time is over. */

export interface CallLimit extends Disposable {
  /** Aborted with the reason of whatever came first. */
  readonly signal: AbortSignal
}

export interface CallLimitOptions {
  readonly signals: readonly (AbortSignal | undefined)[]
  readonly timeoutMs: number
  /** Makes the reason for running out of time. */
  readonly expired: () => Error
}

/**
 * Disposing lets go of the timer and of the signals, which outlive the call by far. An aborted one holds no timer, so
 * that a watch which nobody reads on does not keep the process alive.
 */
export function openCallLimit({ signals, timeoutMs, expired }: CallLimitOptions): CallLimit {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(expired()), timeoutMs)
  controller.signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
  const releases = signals
    .filter((signal) => signal !== undefined)
    .map((signal) => follow(signal, controller))
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      clearTimeout(timer)
      for (const release of releases) release()
    },
  }
}

/** The promise's end, or a rejection with the signal's reason if that comes first; the work itself goes on. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(signal.reason)
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function follow(signal: AbortSignal, controller: AbortController): () => void {
  const onAbort = (): void => controller.abort(signal.reason)
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  return () => signal.removeEventListener('abort', onAbort)
}
