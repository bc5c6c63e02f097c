/** Makes a finished answer of a verdict, and keeps the old one, times included, while nothing in it changes. */
import { isDeepStrictEqual } from 'node:util'
import { askedOperation } from '../model/operation.ts'
import type { Condition, Operation, Participant } from '../model/participant.ts'
import { type Answer, renderAnswer } from '../status/answer.ts'
import type { ComponentVerdict } from '../status/component.ts'
import { relevantEvents } from '../status/events/relevant.ts'
import { tellEvents } from '../status/events/tell.ts'
import type { Snapshot, Verdict } from '../status/participant.ts'
import { type DerivedStatus, derivedStatusOf, renderResourceStatus } from '../status/resource-status.ts'
import type { StatusRecord } from '../store/store.ts'
import { sinceOfOthers, withTimesOfOthers } from './times-of-others.ts'

/** Everything that is known about a participant after one look at it. */
export interface Derived {
  readonly verdict: Verdict
  readonly everReady: boolean
  readonly since: string
  readonly record: StatusRecord
  /** What the resource should say. */
  readonly resourceStatus: DerivedStatus
  /** What it said at this look. */
  readonly told: Participant['status']
}

export interface DeriveInput {
  readonly snapshot: Snapshot
  readonly verdict: Verdict
  /** What was known before; its record is kept when the answer is the same. */
  readonly before: Derived | undefined
  readonly digest: (bytes: Uint8Array) => string
}

export function derive(input: DeriveInput): Derived {
  const { snapshot, before } = input
  const now = rfc3339(snapshot.nowMs)
  const verdict = keepTimes(input.verdict, before, now)
  const since = sinceOf(input, now)
  const everReady = snapshot.everReady || verdict.phase === 'READY'
  // What has no resource to remember its times in shall not get new ones with every restart.
  const changedAt = snapshot.byName === true && before === undefined ? since : now
  const rendered = renderResourceStatus({
    participant: snapshot.participant,
    verdict,
    ...(snapshot.routes && { routes: snapshot.routes }),
    since,
    before: before && withTimesOfOthers(before, snapshot.participant),
    now: changedAt,
  })
  const resourceStatus = sharedWith(snapshot.participant, rendered)
  const record = renderRecord(input, { now, verdict, since, resourceStatus })
  return { verdict, everReady, since, resourceStatus, record, told: snapshot.participant.status }
}

/** The same in the very objects that the resource consists of when it says that already: twice would be a waste. */
function sharedWith(participant: Participant, status: DerivedStatus): DerivedStatus {
  const said = derivedStatusOf(participant)
  return isDeepStrictEqual(said, status) ? (said as DerivedStatus) : status
}

interface Facts extends Pick<Derived, 'verdict' | 'since' | 'resourceStatus'> {
  readonly now: string
}

/** The record held before, when nothing but the time has passed. */
function renderRecord({ snapshot, before, digest }: DeriveInput, facts: Facts): StatusRecord {
  const { participant } = snapshot
  const { verdict, since, now } = facts
  const conditions = merge(participant.status?.conditions ?? [], facts.resourceStatus.conditions)
  const story = tellEvents({
    participant,
    components: verdict.components,
    relevant: relevantEvents(snapshot),
    nowMs: snapshot.nowMs,
  })
  const render = (lastUpdated: string): Answer =>
    renderAnswer({ participant, verdict, since, lastUpdated, conditions, story })

  const held = before?.record
  const operations = snapshot.byName === true ? [] : operationsOf(participant)
  if (held !== undefined && sameBytes(encode(render(held.lastUpdated)), held.body)) {
    if (isDeepStrictEqual(held.operations, operations)) return held
    return { ...held, resourceVersion: identify(participant).resourceVersion, operations }
  }
  const lastUpdated = held === undefined ? newestTime(render(''), now) : now
  const body = encode(render(lastUpdated))
  return {
    ...identify(participant),
    status: verdict.phase,
    reason: verdict.reason,
    message: verdict.message,
    lastUpdated,
    body,
    etag: `"${digest(body)}"`,
    operations,
  }
}

/** What is asked for and not begun yet is known of too: whoever asked for it follows it from that moment. */
function operationsOf(participant: Participant): readonly Operation[] {
  const recorded = participant.status?.operations ?? []
  const asked = askedOperation(participant)
  return asked === undefined ? recorded : [asked, ...recorded]
}

function identify({
  metadata,
  spec,
}: Participant): Pick<StatusRecord, 'name' | 'uid' | 'did' | 'resourceVersion'> {
  const { name, uid = '', resourceVersion = '' } = metadata
  return { name, uid, did: spec.did, resourceVersion }
}

/** To the second, as Kubernetes writes times. */
function rfc3339(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}

function sinceOf({ snapshot, verdict, before }: DeriveInput, now: string): string {
  if (before === undefined)
    return snapshot.byName === true ? sinceByObjects(verdict, now) : sinceByResource(snapshot, verdict, now)
  const held = before.verdict.phase === verdict.phase ? before.since : now
  return sinceOfOthers(before, verdict.phase, snapshot.participant) ?? held
}

/** The newest change of a component, as far as the cluster tells. */
function sinceByObjects({ components }: Verdict, now: string): string {
  return newestOf(
    components.map(({ since }) => since),
    now,
  )
}

/** After a restart: when the resource tells the same state, it knows. */
function sinceByResource({ participant }: Snapshot, { phase }: Verdict, now: string): string {
  const { status, metadata } = participant
  if (status?.phase === phase && status.since !== undefined) return status.since
  if (phase === 'DELETING') return metadata.deletionTimestamp ?? now
  return phase === 'PROVISIONING' ? (metadata.creationTimestamp ?? now) : now
}

/** A component that changed its state under our eyes did so now, whatever the cluster's own times say. */
function keepTimes(verdict: Verdict, before: Derived | undefined, now: string): Verdict {
  if (before === undefined) return verdict
  const components = verdict.components.map((component) => {
    const held = before.verdict.components.find((each) => isSame(each, component))
    if (held === undefined) return component
    const same = held.status === component.status && held.ready === component.ready
    return { ...component, since: same ? held.since : now }
  })
  return { ...verdict, components }
}

/** A Deployment and a StatefulSet of one name are two components; one that was missing has no kind yet. */
function isSame(held: ComponentVerdict, now: ComponentVerdict): boolean {
  if (held.name !== now.name) return false
  return held.kind === now.kind || held.kind === undefined || now.kind === undefined
}

function merge(all: readonly Condition[], own: readonly Condition[]): readonly Condition[] {
  const types = new Set(own.map(({ type }) => type))
  return [...own, ...all.filter(({ type }) => !types.has(type))]
}

/** After a restart nothing has changed just now: the newest time that the answer itself mentions is the better guess. */
function newestTime(answer: Answer, now: string): string {
  const times = [
    answer.since,
    ...answer.events.map(({ timestamp }) => timestamp),
    ...answer.conditions.map(({ lastTransitionTime }) => lastTransitionTime),
  ]
  return newestOf(times, now)
}

/** None that lies ahead; now, when there is none. */
function newestOf(times: readonly string[], now: string): string {
  const past = times.filter((time) => time !== '' && time <= now)
  return past.toSorted().at(-1) ?? now
}

function encode(answer: Answer): Uint8Array {
  const text = JSON.stringify(answer)
  // Exactly as much as is kept: the shared pool of small buffers would waste a quarter.
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text))
  bytes.write(text)
  return bytes
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}
