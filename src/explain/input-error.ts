/** What makes a dump unusable as a whole. */

/** Its message is a sentence for the person who gave the dump: what is wrong, and where. */
export class InputError extends Error {
  override readonly name = 'InputError'
}
