/** Names, meaning and documentation of everything that is measured: the one table. */

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
  leader: {
    name: 'leader',
    type: 'gauge',
    labels: [],
    help: '1 in the process that writes, else 0; the sum over all replicas is 1, and 0 for seconds while they change over.',
  },
  leaderTransitions: {
    name: 'leader_transitions_total',
    type: 'counter',
    labels: [],
    help: 'Times this process became the leader or ceased to be.',
  },
  objectWrites: {
    name: 'object_writes_total',
    type: 'counter',
    labels: ['write'],
    help: 'Objects of participants that were written: created, changed (another spec, profile or version), repaired (somebody else had changed a field of ours), recreated (a field that never changes), pruned (not wanted any more), rotated and completed (Secrets: new values that somebody asked for, keys that were missing).',
  },
  events: {
    name: 'kubernetes_events_total',
    type: 'counter',
    labels: ['result'],
    help: 'Kubernetes Events about participants: written, repeated (counted in one that was written), failed (the API server did not take it), dropped (too many waited).',
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
  reconciles: {
    name: 'reconciles_total',
    type: 'counter',
    labels: ['result'],
    help: 'Passes over a participant: done, waiting (for something that comes by itself), stalled (a person has to act), failed (a call went wrong; tried again).',
  },
  reconcileSeconds: {
    name: 'reconcile_seconds',
    type: 'histogram',
    labels: [],
    help: 'Time of one pass over a participant.',
  },
  writeWait: {
    name: 'write_wait_seconds',
    type: 'histogram',
    labels: [],
    help: 'Time that a write which no request asked for waited for its turn: KUBE_QPS was reached, or the API server had said that it is busy (429).',
  },
  queue: {
    name: 'reconcile_queue',
    type: 'gauge',
    labels: ['state'],
    help: 'Participants in the queue of the process that writes: ready (could be worked on now), working, delayed (looked at again later).',
  },
  apiCalls: {
    name: 'api_calls_total',
    type: 'counter',
    labels: ['verb', 'resource', 'code'],
    help: 'Requests to the API server, retries included; the code is "none" when there was no answer.',
  },
  apiCallSeconds: {
    name: 'api_call_seconds',
    type: 'histogram',
    labels: ['verb'],
    help: 'Time until a request to the API server was answered; for a watch until it was accepted.',
  },
  edcCalls: {
    name: 'edc_calls_total',
    type: 'counter',
    labels: ['target', 'operation', 'outcome'],
    help: 'Calls to control planes, identity hubs and issuers, of all participants together: ok, given-up (the program ended or its term), or how they failed, as docs/guides/edc.md has it. Those held-back and crowded were not made.',
  },
  edcCallSeconds: {
    name: 'edc_call_seconds',
    type: 'histogram',
    labels: ['target'],
    help: 'Time of such a call until it was answered or given up, with the wait for its turn (half a second at most).',
  },
  issuerBreaker: {
    name: 'issuer_breaker',
    type: 'gauge',
    labels: ['issuer', 'state'],
    help: '1 for the state of each configured issuer, as this process sees it: closed (it is called), open (left alone for a while, as the last calls failed), probing (one call looks whether it is well again).',
  },
  httpRequests: {
    name: 'http_requests_total',
    type: 'counter',
    labels: ['method', 'route', 'status'],
    help: 'Answers of the HTTP API, by route; "none" is what is not served.',
  },
} as const satisfies Readonly<Record<string, MetricText>>
