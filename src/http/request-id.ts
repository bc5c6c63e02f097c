/** An id per request, for the log and for the caller: the caller's own where it is harmless, else a counted one. */
import type { IncomingMessage } from 'node:http'

const harmless = /^[\w.:/=+-]{1,128}$/u

/** Ids are `<start time>-<count>`, both in base 36: cheap, and different after a restart. */
export function requestIds(startedAtMs: number): (request: Pick<IncomingMessage, 'headers'>) => string {
  const prefix = startedAtMs.toString(36)
  let count = 0
  return ({ headers }) => {
    const given = headers['x-request-id']
    if (typeof given === 'string' && harmless.test(given)) return given
    count += 1
    return `${prefix}-${count.toString(36)}`
  }
}
