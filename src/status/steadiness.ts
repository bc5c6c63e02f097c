/** Keeps verdicts from flapping: counts worsen after a short hold, and READY waits until it is stable (status reference §6.3). */
import type { ObservedContainer, ObservedPod } from '../model/observed.ts'
import type { ComponentInput } from './component.ts'
import type { RuleText } from './finding.ts'
import { type Opinion, recheckedAt } from './opinion.ts'
import { msOf } from './times.ts'

/** Counts that are short are called a loss only after this long, ms, provided that something serves meanwhile. */
const HOLD_MS = 3_000
/** A container has to run this long after a restart before its component counts as ready again, ms. */
const STABLE_MS = 10_000

/** As people read them in `docs/status-rules.md`; each has a test of the same name. */
export const STEADINESS_RULES: readonly RuleText[] = [
  {
    name: 'counts that worsen while pods still serve are held for 3 s',
    signal: 'a component that was ready; available ≥ 1; no hard evidence',
    shown: 'after 3 s',
    verdict: 'as the counts say',
  },
  {
    name: 'a component becomes ready only when its containers have run 10 s since their last restart',
    signal: 'counts are full, a container restarted a moment ago',
    shown: 'at once: `Stabilising`',
    verdict: 'none',
  },
]

/** Reasons that rest on counts or on a status that is about to be renewed. All else is hard evidence. */
const SOFT: readonly string[] = [
  'NotObserved',
  'RolloutUnfinished',
  'PodsNotReady',
  'MinimumReplicasUnavailable',
]

/**
 * What was ready a moment ago stays so for {@link HOLD_MS}, while pods serve and nothing but counts speaks against it.
 *
 * Undefined: nothing to hold on to.
 */
export function holdOnto(input: ComponentInput, opinion: Opinion): Opinion | undefined {
  const { before, workload, nowMs } = input
  if (before?.ready !== true || workload === undefined || workload.available < 1) return undefined
  if (!SOFT.includes(opinion.reason)) return undefined
  const heldSinceMs = before.heldSinceMs ?? nowMs
  if (nowMs >= heldSinceMs + HOLD_MS) return undefined
  return { ...running(before), heldSinceMs, recheckAtMs: heldSinceMs + HOLD_MS }
}

function running({ status, reason, message }: Opinion): Opinion {
  return { status, ready: true, failed: false, reason, message }
}

/** A component that was not ready becomes so only when none of its containers restarted a moment ago. */
export function holdUntilStable({ before, pods, nowMs }: ComponentInput, opinion: Opinion): Opinion {
  if (before?.ready === true) return opinion
  const stableAtMs = latestRestartMs(pods) + STABLE_MS
  if (nowMs >= stableAtMs) return opinion
  const seconds = Math.max(0, Math.round((nowMs - stableAtMs + STABLE_MS) / 1000))
  const stabilising: Opinion = {
    ...opinion,
    status: 'Starting',
    ready: false,
    reason: 'Stabilising',
    message: `runs again after a restart ${seconds} s ago, ready once it has for ${STABLE_MS / 1000} s`,
  }
  return recheckedAt(stabilising, stableAtMs)
}

/** -Infinity when no container that runs has ever been restarted. */
function latestRestartMs(pods: readonly ObservedPod[]): number {
  let latest = Number.NEGATIVE_INFINITY
  for (const pod of pods)
    if (!pod.terminating)
      for (const container of pod.containers) latest = Math.max(latest, restartedAtMs(container))
  return latest
}

function restartedAtMs({ restarts, kind, runningSince }: ObservedContainer): number {
  if (restarts === 0 || kind === 'init') return Number.NEGATIVE_INFINITY
  return msOf(runningSince) ?? Number.NEGATIVE_INFINITY
}
