/** Writes times as `metav1.MicroTime`. */

/** `2026-01-01T00:00:00.000000Z`: the API server takes six digits and no fewer. `wallMs` is ms since 1970. */
export function microTime(wallMs: number): string {
  return new Date(wallMs).toISOString().replace('Z', '000Z')
}
