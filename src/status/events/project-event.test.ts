import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { KubeObject } from '../../model/kubernetes.ts'
import type { ObservedEvent } from '../../model/observed.ts'
import { projectEvent } from './project-event.ts'

const project = (event: Readonly<Record<string, unknown>>): ObservedEvent =>
  projectEvent({ apiVersion: 'v1', kind: 'Event', ...event } as unknown as KubeObject)

const metadata = {
  name: 'web.1',
  namespace: 'acme',
  uid: 'uid-event',
  creationTimestamp: '2026-01-01T00:00:01Z',
}
const pod = { kind: 'Pod', namespace: 'acme', name: 'web-0', uid: 'uid-pod' }

/** As the kubelet writes it, through v1. */
const old = {
  metadata,
  involvedObject: { ...pod, fieldPath: 'spec.containers{web}' },
  type: 'Warning',
  reason: 'BackOff',
  message: 'Back-off restarting failed container',
  eventTime: null,
  firstTimestamp: '2026-01-01T00:00:01Z',
  lastTimestamp: '2026-01-01T00:09:00Z',
  count: 12,
  source: { component: 'kubelet' },
}
/** As the scheduler writes it, read through v1. */
const scheduler = {
  metadata,
  involvedObject: pod,
  type: 'Warning',
  reason: 'FailedScheduling',
  message: '0/1 nodes are available',
  eventTime: '2026-01-01T00:00:02.345678Z',
  firstTimestamp: null,
  lastTimestamp: null,
  count: 0,
  series: { count: 7, lastObservedTime: '2026-01-01T00:30:00.999999Z' },
  source: {},
  reportingComponent: 'default-scheduler',
}

describe('what is kept of an Event', () => {
  it('is read from v1', () => {
    assert.deepEqual(project(old), {
      namespace: 'acme',
      name: 'web.1',
      uid: 'uid-event',
      type: 'Warning',
      reason: 'BackOff',
      message: 'Back-off restarting failed container',
      count: 12,
      firstSeen: '2026-01-01T00:00:01Z',
      lastSeen: '2026-01-01T00:09:00Z',
      about: { kind: 'Pod', name: 'web-0', uid: 'uid-pod', fieldPath: 'spec.containers{web}' },
    })
  })

  it('is the same when the same Event is read from events.k8s.io', () => {
    const { involvedObject, message, firstTimestamp, lastTimestamp, count, source, ...rest } = old
    const renamed = {
      ...rest,
      apiVersion: 'events.k8s.io/v1',
      regarding: involvedObject,
      note: message,
      deprecatedFirstTimestamp: firstTimestamp,
      deprecatedLastTimestamp: lastTimestamp,
      deprecatedCount: count,
      deprecatedSource: source,
    }
    assert.deepEqual(project(renamed), project(old))
  })

  it('has the times of the series of the scheduler, to the second', () => {
    const { firstSeen, lastSeen } = project(scheduler)
    assert.deepEqual([firstSeen, lastSeen], ['2026-01-01T00:00:01Z', '2026-01-01T00:30:00Z'])
  })

  it('is as old as its newest time says, whichever that is', () => {
    const fields = ['eventTime', 'firstTimestamp', 'lastTimestamp', 'deprecatedLastTimestamp']
    for (const field of fields) {
      const { firstSeen, lastSeen } = project({ metadata, [field]: '2026-01-01T00:05:00Z' })
      assert.deepEqual([firstSeen, lastSeen], ['2026-01-01T00:00:01Z', '2026-01-01T00:05:00Z'], field)
    }
    assert.equal(project({ metadata }).lastSeen, '2026-01-01T00:00:01Z')
  })

  it('has times in UTC, and none from a time of zero or a text that is no time', () => {
    assert.equal(project({ lastTimestamp: '2026-01-01T02:00:00+02:00' }).lastSeen, '2026-01-01T00:00:00Z')
    const none = { firstTimestamp: '0001-01-01T00:00:00Z', lastTimestamp: 'yesterday', eventTime: '' }
    assert.equal(project(none).lastSeen, '')
    assert.equal(project({ metadata, ...none }).firstSeen, '2026-01-01T00:00:01Z')
  })

  it('counts by the series, else by the count, and at least once', () => {
    assert.equal(project(scheduler).count, 7)
    assert.equal(project({ ...scheduler, series: null }).count, 1)
    assert.equal(project({ ...old, series: { lastObservedTime: null } }).count, 12)
    assert.equal(project({}).count, 1)
  })

  it('does not tell how its recorder combined it', () => {
    const message = '(combined from similar events): Back-off pulling image "web:2"'
    assert.equal(project({ message }).message, 'Back-off pulling image "web:2"')
  })

  it('is one line without secrets', () => {
    const message = 'Failed to pull\nfrom https://bob:hunter2@registry.example'
    assert.equal(project({ note: message }).message, 'Failed to pull from https://***@registry.example')
  })

  it('is a Warning by its reason when it bears no type', () => {
    const typeOf = (reason: string): string => project({ reason }).type
    assert.deepEqual(['FailedMount', 'BackOff', 'OutOfmemory', 'Started'].map(typeOf), [
      'Warning',
      'Warning',
      'Warning',
      'Normal',
    ])
    assert.equal(project({ type: 'Normal', reason: 'BackOff' }).type, 'Normal')
  })

  it('is something whatever is missing', () => {
    const anyPart = fc.subarray(Object.entries({ ...old, ...scheduler, regarding: pod, note: 'x' }))
    fc.assert(
      fc.property(anyPart, (entries) => {
        const kept = project(Object.fromEntries(entries))
        assert.ok(kept.firstSeen <= kept.lastSeen && kept.count >= 1)
        assert.equal(typeof kept.about.name, 'string')
      }),
    )
    assert.deepEqual(project({}).about, { kind: '', name: '', uid: '', fieldPath: '' })
  })
})
