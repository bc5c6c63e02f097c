/** Keeps texts of others, which can be long, to what a resource should hold. Pure. */

/** The CRD allows more, but nobody reads more. */
const LONGEST = 4_000

export function clip(text: string, longest = LONGEST): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text
}
