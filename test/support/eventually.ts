/** Waiting for a condition instead of for time. */
import { setTimeout as delay } from 'node:timers/promises'

export interface EventuallyOptions {
  /** Ends the wait with an error after this many ms. Default 10,000. */
  readonly withinMs?: number
  /** Completes "waited for …" in that error. */
  readonly what: string
}

/** Calls `check` until it answers something other than undefined or false; the last error is the cause of giving up. */
export async function eventually<T>(
  check: () => T | Promise<T>,
  { withinMs = 10_000, what }: EventuallyOptions,
): Promise<Exclude<T, undefined | false>> {
  const deadline = performance.now() + withinMs
  let cause: unknown
  while (performance.now() < deadline) {
    try {
      const value = await check()
      if (value !== undefined && value !== false) return value as Exclude<T, undefined | false>
    } catch (error) {
      cause = error
    }
    await delay(10)
  }
  throw new Error(`waited ${withinMs} ms for ${what}`, { cause })
}
