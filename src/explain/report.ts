/** Judges every participant and every pod of a dump, and says it in the words of `explain -o json`. */
import type { Cause } from '../model/causes.ts'
import type { ComponentState, Phase } from '../model/participant.ts'
import type { ComponentVerdict } from '../status/component.ts'
import { conditionsOf, type Said } from '../status/conditions.ts'
import { diagnosePod } from '../status/diagnosis/diagnose.ts'
import { isLeftover } from '../status/diagnosis/leftovers.ts'
import type { AnswerEvent } from '../status/events/answer-event.ts'
import { maskSecrets } from '../status/events/mask.ts'
import { relevantEvents } from '../status/events/relevant.ts'
import { tellEvents } from '../status/events/tell.ts'
import { expectedKind } from '../status/expected.ts'
import { judge } from '../status/participant.ts'
import type { DumpedNamespace, DumpedPod } from './dump.ts'
import { componentsOf, isParticipant, snapshotOf } from './snapshots.ts'

/** All members are always there: an empty text, or null, where there is nothing to say. */
export interface Report {
  /** By name. */
  readonly participants: readonly ReportedParticipant[]
  /** By `namespace/name`, in that order. */
  readonly pods: Readonly<Record<string, ReportedPod>>
}

export interface ReportedParticipant {
  readonly participantName: string
  readonly status: Phase
  readonly reason: string
  readonly message: string
  /** Managed participants in the order in which their components depend on each other, others by name. */
  readonly components: Readonly<Record<string, ReportedComponent>>
  /** At most ten, newest first. */
  readonly events: readonly AnswerEvent[]
  /** Those that the running service writes into the resource, without their times. */
  readonly conditions: readonly Said[]
}

export interface ReportedComponent {
  /** Of a component that is missing, the kind that is expected. */
  readonly kind: 'Deployment' | 'StatefulSet' | ''
  readonly status: ComponentState
  readonly ready: boolean
  readonly replicas: { readonly desired: number; readonly current: number; readonly ready: number }
  readonly reason: string
  readonly message: string
  readonly cause: Cause | null
}

export interface ReportedPod {
  /** What `kubectl get pods` prints. */
  readonly status: string
  readonly ready: boolean
  readonly reason: string
  readonly message: string
  readonly cause: Cause | null
}

/** What was found out, and more than the JSON tells: whether all is well, and when to look again. */
export interface Judgement {
  readonly report: Report
  /** Every participant is READY, and every pod that belongs to none of them is ready or has done its work. */
  readonly allReady: boolean
  /** When the verdict on a participant may change by time alone, ms since 1970. */
  readonly recheckAtMs: ReadonlyMap<string, number>
  /** Ms since 1970. */
  readonly judgedAtMs: number
}

export function judgeDump(namespaces: readonly DumpedNamespace[], nowMs: number): Judgement {
  const judged = namespaces.filter(isParticipant).map((dumped) => judgeParticipant(dumped, nowMs))
  const pods = namespaces.flatMap((dumped) =>
    dumped.pods.map((pod) => [`${dumped.name}/${pod.observed.name}`, judgePod(pod, dumped, nowMs)] as const),
  )
  const strays = namespaces.flatMap(podsOfNoComponent)
  return {
    report: {
      participants: judged.map(({ reported }) => reported),
      pods: Object.fromEntries(pods.toSorted(([a], [b]) => (a < b ? -1 : 1))),
    },
    allReady: judged.every(({ reported }) => reported.status === 'READY') && strays.every(isWell),
    judgedAtMs: nowMs,
    recheckAtMs: new Map(
      judged.flatMap(({ reported, recheckAtMs }) =>
        recheckAtMs === undefined ? [] : [[reported.participantName, recheckAtMs] as const],
      ),
    ),
  }
}

interface JudgedParticipant {
  readonly reported: ReportedParticipant
  readonly recheckAtMs: number | undefined
}

function judgeParticipant(dumped: DumpedNamespace, nowMs: number): JudgedParticipant {
  const snapshot = snapshotOf(dumped, nowMs)
  const { participant, workloads, pods, claims, events } = snapshot
  const verdict = judge(snapshot)
  const { phase, reason, message, components, recheckAtMs } = verdict
  const { replicaSets, routes } = dumped
  const relevant = relevantEvents({
    workloads,
    pods,
    claims,
    events,
    nowMs,
    ...(replicaSets && { replicaSets }),
  })
  const told = tellEvents({ participant, components, relevant, nowMs })
  return {
    reported: {
      participantName: dumped.name,
      status: phase,
      reason,
      message,
      components: Object.fromEntries(
        components.map((component) => [component.name, reportComponent(component)]),
      ),
      events: told.events,
      conditions: conditionsOf({ participant, verdict, routes }),
    },
    recheckAtMs,
  }
}

function reportComponent(component: ComponentVerdict): ReportedComponent {
  const { name, kind, status, ready, desired, current, readyReplicas, reason, message, cause } = component
  return {
    kind: kind ?? expectedKind(name) ?? '',
    status,
    ready,
    replicas: { desired, current, ready: readyReplicas },
    reason,
    message,
    cause: cause ?? null,
  }
}

function judgePod(pod: DumpedPod, { claims, events }: DumpedNamespace, nowMs: number): ReportedPod {
  const { observed, statusText } = pod
  const finding = diagnosePod({ pod: observed, claims, events, nowMs })
  return {
    status: statusText,
    ready: observed.ready,
    reason: finding?.reason ?? reasonOf(pod),
    message: finding?.message ?? messageOf(pod),
    cause: finding === undefined ? null : { code: finding.cause, who: finding.who },
  }
}

/** A pod that runs and is not ready says so; any other says what kubectl does. */
function reasonOf({ observed, statusText }: DumpedPod): string {
  if (observed.ready) return ''
  return statusText === 'Running' ? 'NotReady' : statusText
}

function messageOf({ observed, unreadyMessage }: DumpedPod): string {
  if (observed.ready || observed.phase === 'Succeeded') return ''
  return maskSecrets(observed.message === '' ? unreadyMessage : observed.message)
}

/** Pods that no verdict on a participant takes into account. */
function podsOfNoComponent(dumped: DumpedNamespace): readonly DumpedPod[] {
  const names = new Set(componentsOf(dumped).map(({ name }) => name))
  return dumped.pods.filter(({ observed }) => !names.has(observed.component))
}

/** Jobs end, and what a node took off was made anew elsewhere. */
function isWell({ observed }: DumpedPod): boolean {
  return observed.ready || observed.phase === 'Succeeded' || isLeftover(observed)
}
