/** Brings what the counts say and what the pods say into one opinion on a component. */
import type { CauseCode } from '../model/causes.ts'
import type { ObservedPod, ObservedWorkload } from '../model/observed.ts'
import type { ComponentVerdict } from './component.ts'
import { diagnosePod, restartsOf } from './diagnosis/diagnose.ts'
import type { Diagnosis, Finding } from './finding.ts'
import { GIVEN_UP } from './workload.ts'

/** The part of a verdict that is a matter of rules. */
export type Opinion = Pick<
  ComponentVerdict,
  'status' | 'ready' | 'failed' | 'reason' | 'message' | 'cause' | 'recheckAtMs' | 'heldSinceMs' | 'extended'
> & {
  /** What the pods say is a verdict already: its grace is over. */
  readonly judged?: true
}

export interface OpinionInput {
  /** By the counts alone. */
  readonly opinion: Opinion
  readonly diagnosis: Diagnosis
  readonly workload: ObservedWorkload
  readonly pods: readonly ObservedPod[]
  /** The verdict before this one. */
  readonly before: ComponentVerdict | undefined
  readonly nowMs: number
}

/** Loss of a node, evictions and pods that do not end pass, or are the platform's: never Failed, only Degraded. */
export const ONLY_DEGRADES: readonly CauseCode[] = ['NodeLost', 'Evicted', 'TerminationStuck']
/** What a crashing container reports of itself between two crashes is no service. */
const CRASHES: readonly CauseCode[] = ['CrashLoop', 'OutOfMemory', 'ProbeFailing', 'ContainerStart']

/** The pods' own words win over the counts'; they are a verdict once their grace is over (status reference §4.1). */
export function withFinding(input: OpinionInput): Opinion {
  const { diagnosis } = input
  const opinion = recheckedAt(input.opinion, diagnosis.recheckAtMs)
  if (diagnosis.worst === undefined) return opinion.ready ? opinion : withoutFinding(opinion)
  const worst = keptVerdict(diagnosis.worst, input)
  const due = worst.verdictAtMs !== undefined && worst.verdictAtMs <= input.nowMs
  // What passes by itself, or is a hint only, takes nothing from a component whose counts are full.
  if (opinion.ready && !due) return opinion
  const told = { ...opinion, ...wordsOf(worst, input), ready: opinion.ready && !due }
  // Paused stays the state: a person stopped it, and sees here what else is wrong.
  if (opinion.status === 'Paused') return told
  return due
    ? { ...told, judged: true, ...verdictOn(worst, input) }
    : { ...told, failed: opinion.status === 'Failed' }
}

function wordsOf(
  worst: Finding,
  { opinion, diagnosis }: OpinionInput,
): Pick<Opinion, 'reason' | 'message' | 'cause'> {
  return {
    reason: worst.reason,
    message: [messageOf(worst, diagnosis.others), ...controllersWord(opinion)].join('; '),
    cause: { code: worst.cause, who: worst.who },
  }
}

/**
 * A crash that was a verdict stays one while it goes on: that it ended twice in the same way is seen only between its
 * second end and the next back-off, which keeps one of the two.
 */
function keptVerdict(worst: Finding, { before, pods, nowMs }: OpinionInput): Finding {
  if (before === undefined || before.ready || before.cause?.code !== worst.cause) return worst
  const { who } = before.cause
  if (who === 'nobody yet' || !CRASHES.includes(worst.cause) || restartsOf(pods) < before.restarts)
    return worst
  const isVerdict = before.failed || before.status === 'Degraded'
  return isVerdict ? { ...worst, who, verdictAtMs: nowMs } : worst
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
function serves({ cause }: Finding, { workload, pods, nowMs }: OpinionInput): boolean {
  if (workload.available < 1) return false
  if (!CRASHES.includes(cause)) return true
  return pods.some(
    (pod) =>
      pod.ready && !pod.terminating && diagnosePod({ pod, claims: [], events: [], nowMs }) === undefined,
  )
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
