/** Tests what becomes of what is told: Events that the API server takes, few of them, and nobody disturbed. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aParticipant } from '../../test/support/builders.ts'
import { eventually } from '../../test/support/eventually.ts'
import { RecordedLog } from '../../test/support/recorded-log.ts'
import { openTestCluster } from '../../test/support/test-cluster.ts'
import type { EventEnd, Happening } from '../model/happening.ts'
import { RESOURCES } from '../model/kubernetes.ts'
import { KubeApiError } from './errors.ts'
import type { ReportedEvent } from './event-record.ts'
import { type EventReporter, type EventReporterOptions, openEventReporter } from './event-reporter.ts'
import type { Kube } from './kube.ts'

const namespace = 'default'
const acme = aParticipant()
const ready: Happening = {
  type: 'Normal',
  reason: 'AllComponentsReady',
  action: 'Observe',
  note: 'READY: All components are running and ready',
}
const NOW_MS = Date.parse('2026-01-01T12:00:00.250Z')

interface Setup {
  readonly reporter: EventReporter
  readonly ends: EventEnd[]
  readonly log: RecordedLog
}

function open(
  kube: EventReporterOptions['kube'],
  more: Partial<EventReporterOptions> = {},
): Setup & AsyncDisposable {
  const ends: EventEnd[] = []
  const log = new RecordedLog()
  const reporter = openEventReporter({
    kube,
    instance: 'host_1',
    log,
    now: () => NOW_MS,
    random: Math.random,
    onEvent: (end) => void ends.push(end),
    ...more,
  })
  return { reporter, ends, log, [Symbol.asyncDispose]: () => reporter[Symbol.asyncDispose]() }
}

async function eventsIn(kube: Kube): Promise<readonly ReportedEvent[]> {
  return (await kube.list<ReportedEvent>(RESOURCES.ReportedEvent, { namespace })).items
}

const until = async (ends: readonly EventEnd[], count: number): Promise<unknown> =>
  eventually(async () => ends.length >= count, { what: `${count} ends` })

describe('what is told about a participant', () => {
  it('becomes an Event in the namespace default that names the resource and who says it', async () => {
    await using cluster = await openTestCluster()
    await using setup = open(cluster.kube)
    setup.reporter.tell(acme, ready)
    await until(setup.ends, 1)
    const [{ metadata, apiVersion: _, kind: _kind, ...event } = assert.fail()] = await eventsIn(cluster.kube)
    assert.match(metadata.name, /^acme\.[0-9a-f]{16}$/u)
    assert.deepEqual(event, {
      eventTime: '2026-01-01T12:00:00.250000Z',
      type: 'Normal',
      reason: 'AllComponentsReady',
      action: 'Observe',
      note: 'READY: All components are running and ready',
      regarding: {
        apiVersion: 'dataspaces.dev/v1alpha1',
        kind: 'Participant',
        name: 'acme',
        uid: 'uid-acme',
      },
      reportingController: 'dataspaces.dev/provisioner',
      reportingInstance: 'host_1',
    })
  })

  it('is cut to what the API server takes, between characters', async () => {
    await using cluster = await openTestCluster()
    await using setup = open(cluster.kube, { instance: 'h'.repeat(200) })
    setup.reporter.tell(acme, { ...ready, note: `x${'ü'.repeat(600)}` })
    await until(setup.ends, 1)
    assert.deepEqual(setup.ends, ['written'])
    const [{ note } = assert.fail()] = await eventsIn(cluster.kube)
    assert.match(note, /^xü+…$/u)
    assert.ok(Buffer.byteLength(note) > 1_000 && Buffer.byteLength(note) <= 1_024, String(note.length))
  })

  it('is counted in the same Event when it happens again, and written anew when that is gone', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    await using setup = open(kube, { tuning: { seriesMs: 0 } })
    for (const count of [1, 2, 3]) {
      setup.reporter.tell(acme, ready)
      await until(setup.ends, count)
    }
    const [event = assert.fail(), ...others] = await eventsIn(kube)
    assert.deepEqual(others, [])
    assert.deepEqual(event.series, { count: 3, lastObservedTime: '2026-01-01T12:00:00.250000Z' })
    await kube.delete(RESOURCES.Event, event.metadata)
    setup.reporter.tell(acme, ready)
    await until(setup.ends, 4)
    assert.deepEqual(setup.ends, ['written', 'repeated', 'repeated', 'written'])
  })

  it('is an Event of its own when another reason, note or participant is told of', async () => {
    await using cluster = await openTestCluster()
    await using setup = open(cluster.kube)
    setup.reporter.tell(acme, ready)
    setup.reporter.tell(acme, { ...ready, note: 'another' })
    setup.reporter.tell(acme, { ...ready, reason: 'Another' })
    setup.reporter.tell(aParticipant({ metadata: { name: 'beta', uid: 'uid-beta' } }), ready)
    await until(setup.ends, 4)
    assert.equal(new Set((await eventsIn(cluster.kube)).map(({ metadata }) => metadata.name)).size, 4)
  })

  it('is written no faster than the bucket allows; the same meanwhile is one write', async () => {
    await using cluster = await openTestCluster()
    await using setup = open(cluster.kube, { tuning: { qps: 20, burst: 1 } })
    for (let round = 0; round < 50; round += 1) {
      setup.reporter.tell(acme, { ...ready, note: 'first' })
      setup.reporter.tell(acme, ready)
    }
    await until(setup.ends, 2)
    assert.deepEqual(
      (await eventsIn(cluster.kube)).map(({ note, series }) => [note, series?.count]),
      [
        ['first', 50],
        [ready.note, 50],
      ],
    )
  })

  it('is dropped and counted when too much waits', async () => {
    await using cluster = await openTestCluster()
    await using setup = open(cluster.kube, { tuning: { capacity: 2 } })
    for (const note of ['a', 'b', 'c']) setup.reporter.tell(acme, { ...ready, note })
    await until(setup.ends, 3)
    assert.deepEqual(setup.ends.toSorted(), ['dropped', 'written', 'written'])
  })

  it('is given up and counted when the API server does not take it', async () => {
    const request = 'POST /apis/events.k8s.io/v1/namespaces/default/events'
    const refuse = async (): Promise<never> => {
      throw new KubeApiError({ code: 403, reason: 'Forbidden', message: 'no', causes: [], request })
    }
    await using setup = open({ create: refuse, patch: refuse })
    setup.reporter.tell(acme, ready)
    await until(setup.ends, 1)
    assert.deepEqual(setup.ends, ['failed'])
    assert.deepEqual(setup.log.texts('debug'), ['an event could not be written'])
    assert.deepEqual(setup.log.texts('warn', 'error', 'info'), [])
  })
})
