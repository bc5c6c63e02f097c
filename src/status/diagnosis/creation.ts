/** Rules about pods that the API server refuses to create (status reference §4.1). */
import type { ObservedEvent } from '../../model/observed.ts'
import { newestFirst } from '../events/order.ts'
import { msOf } from '../times.ts'
import { type ComponentContext, type ComponentRule, type Sign, timesFrom } from './sign.ts'
import { oneLine } from './words.ts'

const KNOWN_MS = 30_000
const OTHER_MS = 60_000

const QUOTA = /exceeded quota|failed quota/iu
const POD_SECURITY = /violates PodSecurity/iu
const SERVICE_ACCOUNT = /serviceaccounts? "[^"]*" not found|error looking up service account/iu

const SIGNAL =
  '`ReplicaFailure` True or event `FailedCreate` of a Deployment, event `FailedCreate` of a StatefulSet'

export const quotaExceeded: ComponentRule = {
  name: 'a quota that refuses pods is shown at once and fails the component after 30 s',
  signal: `${SIGNAL}, with exceeded quota`,
  shown: 'at once',
  verdict: 'Failed after 30 s',
  cause: 'QuotaExceeded',
  find: refusedWith((text) => QUOTA.test(text), KNOWN_MS),
}

export const podSecurityDenied: ComponentRule = {
  name: 'a Pod Security level that refuses pods is shown at once and fails the component after 30 s',
  signal: `${SIGNAL}, with violates PodSecurity`,
  shown: 'at once',
  verdict: 'Failed after 30 s',
  cause: 'PodSecurityDenied',
  find: refusedWith((text) => POD_SECURITY.test(text), KNOWN_MS),
}

export const serviceAccountMissing: ComponentRule = {
  name: 'a ServiceAccount that does not exist is shown at once and fails the component after 30 s',
  signal: `${SIGNAL}, with serviceaccount … not found`,
  shown: 'at once',
  verdict: 'Failed after 30 s',
  cause: 'ConfigMissing',
  find: refusedWith((text) => SERVICE_ACCOUNT.test(text), KNOWN_MS),
}

export const podsRefused: ComponentRule = {
  name: 'pods refused for another reason, such as by a webhook, are shown at once and fail the component after 60 s',
  signal: `${SIGNAL}, with any other text`,
  shown: 'at once',
  verdict: 'Failed after 60 s',
  cause: 'PodsRefused',
  find: refusedWith(
    (text) => ![QUOTA, POD_SECURITY, SERVICE_ACCOUNT].some((known) => known.test(text)),
    OTHER_MS,
  ),
}

function refusedWith(isIt: (text: string) => boolean, verdictAfterMs: number): ComponentRule['find'] {
  return (context): Sign | undefined => {
    const refusal = refusalOf(context)
    if (refusal === undefined || !isIt(refusal.text)) return undefined
    const graces = { shownAfterMs: 0, verdictAfterMs }
    return {
      reason: 'FailedCreate',
      message: `no pod can be created: ${oneLine(withoutPodName(refusal.text), 500)}`,
      ...timesFrom(refusal.sinceMs, graces, context.nowMs),
    }
  }
}

interface Refusal {
  readonly text: string
  readonly sinceMs: number | undefined
}

/** The condition tells since when; its text is not renewed while its reason stays, so the newest event tells why. */
function refusalOf(context: ComponentContext): Refusal | undefined {
  const { workload } = context
  const failure = workload.conditions.find(
    ({ type, status }) => type === 'ReplicaFailure' && status === 'True',
  )
  const events = failedCreates(context)
  if (failure !== undefined)
    return {
      text: events[0]?.message ?? failure.message,
      sinceMs: msOf(failure.lastTransitionTime) ?? firstSeen(events) ?? emptySince(workload),
    }
  const [newest] = events
  return newest === undefined ? undefined : { text: newest.message, sinceMs: firstSeen(events) }
}

/** Without a single pod it has been refused since it was made. */
function emptySince({ current, creationTimestamp }: ComponentContext['workload']): number | undefined {
  return current === 0 ? msOf(creationTimestamp) : undefined
}

/** Newest first. Of a StatefulSet itself, of a Deployment's ReplicaSets; only while pods are missing since. */
function failedCreates({ workload, pods, events }: ComponentContext): readonly ObservedEvent[] {
  const living = pods.filter(({ terminating, phase }) => !terminating && phase !== 'Failed')
  if (living.length >= workload.desired && !workload.conditions.some(isReplicaFailure)) return []
  const createdMs = Math.max(
    -Infinity,
    ...living.map(({ creationTimestamp }) => msOf(creationTimestamp) ?? 0),
  )
  return events
    .filter(
      (event) =>
        event.reason === 'FailedCreate' &&
        isAbout(event, workload) &&
        (msOf(event.lastSeen) ?? Infinity) >= createdMs,
    )
    .toSorted(newestFirst)
}

function isReplicaFailure({ type, status }: ComponentContext['workload']['conditions'][number]): boolean {
  return type === 'ReplicaFailure' && status === 'True'
}

const HASH = /^[a-z0-9]{5,10}$/u

function isAbout({ about }: ObservedEvent, workload: ComponentContext['workload']): boolean {
  if (about.kind !== 'ReplicaSet') return about.kind === workload.kind && about.name === workload.name
  const owner = `${workload.name}-`
  return (
    workload.kind === 'Deployment' &&
    about.name.startsWith(owner) &&
    HASH.test(about.name.slice(owner.length))
  )
}

function firstSeen(events: readonly ObservedEvent[]): number | undefined {
  const times = events.flatMap(({ firstSeen: time }) => msOf(time) ?? [])
  return times.length === 0 ? undefined : Math.min(...times)
}

/** A ReplicaSet gives each try another name. */
function withoutPodName(text: string): string {
  return text
    .replace(/^Error creating: /iu, '')
    .replace(/^create (?:Pod|Claim) .*? failed error: /iu, '')
    .replace(/^(?:pods|persistentvolumeclaims) "[^"]*" is forbidden: /u, '')
}
