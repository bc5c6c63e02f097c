/** Times of the cluster are texts, sometimes absent; these read them without surprises. */

/** ms since 1970; undefined for a text that is no time, such as the empty one. */
export function msOf(time: string | undefined): number | undefined {
  const ms = Date.parse(time ?? '')
  return Number.isNaN(ms) ? undefined : ms
}

/** True when the time is known and not before `fromMs`. */
export function isWithin({ time, fromMs }: { readonly time: string; readonly fromMs: number }): boolean {
  const ms = msOf(time)
  return ms !== undefined && ms >= fromMs
}
