import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { create, remove, setFault, untilStatus } from '../../test/integration/participants.ts'
import { openBuiltIn, serviceOn } from '../../test/integration/test-cluster.ts'
import { eventually } from '../../test/support/eventually.ts'
import type { Reading, WatchReading } from '../model/reading.ts'
import { METRIC_PREFIX, METRICS, type MetricText } from './metric-table.ts'
import { openMetrics } from './metrics.ts'

const quiet: WatchReading = {
  resource: 'pods',
  required: true,
  synced: true,
  lagMs: 1500,
  objects: 7,
  events: 9,
  relists: 1,
  restarts: 2,
  stalls: 3,
  skipped: 4,
}
const reading: Reading = {
  watches: [quiet, { ...quiet, resource: 'events', synced: false, lagMs: undefined, objects: undefined }],
  participants: new Map([['READY', 5]]),
  causes: new Map([['ImagePull', 2]]),
  waiting: 3,
  leadership: { leader: true, transitions: 5, story: 'this process leads' },
  queue: { ready: 6, working: 7, delayed: 8 },
}

/** `name{labels}` → value. */
function valuesOf(page: string): ReadonlyMap<string, number> {
  const lines = page.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const cut = line.lastIndexOf(' ')
      return [line.slice(0, cut).replace(METRIC_PREFIX, ''), Number(line.slice(cut + 1))]
    }),
  )
}

describe('the metrics page', () => {
  it('has each metric of the table, under its name, type and help', async () => {
    const page = await openMetrics().render(reading)
    for (const { name, type, help } of Object.values<MetricText>(METRICS)) {
      assert.ok(page.includes(`# TYPE ${METRIC_PREFIX}${name} ${type}\n`), name)
      assert.ok(page.includes(`# HELP ${METRIC_PREFIX}${name} ${help}\n`), name)
    }
    const all = page.match(/^# TYPE/gmu) ?? []
    assert.equal(all.length, Object.keys(METRICS).length)
  })

  it('tells of each watch its lag, in seconds, and leaves out what is not known', async () => {
    const values = valuesOf(await openMetrics().render(reading))
    assert.equal(values.get('watch_lag_seconds{resource="pods"}'), 1.5)
    assert.equal(values.get('watch_lag_seconds{resource="events"}'), undefined)
    assert.equal(values.get('watch_synced{resource="events"}'), 0)
    assert.equal(values.get('watch_stalls_total{resource="pods"}'), 3)
  })

  it('tells whether this process leads, and how often that changed', async () => {
    const values = valuesOf(await openMetrics().render(reading))
    assert.equal(values.get('leader'), 1)
    assert.equal(values.get('leader_transitions_total'), 5)
  })

  it('counts participants by state and components by cause, those that nobody is in as 0', async () => {
    const values = valuesOf(await openMetrics().render(reading))
    assert.equal(values.get('participants{status="READY"}'), 5)
    assert.equal(values.get('participants{status="FAILED"}'), 0)
    assert.equal(values.get('verdicts_by_cause{code="ImagePull"}'), 2)
    assert.equal(values.get('verdicts_by_cause{code="CrashLoop"}'), 0)
    assert.equal(values.get('participants_waiting'), 3)
  })

  it('shows what is so now, not what was at the scrape before; counters are not counted twice', async () => {
    const metrics = openMetrics()
    await metrics.render(reading)
    const second = valuesOf(await metrics.render({ ...reading, participants: new Map(), watches: [quiet] }))
    assert.equal(second.get('participants{status="READY"}'), 0)
    assert.equal(second.get('watch_events_total{resource="pods"}'), 9)
    assert.equal(second.has('watch_synced{resource="events"}'), false)
  })

  it('counts the objects that were written, by what was done to them', async () => {
    const metrics = openMetrics()
    metrics.onWrite('repaired')
    metrics.onWrite('repaired')
    const values = valuesOf(await metrics.render(reading))
    assert.equal(values.get('object_writes_total{write="repaired"}'), 2)
    assert.equal(values.get('object_writes_total{write="pruned"}'), 0)
  })

  it('tells how many participants are in the queue, and how passes over them ended', async () => {
    const metrics = openMetrics()
    metrics.onPass('waiting', 30)
    const values = valuesOf(await metrics.render(reading))
    assert.equal(values.get('reconcile_queue{state="delayed"}'), 8)
    assert.equal(values.get('reconciles_total{result="waiting"}'), 1)
    assert.equal(values.get('reconciles_total{result="failed"}'), 0)
    assert.equal(values.get('reconcile_seconds_bucket{le="0.05"}'), 1)
  })

  it('counts calls to the API server by what they ask, and answers by their route', async () => {
    const metrics = openMetrics()
    const path = '/apis/apps/v1/namespaces/acme/deployments/vault'
    for (const code of [200, 409, 200]) metrics.onCall({ method: 'PATCH', path, code, durationMs: 20 })
    metrics.onCall({ method: 'GET', path: '/api/v1/pods', watch: true, durationMs: 20 })
    metrics.onAnswer('GET', '/api/v1/resources/:name/status')(304)
    await metrics.render(reading)
    const values = valuesOf(await metrics.render(reading))
    assert.equal(values.get('api_calls_total{verb="patch",resource="deployments",code="200"}'), 2)
    assert.equal(values.get('api_calls_total{verb="watch",resource="pods",code="none"}'), 1)
    assert.equal(values.get('api_call_seconds_count{verb="patch"}'), 3)
    const answered = 'method="GET",route="/api/v1/resources/:name/status",status="304"'
    assert.equal(values.get(`http_requests_total{${answered}}`), 1)
  })

  it('counts calls to EDC by what they were for, times those that were made, and shows each issuer', async () => {
    const metrics = openMetrics()
    const call = { targetKind: 'issuer', operation: 'look up the holder' } as const
    metrics.onEdcCall({ ...call, outcome: 'unreachable', ms: 2_000 })
    metrics.onEdcCall({ ...call, outcome: 'held-back', ms: undefined })
    const issuers = [{ did: 'did:web:issuer.example', breaker: 'open' } as const]
    const values = valuesOf(await metrics.render(reading, issuers))
    const labels = 'target="issuer",operation="look up the holder",outcome="held-back"'
    assert.equal(values.get(`edc_calls_total{${labels}}`), 1)
    assert.equal(values.get('edc_call_seconds_count{target="issuer"}'), 1)
    assert.equal(values.get('edc_call_seconds_bucket{le="1",target="issuer"}'), 0)
    assert.equal(values.get('issuer_breaker{issuer="did:web:issuer.example",state="open"}'), 1)
    assert.equal(values.get('issuer_breaker{issuer="did:web:issuer.example",state="closed"}'), 0)
  })

  it('takes times in ms and tells them in seconds', async () => {
    const metrics = openMetrics()
    metrics.stopwatch.recomputed(0.02)
    metrics.stopwatch.answered(30)
    const values = valuesOf(await metrics.render(reading))
    assert.equal(values.get('recompute_seconds_count'), 1)
    assert.equal(values.get('recompute_seconds_bucket{le="0.000025"}'), 1)
    assert.equal(values.get('event_to_answer_seconds_bucket{le="0.025"}'), 0)
    assert.equal(values.get('event_to_answer_seconds_bucket{le="0.05"}'), 1)
  })
})

describe('a running service', () => {
  it('is scraped on its health port: watches, verdicts with their causes, and how fast answers are', async () => {
    await using cluster = await openBuiltIn()
    await using service = await serviceOn(cluster)
    const scrape = async (): Promise<ReadonlyMap<string, number>> =>
      valuesOf(await (await fetch(`${service.healthUrl}/metrics`)).text())
    await create(service, 'acme')
    await untilStatus(service, 'acme', ({ status }) => status === 'READY')
    const ready = await scrape()
    assert.equal(ready.get('participants{status="READY"}'), 1)
    assert.equal(ready.get('watch_objects{resource="deployments"}'), 3)
    for (const resource of ['participants', 'namespaces', 'deployments', 'statefulsets', 'pods', 'events']) {
      assert.equal(ready.get(`watch_synced{resource="${resource}"}`), 1, resource)
      assert.ok((ready.get(`watch_lag_seconds{resource="${resource}"}`) ?? Infinity) < 60, resource)
    }
    assert.equal(ready.get('http_requests_total{method="POST",route="/api/v1/resources",status="200"}'), 1)
    assert.equal(ready.get('api_calls_total{verb="create",resource="namespaces",code="201"}'), 1)
    assert.ok((ready.get('api_calls_total{verb="watch",resource="pods",code="200"}') ?? 0) > 0)
    assert.ok((ready.get('reconciles_total{result="waiting"}') ?? 0) > 0)
    assert.ok((ready.get('reconcile_queue{state="delayed"}') ?? 0) > 0)
    const answers = ready.get('event_to_answer_seconds_count') ?? 0
    assert.ok(answers > 0 && answers <= (ready.get('recompute_seconds_count') ?? 0))
    await setFault(cluster, { kind: 'Deployment', namespace: 'acme', name: 'dataplane' }, 'ImagePull')
    await eventually(
      async () => {
        const broken = await scrape()
        const causes = broken.get('verdicts_by_cause{code="ImagePull"}')
        return broken.get('participants{status="DEGRADED"}') === 1 && causes === 1
      },
      { what: 'the cause among the metrics' },
    )
    await remove(service, 'acme')
    await eventually(async () => (await scrape()).get('participants{status="DELETING"}') === 0, {
      what: 'the participant to leave the metrics',
    })
  })

  it('counts what is not served under no route, so that nobody can fill the page with paths', async () => {
    await using cluster = await openBuiltIn()
    await using service = await serviceOn(cluster)
    for (const path of ['/nowhere', '/api/v1/neither']) await fetch(`${service.url}${path}`)
    await fetch(`${service.url}/api/v1/resources`, { method: 'PUT' })
    const values = valuesOf(await (await fetch(`${service.healthUrl}/metrics`)).text())
    assert.equal(values.get('http_requests_total{method="GET",route="none",status="404"}'), 2)
    assert.equal(values.get('http_requests_total{method="PUT",route="none",status="405"}'), 1)
  })

  it('lists each watch with its lag in /readyz?verbose, on both ports', async () => {
    await using cluster = await openBuiltIn()
    await using service = await serviceOn(cluster)
    for (const url of [service.url, service.healthUrl]) {
      const text = await (await fetch(`${url}/readyz?verbose`)).text()
      for (const resource of ['participants', 'pods', 'persistentvolumeclaims', 'events', 'events-scale-up'])
        assert.match(text, new RegExp(`^\\[\\+\\]watch/${resource} ok: lag \\d+\\.\\d s`, 'mu'))
      assert.match(text, /^readyz check passed$/mu)
    }
  })
})
