/** Writes times as the status does. Pure. */

/** RFC 3339 in whole seconds, as Kubernetes writes times. `ms` is since 1970. */
export function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/u, 'Z')
}

/** RFC 3339 with milliseconds, for what is often over sooner than a second. */
export function exactTimeOf(ms: number): string {
  return new Date(ms).toISOString()
}

const UNITS = [
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const

/** For people: `90 min`, `12 s`, `0.4 s`. */
export function spanOf(ms: number): string {
  const [unit, size] = UNITS.find(([, each]) => ms >= 2 * each) ?? (['s', 1_000] as const)
  return `${ms < 10_000 ? Math.round(ms / 100) / 10 : Math.round(ms / size)} ${unit}`
}
