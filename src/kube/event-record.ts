/** Puts a happening into the form of an Event (`events.k8s.io/v1`), within what the API server takes. Pure. */
import type { Happening } from '../model/happening.ts'
import { apiVersionOf, type KubeObject, RESOURCES } from '../model/kubernetes.ts'
import { API_VERSION, EVENTS_NAMESPACE, KIND, REPORTER } from '../model/names.ts'
import { microTime } from './micro-time.ts'

/** The resource that it is about. */
export interface Subject {
  readonly name: string
  readonly uid: string
}

export interface Series {
  readonly count: number
  readonly lastObservedTime: string
}

export interface ReportedEvent extends KubeObject {
  readonly eventTime: string
  readonly type: Happening['type']
  readonly reason: string
  readonly action: string
  readonly note: string
  readonly regarding: Subject & { readonly apiVersion: string; readonly kind: string }
  readonly reportingController: string
  readonly reportingInstance: string
  readonly series?: Series
}

export interface Occurrence {
  readonly about: Subject
  readonly happening: Happening
  /** ms since 1970, the first time. */
  readonly firstMs: number
  readonly lastMs: number
  readonly count: number
}

export interface Reporter {
  /** Which process says it. */
  readonly instance: string
  /** Of the how many-th Event: two within one millisecond need different names. */
  readonly nth: number
}

/** Validation of Events in Kubernetes. */
const WORD_LENGTH = 128
const NOTE_BYTES = 1024

/** Names go up with time, which is the order in which `kubectl describe` shows Events that bear no other. */
export function eventOf(occurrence: Occurrence, { instance, nth }: Reporter): ReportedEvent {
  const { about, happening, firstMs } = occurrence
  const { type, reason, action, note } = happening
  const nanoseconds = BigInt(Math.trunc(firstMs)) * 1_000_000n + BigInt(nth % 1_000_000)
  return {
    apiVersion: apiVersionOf(RESOURCES.ReportedEvent),
    kind: RESOURCES.ReportedEvent.kind,
    metadata: { namespace: EVENTS_NAMESPACE, name: `${about.name}.${nanoseconds.toString(16)}` },
    eventTime: microTime(firstMs),
    type,
    reason: reason.slice(0, WORD_LENGTH),
    action: action.slice(0, WORD_LENGTH),
    note: withinBytes(note, NOTE_BYTES),
    regarding: { apiVersion: API_VERSION, kind: KIND, ...about },
    reportingController: REPORTER,
    reportingInstance: instance.slice(0, WORD_LENGTH),
    ...(occurrence.count > 1 && { series: seriesOf(occurrence) }),
  }
}

/** At least two: the API server wants no series of one. */
export function seriesOf({ count, lastMs }: Pick<Occurrence, 'count' | 'lastMs'>): Series {
  return { count, lastObservedTime: microTime(lastMs) }
}

const ELLIPSIS = '…'

/** Cut between characters. */
function withinBytes(text: string, most: number): string {
  const encoder = new TextEncoder()
  const bytes = encoder.encode(text)
  if (bytes.length <= most) return text
  const room = most - encoder.encode(ELLIPSIS).length
  const whole = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, room), {
    stream: true,
  })
  return whole + ELLIPSIS
}
