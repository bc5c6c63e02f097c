/** What is measured of the process, in the text format of Prometheus. One table tells names, meaning and documentation. */
import { Counter, Gauge, Histogram, Registry } from '@prometheus-io/client'
import { CAUSES, type CauseCode } from '../model/causes.ts'
import { type Phase, PHASES } from '../model/participant.ts'
import type { Reading, WatchReading } from '../model/reading.ts'

export interface MetricText {
  /** Without the prefix; ends in its unit. */
  readonly name: string
  readonly type: 'gauge' | 'counter' | 'histogram'
  readonly labels: readonly string[]
  readonly help: string
}

export const METRIC_PREFIX = 'dataspace_provisioner_'

const RESOURCE = ['resource'] as const

export const METRICS = {
  watchLag: {
    name: 'watch_lag_seconds',
    type: 'gauge',
    labels: RESOURCE,
    help: 'Time since the last event or bookmark of a watch. Bookmarks come about once a minute; for events none is promised.',
  },
  watchSynced: {
    name: 'watch_synced',
    type: 'gauge',
    labels: RESOURCE,
    help: '1 once a watch has shown a complete state, else 0.',
  },
  watchObjects: {
    name: 'watch_objects',
    type: 'gauge',
    labels: RESOURCE,
    help: 'Objects held of a watch. Events are remembered per participant and not counted here.',
  },
  watchEvents: {
    name: 'watch_events_total',
    type: 'counter',
    labels: RESOURCE,
    help: 'Events and bookmarks taken from a watch.',
  },
  watchRelists: {
    name: 'watch_relists_total',
    type: 'counter',
    labels: RESOURCE,
    help: 'Times the position of a watch was lost and the whole state was fetched again.',
  },
  watchRestarts: {
    name: 'watch_restarts_total',
    type: 'counter',
    labels: RESOURCE,
    help: 'Times a list or a watch failed, or was closed at once.',
  },
  watchStalls: {
    name: 'watch_stalls_total',
    type: 'counter',
    labels: RESOURCE,
    help: 'Watches given up because they were silent or too old.',
  },
  watchSkipped: {
    name: 'watch_skipped_objects_total',
    type: 'counter',
    labels: RESOURCE,
    help: 'Objects of a watch that could not be read.',
  },
  participants: {
    name: 'participants',
    type: 'gauge',
    labels: ['status'],
    help: 'Participants in each state.',
  },
  verdictsByCause: {
    name: 'verdicts_by_cause',
    type: 'gauge',
    labels: ['code'],
    help: 'Components that are not ready for this cause; the codes are those of docs/causes.',
  },
  waiting: {
    name: 'participants_waiting',
    type: 'gauge',
    labels: [],
    help: 'Participants that changed and wait to be judged.',
  },
  recompute: {
    name: 'recompute_seconds',
    type: 'histogram',
    labels: [],
    help: 'Time to judge one participant and write its answer.',
  },
  eventToAnswer: {
    name: 'event_to_answer_seconds',
    type: 'histogram',
    labels: [],
    help: 'Time from the watch event (or the deadline that passed) until the store has the answer that shows it.',
  },
} as const satisfies Readonly<Record<string, MetricText>>

/** From 10 µs to 10 ms: a look at one participant. */
const RECOMPUTE_BUCKETS = [0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.01]
/** From the tick to what a person would notice. */
const ANSWER_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5]

export interface Metrics {
  /** Told how long things take; each call costs some hundred nanoseconds. */
  readonly stopwatch: { recomputed(ms: number): void; answered(ms: number): void }
  readonly contentType: string
  /** The page that Prometheus scrapes. */
  render(reading: Reading): Promise<string>
}

export function openMetrics(): Metrics {
  const registry = new Registry()
  const recompute = histogram(registry, METRICS.recompute, RECOMPUTE_BUCKETS)
  const eventToAnswer = histogram(registry, METRICS.eventToAnswer, ANSWER_BUCKETS)
  const show = gauges(registry)
  return {
    stopwatch: {
      recomputed: (ms) => recompute.observe(ms / 1000),
      answered: (ms) => eventToAnswer.observe(ms / 1000),
    },
    contentType: registry.contentType,
    render(reading) {
      show(reading)
      return registry.metrics()
    },
  }
}

function histogram(registry: Registry, { name, help }: MetricText, buckets: number[]): Histogram {
  return new Histogram({ name: METRIC_PREFIX + name, help, buckets, registers: [registry] })
}

/** What is read off at each scrape. */
function gauges(registry: Registry): (reading: Reading) => void {
  const watches = WATCH_VALUES.map(([text, valueOf]) => ({ show: labelled(registry, text), valueOf }))
  const participants = labelled(registry, METRICS.participants)
  const causes = labelled(registry, METRICS.verdictsByCause)
  const waiting = labelled(registry, METRICS.waiting)
  return (reading) => {
    for (const { show, valueOf } of watches)
      show(reading.watches.map((watch) => [{ resource: watch.resource }, valueOf(watch)]))
    participants(STATES.map((status) => [{ status }, reading.participants.get(status) ?? 0]))
    causes(CODES.map((code) => [{ code }, reading.causes.get(code) ?? 0]))
    waiting([[{}, reading.waiting]])
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
