/** Writes the Events (core v1) that people know from `kubectl describe`, and forgets them again. */
import type { KubeObject, ObjectKey } from '../../model/kubernetes.ts'
import type { State, StoredObject } from '../state.ts'
import type { Controller } from './loop.ts'
import { EVENT, microTimeText, takesNewObjects, timeText, uidOf } from './objects.ts'

export interface Note {
  readonly about: StoredObject
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
  /** Who says it: `kubelet`, `deployment-controller`, … */
  readonly component: string
  /** Which container: `spec.containers{NAME}`. */
  readonly fieldPath?: string
}

const KEEP = 1000
const KEEP_MS = 3_600_000
/** Reports through events.k8s.io/v1, which leaves `lastTimestamp` empty. */
const SCHEDULER = 'default-scheduler'

/** So many messages, each at most this long after the one before, are not told one by one any more. */
const SIMILAR = 10
const SIMILAR_MS = 600_000
const COMBINED = '(combined from similar events): '

interface Kept {
  readonly key: ObjectKey
  readonly atMs: number
}

const SIMILAR_PARTS = 4

function similarTo({ about, component, reason, fieldPath }: Note): string {
  return [uidOf(about), component, reason, fieldPath ?? ''].join('\n')
}

/** Keeps the last 1,000 Events for an hour after they last happened. The same Event again is counted, not repeated. */
export class EventRecorder implements Controller {
  readonly name = 'events'
  readonly #state: State
  readonly #now: () => number
  /** In order of the last occurrence. */
  readonly #kept = new Map<string, Kept>()
  /** The different messages of similar notes. */
  readonly #messages = new Map<string, { readonly texts: Set<string>; readonly atMs: number }>()
  #count = 0

  constructor(state: State, now: () => number) {
    this.#state = state
    this.#now = now
  }

  record(note: Note): void {
    const { name, namespace } = note.about.metadata
    if (namespace === undefined || !takesNewObjects(this.#state, namespace)) return
    const similar = similarTo(note)
    const told = this.#isCombined(similar, note) ? { ...note, message: COMBINED + note.message } : note
    const id = told === note ? `${similar}\n${note.message}` : similar
    const known = this.#kept.get(id)
    const before = known && this.#state.get(EVENT, known.key)
    const key = before && known ? known.key : { namespace, name: `${name}.${this.#stamp()}` }
    if (before === undefined) this.#state.create(EVENT, this.#first(told, key))
    else this.#state.update(EVENT, this.#again(before, told.message))
    this.#kept.delete(id)
    this.#kept.set(id, { key, atMs: this.#now() })
  }

  concerns({
    resource,
    type,
  }: {
    readonly resource: { readonly kind: string }
    readonly type: string
  }): readonly string[] {
    return resource.kind === EVENT.kind && type === 'ADDED' ? ['expiry'] : []
  }

  sync(): number | undefined {
    for (const [id, { key, atMs }] of this.#kept) {
      const leftMs = atMs + KEEP_MS - this.#now()
      if (leftMs > 0 && this.#kept.size <= KEEP) return leftMs
      this.#kept.delete(id)
      this.#messages.delete(id.split('\n', SIMILAR_PARTS).join('\n'))
      if (this.#state.get(EVENT, key) !== undefined) this.#state.delete(EVENT, key)
    }
    return undefined
  }

  /** From the tenth message on, those of one subject, reporter and reason share one Event (client-go's correlator). */
  #isCombined(similar: string, { component, message }: Note): boolean {
    const nowMs = this.#now()
    const known = this.#messages.get(similar)
    const group =
      known !== undefined && nowMs - known.atMs < SIMILAR_MS ? known : { texts: new Set<string>() }
    group.texts.add(message)
    this.#messages.set(similar, { texts: group.texts, atMs: nowMs })
    return component !== SCHEDULER && group.texts.size >= SIMILAR
  }

  #stamp(): string {
    this.#count += 1
    return (BigInt(Math.trunc(this.#now())) * 1_000_000n + BigInt(this.#count)).toString(16)
  }

  #first({ about, type, reason, message, component, fieldPath }: Note, key: ObjectKey): KubeObject {
    const { apiVersion, kind, metadata } = about
    const { name, namespace, uid, resourceVersion } = metadata
    return {
      apiVersion: 'v1',
      kind: EVENT.kind,
      metadata: key,
      ...({
        involvedObject: {
          apiVersion,
          kind,
          name,
          namespace,
          uid,
          resourceVersion,
          ...(fieldPath && { fieldPath }),
        },
        type,
        reason,
        message,
        reportingComponent: component,
        ...this.#times(component),
      } satisfies object),
    }
  }

  #times(component: string): object {
    const nowMs = this.#now()
    if (component === SCHEDULER) {
      const times = { eventTime: microTimeText(nowMs), firstTimestamp: null, lastTimestamp: null }
      return { ...times, action: 'Scheduling', reportingInstance: SCHEDULER, source: {} }
    }
    const now = timeText(nowMs)
    const times = { eventTime: null, firstTimestamp: now, lastTimestamp: now, count: 1 }
    return { ...times, reportingInstance: '', source: { component } }
  }

  #again(former: StoredObject, message: string): StoredObject {
    const event: StoredObject = { ...former, message }
    const nowMs = this.#now()
    const { series, count } = event as {
      readonly series?: { readonly count: number }
      readonly count?: number
    }
    return event['eventTime'] === null
      ? { ...event, lastTimestamp: timeText(nowMs), count: (count ?? 1) + 1 }
      : { ...event, series: { count: (series?.count ?? 1) + 1, lastObservedTime: microTimeText(nowMs) } }
  }
}
