/** Keeps of an Event, of either API, what happened to which object, how often and when (status reference §5). */
import type { KubeObject } from '../../model/kubernetes.ts'
import type { ObservedEvent } from '../../model/observed.ts'
import { text } from '../defaults.ts'
import { msOf } from '../times.ts'
import { maskSecrets } from './mask.ts'

/** Reads `v1` and `events.k8s.io/v1`. Whatever is missing is empty, never an error. */
export function projectEvent(object: KubeObject): ObservedEvent {
  const event: RawEvent = object
  const { metadata = {} } = event
  const reason = text(event.reason)
  const seen = timesOf(event)
  return {
    namespace: text(metadata.namespace),
    name: text(metadata.name),
    uid: text(metadata.uid),
    type: typeOf(event),
    reason,
    message: maskSecrets(text(event.note ?? event.message).replace(COMBINED, '')),
    count: Math.max(1, event.series?.count ?? event.count ?? event.deprecatedCount ?? 1),
    firstSeen: text(seen.at(0)),
    lastSeen: text(seen.at(-1)),
    about: aboutOf(event),
  }
}

/** Both APIs at once: the members of one are absent, or null, in the other. */
interface RawEvent {
  readonly metadata?: {
    readonly namespace?: string
    readonly name?: string
    readonly uid?: string
    readonly creationTimestamp?: string | null
  }
  readonly type?: string
  readonly reason?: string
  readonly message?: string
  readonly note?: string
  readonly count?: number | null
  readonly deprecatedCount?: number | null
  readonly eventTime?: string | null
  readonly firstTimestamp?: string | null
  readonly lastTimestamp?: string | null
  readonly deprecatedFirstTimestamp?: string | null
  readonly deprecatedLastTimestamp?: string | null
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string | null } | null
  readonly involvedObject?: RawReference
  readonly regarding?: RawReference
}

interface RawReference {
  readonly kind?: string
  readonly name?: string
  readonly uid?: string
  readonly fieldPath?: string
}

/** Put before the text of the newest by a recorder that has seen more than ten of a kind in ten minutes. */
const COMBINED = /^(?:\(combined from similar events\):\s*)+/u

/** Reasons that sound like a failure: all there is to go by for those that nobody has listed. */
const SOUNDS_BAD = /failed|err|exceeded|invalid|unhealthy|mismatch|insufficient|conflict|outof|nil|backoff/iu

/** True for a reason, such as `FailedBinding`, whose name says that something went wrong. */
export function soundsBad(reason: string): boolean {
  return SOUNDS_BAD.test(reason)
}

function typeOf({ type, reason }: RawEvent): ObservedEvent['type'] {
  if (type === 'Warning' || type === 'Normal') return type
  return soundsBad(text(reason)) ? 'Warning' : 'Normal'
}

/** All that the event mentions, oldest first: which of them are set depends on the API and on who wrote it. */
function timesOf(event: RawEvent): readonly string[] {
  const mentioned = [
    event.series?.lastObservedTime,
    event.lastTimestamp ?? event.deprecatedLastTimestamp,
    event.eventTime,
    event.firstTimestamp ?? event.deprecatedFirstTimestamp,
    event.metadata?.creationTimestamp,
  ]
  return mentioned.flatMap((time) => toSeconds(time) ?? []).toSorted()
}

/** UTC to the second, so that times can be compared as texts. Go's zero time, and what is no time, is none. */
function toSeconds(time: string | null | undefined): string | undefined {
  const ms = msOf(time ?? '')
  return ms === undefined || ms <= 0 ? undefined : `${new Date(ms).toISOString().slice(0, 19)}Z`
}

function aboutOf({ regarding, involvedObject }: RawEvent): ObservedEvent['about'] {
  const { kind, name, uid, fieldPath } = regarding ?? involvedObject ?? {}
  return { kind: text(kind), name: text(name), uid: text(uid), fieldPath: text(fieldPath) }
}
