/** Sees to it that whoever asked for a write gets an answer in time, in words that are fit for him. */
import { UnavailableError } from '../model/errors.ts'
import { KubeApiError } from './errors.ts'

/**
 * The work's end; its signal is aborted after `deadlineMs`. Throws `UnavailableError` when time is up, or when the API
 * server answered in a way that a later attempt may cure; other errors go through.
 */
export async function withinDeadline<T>(
  deadlineMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const signal = AbortSignal.timeout(deadlineMs)
  try {
    return await work(signal)
  } catch (cause) {
    if (signal.aborted)
      throw new UnavailableError(
        `the API server did not answer within ${deadlineMs} ms; asking again is harmless`,
        { cause },
      )
    if (cause instanceof KubeApiError) throw translated(cause)
    throw cause
  }
}

/** Somebody else wrote between our read and our write. */
export function changedMeanwhile(name: string, cause: unknown): UnavailableError {
  return new UnavailableError(`participant "${name}" was changed by somebody else just now; ask again`, {
    cause,
  })
}

function translated(cause: KubeApiError): Error {
  const text =
    TEXTS[cause.reason] ?? (cause.code >= 500 ? 'the API server failed; ask again later' : undefined)
  return text === undefined ? cause : new UnavailableError(text, { cause })
}

const TEXTS: Readonly<Record<string, string>> = {
  TooManyRequests: 'the API server is busy; ask again later',
  Timeout: 'the API server was too slow; ask again later',
  Conflict: 'the participant was changed by somebody else just now; ask again',
  Unauthorized:
    'the API server does not accept the credentials of the provisioner; its operator has to renew them',
  Forbidden: 'the provisioner lacks a permission in the cluster; its operator has to grant it',
  NotFound:
    'the cluster does not know participants; its operator has to install the CustomResourceDefinition',
}
