/** What the API server refuses in Events (pkg/apis/core/validation/events.go): little in old ones, much in new ones. */
import { asText, isObject, type JsonObject, objectAt, same } from './json.ts'
import { type Cause, required, wrongValue } from './status-fault.ts'

const WORD_LENGTH = 128
const NOTE_LENGTH = 1024

/** Of a stored Event, whichever API it came by. One with a time of its own is a new one. */
export function faultsOfEvent(event: JsonObject): readonly Cause[] {
  return event['eventTime'] === null || event['eventTime'] === undefined
    ? faultsOfOld(event)
    : faultsOfNew(event)
}

function faultsOfOld(event: JsonObject): readonly Cause[] {
  const { namespace: about = '' } = objectAt(event, 'involvedObject')
  const { namespace = '' } = objectAt(event, 'metadata')
  const fits = about === '' ? ['', 'default'].includes(asText(namespace)) : about === namespace
  return fits ? [] : [otherNamespace(about)]
}

function faultsOfNew(event: JsonObject): readonly Cause[] {
  const { namespace: about = '' } = objectAt(event, 'involvedObject')
  const { namespace = '' } = objectAt(event, 'metadata')
  const fits = about !== '' || ['default', 'kube-system'].includes(asText(namespace))
  return [
    ...(fits ? [] : [otherNamespace(about)]),
    ...(asText(event['reportingComponent']) === '' ? [required('reportingController')] : []),
    ...['reportingInstance', 'action', 'reason'].flatMap((field) => wordFaults(event, field)),
    ...tooLong('message', asText(event['message']), NOTE_LENGTH),
  ]
}

function otherNamespace(about: unknown): Cause {
  return wrongValue('involvedObject.namespace', about, 'does not match event.namespace')
}

function wordFaults(event: JsonObject, field: string): readonly Cause[] {
  const word = asText(event[field])
  return word === '' ? [required(field)] : tooLong(field, word, WORD_LENGTH)
}

function tooLong(field: string, text: string, most: number): readonly Cause[] {
  return Buffer.byteLength(text) > most ? [wrongValue(field, '', `can have at most ${most} characters`)] : []
}

/** Of one that is created through `events.k8s.io`, in its stored form. */
export function faultsOfReported(event: JsonObject): readonly Cause[] {
  const { type } = event
  const times = ['firstTimestamp', 'lastTimestamp', 'count', 'source'].filter((field) => event[field])
  return [
    ...faultsOfSeries(event['series']),
    ...(event['eventTime'] ? [] : [required('eventTime')]),
    ...(type === 'Normal' || type === 'Warning'
      ? []
      : [wrongValue('type', '', `has invalid value: ${asText(type)}`)]),
    ...times.map((field) => wrongValue(field, '', 'needs to be unset')),
  ]
}

/** Of a patch through `events.k8s.io`, in stored names: all but the series stays as it is. */
export function faultsOfPatch(patch: JsonObject, before: JsonObject): readonly Cause[] {
  const { series, metadata: _, apiVersion: _version, kind: _kind, ...others } = patch
  const changed = Object.entries(others).filter(([field, value]) => !same(value, before[field]))
  return [
    ...faultsOfSeries(series),
    ...changed.map(([field, value]) => wrongValue(field, value, 'field is immutable')),
  ]
}

function faultsOfSeries(series: unknown): readonly Cause[] {
  if (!isObject(series)) return []
  const { count, lastObservedTime } = series
  return [
    ...(Number(count) < 2 ? [wrongValue('series.count', '', 'should be at least 2')] : []),
    ...(lastObservedTime ? [] : [required('series.lastObservedTime')]),
  ]
}
