/** One watch: catches up from a version, then passes on changes, bookmarks and, in the end, silence. */
import type { ServerResponse } from 'node:http'
import { apiVersionOf } from '../model/kubernetes.ts'
import { asText, withValue } from './json.ts'
import type { Kind } from './kinds.ts'
import type { MemoryState } from './memory-state.ts'
import { type Collection, selectorOf, unparsedVersion } from './reads.ts'
import type { Predicate } from './selector.ts'
import type { StateChange, StoredObject } from './state.ts'
import { type Cause, expired, internal, invalidOption, notAllowed, unsupported } from './status-fault.ts'
import type { Presentation } from './table.ts'

export interface WatchSetting {
  readonly state: MemoryState
  readonly bookmarkIntervalMs: number
  /** Bytes that may wait for a slow client before it is cut off. */
  readonly maxQueuedBytes: number
}

interface Request extends Collection {
  /** Another API than the one that stores the objects. */
  readonly shownAs?: Kind
  readonly query: URLSearchParams
  readonly present: Presentation
}

/** The real server takes 30 to 60 minutes when the client names no time. */
const DEFAULT_TIMEOUT_SECONDS = 2700
const BOOKMARK_BEFORE_END_MS = 2000

/** Answers 200 and streams until the client goes, the time is up, or the signal says so. Throws a StatusFault before that. */
export function streamWatch(response: ServerResponse, request: Request, setting: WatchSetting): Disposable {
  const { query, kind } = request
  requireWatchable(query)
  const watch = new Watch(response, { ...request, selects: selectorOf(kind, query) }, setting)
  watch.start(startOf(query))
  return watch
}

interface Start {
  /** Undefined: the latest. */
  readonly version: number | undefined
  readonly initialEvents: boolean
}

/** Without a version, or from zero, a watch begins with the state as it is. */
function startOf(query: URLSearchParams): Start {
  const text = query.get('resourceVersion') ?? ''
  if (!/^\d*$/u.test(text)) throw internal(unparsedVersion(text))
  const version = Number(text)
  const streams = query.get('sendInitialEvents')
  return {
    version: version === 0 ? undefined : version,
    initialEvents: streams === null ? version === 0 : streams === 'true',
  }
}

class Watch implements Disposable {
  readonly #response: ServerResponse
  readonly #request: Request & { readonly selects: Predicate }
  readonly #setting: WatchSetting
  readonly #stack = new DisposableStack()
  readonly #bookmarks: boolean

  constructor(
    response: ServerResponse,
    request: Request & { readonly selects: Predicate },
    setting: WatchSetting,
  ) {
    this.#response = response
    this.#request = request
    this.#setting = setting
    this.#bookmarks = request.query.get('allowWatchBookmarks') === 'true'
  }

  start({ version, initialEvents }: Start): void {
    const { state } = this.#setting
    this.#response.writeHead(200, {
      'content-type': 'application/json',
      'cache-control': 'no-cache, private',
    })
    this.#response.flushHeaders()
    const missed = version === undefined ? [] : state.changesSince(version)
    if (missed === undefined && !initialEvents) {
      this.#send('ERROR', expired(`too old resource version: ${version} (${state.version})`).body)
      this.#response.end()
      return
    }
    if (initialEvents) this.#sendState()
    else for (const { change } of missed ?? []) this.#pass(change)
    this.#stack.use(state.subscribe((change) => this.#passLater(change, version ?? 0)))
    this.#setTimers()
    this.#response.once('close', () => this[Symbol.dispose]())
  }

  /** Ends the stream as a server does whose time is up. */
  [Symbol.dispose](): void {
    if (this.#stack.disposed) return
    this.#stack.dispose()
    this.#response.end()
  }

  #setTimers(): void {
    const { bookmarkIntervalMs } = this.#setting
    const timeoutMs = (Number(this.#request.query.get('timeoutSeconds')) || DEFAULT_TIMEOUT_SECONDS) * 1000
    const end = setTimeout(() => this[Symbol.dispose](), timeoutMs)
    this.#stack.defer(() => clearTimeout(end))
    if (!this.#bookmarks) return
    const regular = setInterval(() => this.#bookmark(), bookmarkIntervalMs)
    this.#stack.defer(() => clearInterval(regular))
    if (timeoutMs <= BOOKMARK_BEFORE_END_MS) return
    const last = setTimeout(() => this.#bookmark(), timeoutMs - BOOKMARK_BEFORE_END_MS)
    this.#stack.defer(() => clearTimeout(last))
  }

  #sendState(): void {
    const { kind, namespace, selects } = this.#request
    const objects = this.#setting.state.list(kind, namespace).filter(selects)
    for (const object of objects) this.#send('ADDED', object)
    if (this.#bookmarks) this.#bookmark({ 'k8s.io/initial-events-end': 'true' })
  }

  /** A watch from a version to come stays silent until then. */
  #passLater(change: StateChange, from: number): void {
    if (Number(change.object.metadata.resourceVersion) > from) this.#pass(change)
  }

  /** To a selecting client an object comes into being, or ceases to be, by starting or ceasing to match. */
  #pass(change: StateChange): void {
    const { kind, namespace, selects } = this.#request
    const { resource, object, previous, type } = change
    if (!isSame(kind, resource) || (namespace !== undefined && object.metadata.namespace !== namespace))
      return
    const matched = previous !== undefined && selects(previous)
    const matches = type !== 'DELETED' && selects(object)
    if (matches) this.#send(matched ? 'MODIFIED' : 'ADDED', object)
    else if (matched) this.#send('DELETED', type === 'DELETED' ? object : lastSeen(previous, object))
  }

  #bookmark(annotations?: Readonly<Record<string, string>>): void {
    const { kind: stored, shownAs: kind = stored } = this.#request
    const resourceVersion = asText(this.#setting.state.version)
    const metadata = { resourceVersion, ...(annotations && { annotations }) }
    this.#send('BOOKMARK', { kind: kind.kind, apiVersion: apiVersionOf(kind), metadata })
  }

  #send(type: string, object: object): void {
    const shown = type === 'ERROR' || type === 'BOOKMARK' ? object : this.#request.present(object)
    this.#response.write(`${JSON.stringify({ type, object: shown })}\n`)
    if (this.#response.writableLength > this.#setting.maxQueuedBytes) this.#response.destroy()
  }
}

function isSame(kind: Kind, resource: StateChange['resource']): boolean {
  return kind.plural === resource.plural && kind.group === resource.group
}

/** As it was when it last matched, with the version of the change that ended it. */
function lastSeen(previous: StoredObject, object: StoredObject): object {
  return withValue({ ...previous }, ['metadata', 'resourceVersion'], object.metadata.resourceVersion)
}

function requireWatchable(query: URLSearchParams): void {
  const field = 'resourceVersionMatch'
  const match = query.get(field) ?? ''
  const faults: Cause[] = []
  if (query.has('sendInitialEvents')) {
    if (match !== 'NotOlderThan')
      faults.push(
        notAllowed(field, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'),
      )
    if (match !== '' && match !== 'NotOlderThan') faults.push(unsupported(field, match, ['NotOlderThan']))
  } else if (match !== '')
    faults.push(notAllowed(field, `${field} is forbidden for watch unless sendInitialEvents is provided`))
  if (faults.length > 0) throw invalidOption('ListOptions', ...faults)
}
