/** Makes text of a dump fit to be printed: one line, and nothing in it that a terminal obeys. */

const MAX_LENGTH = 1024

/** Control characters and line ends become spaces, and what is very long is cut. */
export function plain(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029\s]+/gu, ' ').trim()
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH)}…` : line
}
