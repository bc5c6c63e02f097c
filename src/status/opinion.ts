/** Brings what the counts say and what the pods say into one opinion on a component. */
import type { Cause, CauseCode } from '../model/causes.ts'
import type { ObservedPod, ObservedWorkload } from '../model/observed.ts'
import type { ComponentVerdict } from './component.ts'
import { diagnosePod } from './diagnosis/diagnose.ts'
import type { Diagnosis, Finding } from './finding.ts'
import { GIVEN_UP } from './workload.ts'

/** The part of a verdict that is a matter of rules. */
export type Opinion = Pick<
  ComponentVerdict,
  'status' | 'ready' | 'failed' | 'reason' | 'message' | 'cause' | 'recheckAtMs' | 'heldSinceMs' | 'extended'
>

/** An opinion starts as what was seen: not failed until a rule says so. */
export const CONFIRMED = { failed: false } as const

export interface OpinionInput {
  /** By the counts alone. */
  readonly opinion: Opinion
  readonly diagnosis: Diagnosis
  readonly workload: ObservedWorkload
  readonly pods: readonly ObservedPod[]
  readonly nowMs: number
}

/** Loss of a node, evictions and pods that do not end pass, or are the platform's: never Failed, only Degraded. */
const ONLY_DEGRADES: readonly CauseCode[] = ['NodeLost', 'Evicted', 'TerminationStuck']
/** What a crashing container reports of itself between two crashes is no service. */
const CRASHES: readonly CauseCode[] = ['CrashLoop', 'OutOfMemory']

/** The pods' own words win over the counts'; they are a verdict once their grace is over (status reference §4.1). */
export function withFinding(input: OpinionInput): Opinion {
  const { opinion, diagnosis, nowMs } = input
  const { worst, recheckAtMs } = diagnosis
  const timed = recheckAtMs === undefined ? opinion : { ...opinion, recheckAtMs }
  if (worst === undefined) return opinion.ready ? timed : withoutFinding(timed)
  const due = worst.verdictAtMs !== undefined && worst.verdictAtMs <= nowMs
  // What passes by itself, or is a hint only, takes nothing from a component whose counts are full.
  if (opinion.ready && !due) return timed
  const words = {
    reason: worst.reason,
    message: [messageOf(worst, diagnosis.others), ...controllersWord(opinion)].join('; '),
    cause: causeOf(worst),
  }
  // Paused stays the state: a person stopped it, and sees here what else is wrong.
  if (opinion.status === 'Paused') return { ...timed, ...words, ready: opinion.ready && !due }
  if (!due) return { ...timed, ...words, ...givenUp(opinion) }
  return { ...timed, ...words, ready: false, ...verdictOn(worst, input) }
}

/** A rollout given up is a verdict of its own; the pods only say why. */
function givenUp({ status, failed }: Opinion): Partial<Opinion> {
  return status === 'Failed' ? { status, failed: true } : { failed }
}

/** What the controller says of a rollout that it gave up: never alone, but said. */
function controllersWord({ reason, message }: Opinion): readonly string[] {
  return GIVEN_UP.includes(reason) && message !== '' ? [message] : []
}

function withoutFinding(opinion: Opinion): Opinion {
  const { status, reason } = opinion
  if (status === 'Paused') return { ...opinion, cause: { code: 'Paused', who: 'operator' } }
  if (!GIVEN_UP.includes(reason)) return opinion
  return { ...opinion, failed: status === 'Failed', cause: { code: 'RolloutStuck', who: 'operator' } }
}

function verdictOn(worst: Finding, input: OpinionInput): Pick<Opinion, 'status' | 'failed'> {
  if (ONLY_DEGRADES.includes(worst.cause)) return { status: 'Degraded', failed: false }
  return serves(worst, input) ? { status: 'Degraded', failed: false } : { status: 'Failed', failed: true }
}

/** Whether anything serves beside what was found. */
function serves({ cause }: Finding, { workload, pods, ...rest }: OpinionInput): boolean {
  if (workload.available < 1) return false
  if (!CRASHES.includes(cause)) return true
  const { nowMs } = rest
  return pods.some(
    (pod) =>
      pod.ready && !pod.terminating && diagnosePod({ pod, claims: [], events: [], nowMs }) === undefined,
  )
}

function causeOf({ cause, who }: Finding): Cause {
  return { code: cause, who }
}

function messageOf({ message }: Finding, others: number): string {
  if (others === 0) return message
  return `${message} (and ${others} more ${others === 1 ? 'pod' : 'pods'})`
}

/** Looked at again at that time, ms since 1970, unless something else changes before. */
export function recheckedAt(opinion: Opinion, atMs: number | undefined): Opinion {
  if (atMs === undefined) return opinion
  return { ...opinion, recheckAtMs: Math.min(opinion.recheckAtMs ?? atMs, atMs) }
}
