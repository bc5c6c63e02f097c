/** Decides what the end of a list or a watch means for the next one. */
import { pathOf } from '../model/kubernetes.ts'
import type { KubeObject, ObjectMeta, Resource } from '../model/kubernetes.ts'
import { KubeApiError } from './errors.ts'
import type { StatusCause } from './errors.ts'
import type { WatchEvent } from './kube.ts'
import type { Cut } from './watch-guard.ts'

export type WatchEnd =
  /** The server closed it in its time: go on from the last resourceVersion, now. */
  | { readonly kind: 'closed' }
  /** We closed it: go on from the last resourceVersion, now. */
  | { readonly kind: 'stalled'; readonly cut: Cut }
  /** No WatchList here: list in pages, now and from now on. */
  | { readonly kind: 'cannot-stream' }
  /** The last resourceVersion leads nowhere: fetch the whole state, after a wait. */
  | { readonly kind: 'expired'; readonly error: unknown }
  /** The server closed it at once: go on from the last resourceVersion, after a wait. */
  | { readonly kind: 'short' }
  /** Go on from the last resourceVersion, after a wait. */
  | { readonly kind: 'failed'; readonly error: unknown; readonly retryAfterMs?: number }

/** What to do after this error of a list or a watch; `streaming`: of a WatchList before its end bookmark. */
export function endOfError(error: unknown, streaming: boolean): WatchEnd {
  if (!(error instanceof KubeApiError)) return { kind: 'failed', error }
  const refused = error.code === 400 || error.code === 422
  if (refused && streaming) return { kind: 'cannot-stream' }
  if (refused || isPositionLost(error)) return { kind: 'expired', error }
  return error.retryAfterMs === undefined
    ? { kind: 'failed', error }
    : { kind: 'failed', error, retryAfterMs: error.retryAfterMs }
}

/** Too old for the server, or newer than all it has (its etcd was restored): in both cases no watch can start there. */
function isPositionLost({ code, reason, causes }: KubeApiError): boolean {
  return (
    code === 410 ||
    reason === 'Gone' ||
    reason === 'Expired' ||
    causes.some((cause) => cause.reason === 'ResourceVersionTooLarge')
  )
}

/** `metav1.Status`, as far as it is read. */
interface Status {
  readonly code?: number
  readonly reason?: string
  readonly message?: string
  readonly details?: { readonly causes?: readonly StatusCause[]; readonly retryAfterSeconds?: number }
}

/** The error behind an ERROR event: the server reports in band what happens after it answered 200. */
export function errorOfStatus(object: KubeObject, resource: Resource): KubeApiError {
  const { code = 500, reason = 'Unknown', message = 'no message', details = {} }: Status & KubeObject = object
  return new KubeApiError({
    code,
    reason,
    message,
    causes: details.causes ?? [],
    request: `GET ${pathOf(resource)}`,
    ...(details.retryAfterSeconds !== undefined && { retryAfterMs: details.retryAfterSeconds * 1_000 }),
  })
}

interface EndBookmark {
  readonly object: { readonly metadata: ObjectMeta & { readonly resourceVersion: string } }
}

/** The bookmark that closes the initial events of a WatchList (KEP-3157). */
export function isInitialEventsEnd(event: WatchEvent): event is WatchEvent & EndBookmark {
  const { annotations, resourceVersion } = event.object.metadata
  return (
    event.type === 'BOOKMARK' &&
    annotations?.['k8s.io/initial-events-end'] === 'true' &&
    resourceVersion !== undefined
  )
}
