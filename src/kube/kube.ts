/** What the product asks of an API server. `client.ts` keeps these promises; `src/simulator` answers them in process. */
import type { KubeObject, ObjectKey, Resource } from '../model/kubernetes.ts'

export interface CallOptions {
  readonly signal?: AbortSignal
}

export interface WriteOptions extends CallOptions {
  /** Asked right before each request goes on the wire, those of retries too. What it throws ends the call; nothing is sent then. */
  readonly permit?: () => void
}

export interface ListOptions extends CallOptions {
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
  /** Page size; the client follows `continue` by itself only in {@link Kube.list}. */
  readonly limit?: number
}

export interface PageOptions extends ListOptions {
  readonly continue?: string
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly resourceVersion: string
  readonly continue?: string
}

export interface ApplyOptions extends WriteOptions {
  readonly manager: string
  /** Takes over fields that another manager set to another value; false makes that a Conflict. Default false. */
  readonly force?: boolean
  readonly subresource?: 'status'
  readonly dryRun?: boolean
}

export interface DeleteOptions extends WriteOptions {
  /** The deletion happens only if the live object still has this uid, else Conflict. */
  readonly uid?: string
  readonly resourceVersion?: string
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan'
}

export interface PatchOptions extends WriteOptions {
  readonly type: 'json' | 'merge'
  readonly body: unknown
  readonly manager: string
  readonly subresource?: 'status'
}

export interface WatchOptions {
  readonly labelSelector?: string
  readonly fieldSelector?: string
  /** Left out together with `sendInitialEvents`: a consistent start. */
  readonly resourceVersion?: string
  /** WatchList: the current state as ADDED events, closed by a bookmark annotated `k8s.io/initial-events-end`. */
  readonly sendInitialEvents?: boolean
  /** The server closes the watch after this many seconds. */
  readonly timeoutSeconds: number
  /** Called when the server has accepted the watch, before the first event. */
  readonly onAccepted?: () => void
  readonly signal: AbortSignal
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  /** A Kubernetes `Status` when the type is ERROR. */
  readonly object: KubeObject
}

/**
 * Every call has a timeout. Idempotent calls are retried on 429, 5xx and resets; what is left over is thrown as
 * `KubeApiError` (the server answered) or `UnavailableError` (it did not).
 */
export interface Kube {
  /** Undefined when there is no such object. */
  get<T extends KubeObject>(resource: Resource, key: ObjectKey, options?: CallOptions): Promise<T | undefined>
  /** All pages. Throws `KubeApiError` with reason Expired when the continue token aged; the caller starts anew. */
  list<T extends KubeObject>(resource: Resource, options?: ListOptions): Promise<Page<T>>
  /** One page. */
  page<T extends KubeObject>(resource: Resource, options?: PageOptions): Promise<Page<T>>
  /** Throws `KubeApiError` with reason AlreadyExists. Never retried after the request was sent: it is not idempotent. */
  create<T extends KubeObject>(object: T, options?: WriteOptions & { readonly manager?: string }): Promise<T>
  /** Server-side apply with `fieldValidation=Strict`. Creates the object if it is missing, unless `metadata.uid` is given. */
  apply<T extends KubeObject>(object: T, options: ApplyOptions): Promise<T>
  patch<T extends KubeObject>(resource: Resource, key: ObjectKey, options: PatchOptions): Promise<T>
  /** The object as it is after the request (perhaps still there with a deletionTimestamp); undefined when it was gone already. */
  delete(resource: Resource, key: ObjectKey, options?: DeleteOptions): Promise<KubeObject | undefined>
  /** Ends when the server closes the stream. Throws like the others, also in the middle. */
  watch(resource: Resource, options: WatchOptions): AsyncIterable<WatchEvent>
  /** `GET /version`, for the greeting line and the doctor. */
  version(options?: CallOptions): Promise<{ readonly gitVersion: string }>
}
