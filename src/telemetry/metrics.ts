/** What is measured of the process, in the text format of Prometheus. */
import { Counter, Gauge, Histogram, Registry } from '@prometheus-io/client'
import { type ApiRequest, actOf } from '../model/api-path.ts'
import { CAUSES, type CauseCode } from '../model/causes.ts'
import { BREAKER_STATES, type EdcCallReport, type IssuerReading } from '../model/edc-call.ts'
import { EVENT_ENDS, type EventEnd } from '../model/happening.ts'
import { OBJECT_WRITES, type ObjectWrite } from '../model/object-write.ts'
import { PASS_ENDS, type PassEnd } from '../model/outcome.ts'
import { type Phase, PHASES } from '../model/participant.ts'
import type { Reading, WatchReading } from '../model/reading.ts'
import { METRIC_PREFIX, METRICS, type MetricText } from './metric-table.ts'
import { RouteTally } from './route-tally.ts'
import { Tally } from './tally.ts'

/** From 10 µs to 10 ms: a look at one participant. */
const RECOMPUTE_BUCKETS = [0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.01]
/** From the tick to what a person would notice. */
const ANSWER_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5]

/** From 1 ms to 10 s: one call, or a handful of them. */
const CALL_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 10]

export interface Metrics {
  /** Told how long things take; each call costs some hundred nanoseconds. */
  readonly stopwatch: { recomputed(ms: number): void; answered(ms: number): void }
  /** Told of every object that was written for a participant. */
  readonly onWrite: (write: ObjectWrite) => void
  /** Told what became of every Kubernetes Event. */
  readonly onEvent: (end: EventEnd) => void
  /** Told of every request to the API server. */
  readonly onCall: (call: ApiRequest & { readonly code?: number; readonly durationMs: number }) => void
  /** Told of every call to EDC and to issuers. */
  readonly onEdcCall: (call: EdcCallReport) => void
  /** Gives for a route of the HTTP API what is to be told the status of each answer. */
  readonly onAnswer: (method: string, route: string) => (status: number) => void
  /** Told of every pass over a participant, with its time in ms. */
  readonly onPass: (result: PassEnd, ms: number) => void
  /** Told of every write of the reconciler and the publisher how many ms it waited for its turn. */
  readonly onWriteWait: (ms: number) => void
  readonly contentType: string
  /** The page that Prometheus scrapes. */
  render(reading: Reading, issuers?: readonly IssuerReading[]): Promise<string>
}

export function openMetrics(): Metrics {
  const registry = new Registry()
  const recompute = histogram(registry, METRICS.recompute, RECOMPUTE_BUCKETS)
  const eventToAnswer = histogram(registry, METRICS.eventToAnswer, ANSWER_BUCKETS)
  const calls = callMetrics(registry)
  const edcCalls = edcMetrics(registry)
  const showIssuers = labelled(registry, METRICS.issuerBreaker)
  const answers = new RouteTally()
  const showAnswers = labelled(registry, METRICS.httpRequests)
  const passes = passMetrics(registry)
  const writeWait = histogram(registry, METRICS.writeWait, CALL_BUCKETS)
  const show = gauges(registry)
  return {
    onWrite: counterOf(registry, METRICS.objectWrites, OBJECT_WRITES),
    onEvent: counterOf(registry, METRICS.events, EVENT_ENDS),
    onCall: calls.onCall,
    onEdcCall: edcCalls.onEdcCall,
    onAnswer: (method, route) => answers.counter(method, route),
    onPass: passes.onPass,
    onWriteWait: (ms) => writeWait.observe(ms / 1000),
    stopwatch: {
      recomputed: (ms) => recompute.observe(ms / 1000),
      answered: (ms) => eventToAnswer.observe(ms / 1000),
    },
    contentType: registry.contentType,
    render(reading, issuers = []) {
      show(reading)
      calls.show()
      edcCalls.show()
      showIssuers(issuers.flatMap(statesOf))
      showAnswers(answers.values)
      return registry.metrics()
    },
  }
}

function histogram(registry: Registry, { name, help }: MetricText, buckets: number[]): Histogram {
  return new Histogram({ name: METRIC_PREFIX + name, help, buckets, registers: [registry] })
}

/** A counter that costs little: its registry is told at a scrape. */
function tally<L extends string>(
  registry: Registry,
  text: MetricText,
): { readonly add: (labels: Readonly<Record<L, string>>) => void; readonly show: () => void } {
  const counts = new Tally<Readonly<Record<L, string>>>()
  const tell = labelled(registry, text)
  return { add: (labels) => counts.add(labels), show: () => tell(counts.values) }
}

function callMetrics(registry: Registry): Pick<Metrics, 'onCall'> & { readonly show: () => void } {
  const counts = tally<'verb' | 'resource' | 'code'>(registry, METRICS.apiCalls)
  const seconds = callSeconds(registry, METRICS.apiCallSeconds)
  return {
    show: counts.show,
    onCall: ({ code, durationMs, ...request }) => {
      const { verb, resource } = actOf(request)
      counts.add({ verb, resource, code: code === undefined ? 'none' : String(code) })
      seconds.observe({ verb }, durationMs / 1000)
    },
  }
}

function callSeconds<L extends string>(
  registry: Registry,
  { name, help, labels }: MetricText & { readonly labels: readonly L[] },
): Histogram<L> {
  const buckets = CALL_BUCKETS
  return new Histogram({
    name: METRIC_PREFIX + name,
    help,
    labelNames: [...labels],
    buckets,
    registers: [registry],
  })
}

function edcMetrics(registry: Registry): Pick<Metrics, 'onEdcCall'> & { readonly show: () => void } {
  const counts = tally<'target' | 'operation' | 'outcome'>(registry, METRICS.edcCalls)
  const seconds = callSeconds(registry, METRICS.edcCallSeconds)
  return {
    show: counts.show,
    onEdcCall: ({ targetKind: target, operation, outcome, ms }) => {
      counts.add({ target, operation, outcome })
      if (ms !== undefined) seconds.observe({ target }, ms / 1000)
    },
  }
}

function statesOf({ did: issuer, breaker }: IssuerReading): Values {
  return BREAKER_STATES.map((state) => [{ issuer, state }, Number(state === breaker)])
}

function passMetrics(registry: Registry): Pick<Metrics, 'onPass'> {
  const count = counterOf(registry, METRICS.reconciles, PASS_ENDS)
  const seconds = histogram(registry, METRICS.reconcileSeconds, CALL_BUCKETS)
  return {
    onPass: (result, ms) => {
      count(result)
      seconds.observe(ms / 1000)
    },
  }
}

/** Values of its one label, all there from the start: a rate needs a 0 to begin with. */
function counterOf<T extends string>(
  registry: Registry,
  { name, help, labels }: MetricText,
  values: readonly T[],
): (value: T) => void {
  const [label = ''] = labels
  const counter = new Counter({
    name: METRIC_PREFIX + name,
    help,
    labelNames: [...labels],
    registers: [registry],
  })
  for (const value of values) counter.inc({ [label]: value }, 0)
  return (value) => counter.inc({ [label]: value })
}

/** What is read off at each scrape. */
function gauges(registry: Registry): (reading: Reading) => void {
  const watches = WATCH_VALUES.map(([text, valueOf]) => ({ show: labelled(registry, text), valueOf }))
  const participants = labelled(registry, METRICS.participants)
  const causes = labelled(registry, METRICS.verdictsByCause)
  const waiting = labelled(registry, METRICS.waiting)
  const queue = labelled(registry, METRICS.queue)
  const leader = labelled(registry, METRICS.leader)
  const transitions = labelled(registry, METRICS.leaderTransitions)
  return (reading) => {
    for (const { show, valueOf } of watches)
      show(reading.watches.map((watch) => [{ resource: watch.resource }, valueOf(watch)]))
    participants(STATES.map((status) => [{ status }, reading.participants.get(status) ?? 0]))
    causes(CODES.map((code) => [{ code }, reading.causes.get(code) ?? 0]))
    waiting([[{}, reading.waiting]])
    queue(Object.entries(reading.queue).map(([state, count]) => [{ state }, count]))
    leader([[{}, Number(reading.leadership.leader)]])
    transitions([[{}, reading.leadership.transitions]])
  }
}

const STATES: readonly Phase[] = PHASES.filter((phase) => phase !== 'NOT_FOUND')
const CODES = Object.keys(CAUSES) as readonly CauseCode[]

/** Undefined: there is nothing to tell of this watch. */
const WATCH_VALUES: readonly (readonly [MetricText, (watch: WatchReading) => number | undefined])[] = [
  [METRICS.watchLag, ({ lagMs }) => (lagMs === undefined ? undefined : lagMs / 1000)],
  [METRICS.watchSynced, ({ synced }) => Number(synced)],
  [METRICS.watchObjects, ({ objects }) => objects],
  [METRICS.watchEvents, ({ events }) => events],
  [METRICS.watchRelists, ({ relists }) => relists],
  [METRICS.watchRestarts, ({ restarts }) => restarts],
  [METRICS.watchStalls, ({ stalls }) => stalls],
  [METRICS.watchSkipped, ({ skipped }) => skipped],
]

type Values = readonly (readonly [Readonly<Record<string, string>>, number | undefined])[]

/** A metric whose values are all told anew at each scrape. Counters are counted elsewhere, from the start on. */
function labelled(registry: Registry, { name, help, labels, type }: MetricText): (values: Values) => void {
  const options = { name: METRIC_PREFIX + name, help, labelNames: [...labels], registers: [registry] }
  const metric = type === 'counter' ? new Counter(options) : new Gauge(options)
  return (values) => {
    metric.reset()
    for (const [of, value] of values) if (value !== undefined) metric.inc(of, value)
  }
}
