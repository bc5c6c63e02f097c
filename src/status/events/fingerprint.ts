/** Brings texts that tell the same into the same form: what differs from pod to pod and from try to try is taken out. */
import type { ObservedEvent } from '../../model/observed.ts'

interface Varying {
  readonly name: string
  readonly pattern: string
}

/** In order: a uid would be taken for hashes, a time for durations. */
const VARYING: readonly Varying[] = [
  {
    name: 'pods of the ReplicaSet or StatefulSet that the event is about',
    pattern: '~-(?:[a-z0-9]{5}|\\d+)\\b',
  },
  { name: 'uids', pattern: '\\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\\b' },
  {
    name: 'times',
    pattern: '\\b\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?(?:Z|[+-]\\d\\d:?\\d\\d)?',
  },
  { name: 'addresses with their ports', pattern: '\\b\\d{1,3}(?:\\.\\d{1,3}){3}(?::\\d+)?\\b' },
  { name: 'addresses in brackets with their ports', pattern: '\\[[0-9a-f:.]*:[0-9a-f:.]*\\](?::\\d+)?' },
  { name: 'digests and hashes', pattern: '\\b(?:sha256:)?(?=[a-f]*\\d)[0-9a-f]{10,}\\b' },
  {
    name: 'durations',
    pattern: '\\b\\d+(?:\\.\\d+)?(?:h|ms|µs|us|ns|m|s)(?:\\d+(?:\\.\\d+)?(?:m|s|ms))*\\b',
  },
]

const ANY_VARYING = new RegExp(VARYING.map(({ pattern }) => pattern).join('|'), 'gu')

/** The end of a pod's name: hash of the template and suffix, or ordinal. */
const POD_SUFFIX = /-(?:[a-z0-9]{1,10}-[a-z0-9]{5}|\d+)$/u
/** The end of a ReplicaSet's name. */
const TEMPLATE_SUFFIX = /-[a-z0-9]{1,10}$/u

/**
 * The name of the object that it is about, names of its pods, hashes, uids, addresses, times and back-off durations
 * become `~`. Equal for events that a person would call the same.
 */
export function fingerprintOf(text: string, about = ''): string {
  const form = about === '' ? text : text.replaceAll(about, '~')
  return form.replace(ANY_VARYING, '~')
}

/** Of a pod without what makes it one of many: `controlplane` of `controlplane-7d9c4b8f6-x2x4z`. */
export function baseNameOf(podName: string): string {
  return podName.replace(POD_SUFFIX, '')
}

export interface Telling {
  /** Name of the workload, as far as the name of the object tells. */
  readonly component: string
  /** Equal for events that tell the same about the same component. */
  readonly key: string
  /** Of its message. */
  readonly form: string
}

/** An event is read far more often than it is told anew. */
const known = new WeakMap<ObservedEvent, Telling>()

/** What the event tells, regardless of which pod of its component, and when. */
export function tellingOf(event: ObservedEvent): Telling {
  const before = known.get(event)
  if (before !== undefined) return before
  const { about, type, reason, message } = event
  const component = componentOf(about)
  const form = fingerprintOf(message, about.name)
  const telling = { component, form, key: [component, about.kind, type, reason, form].join('\n') }
  known.set(event, telling)
  return telling
}

function componentOf({ kind, name }: ObservedEvent['about']): string {
  if (kind === 'Pod') return baseNameOf(name)
  return kind === 'ReplicaSet' ? name.replace(TEMPLATE_SUFFIX, '') : name
}
