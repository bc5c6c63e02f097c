/** The deadline of our own for a first start: StatefulSets have none, and a Deployment's is reset by every ready moment. */
import type { ComponentInput } from './component.ts'
import type { RuleText } from './finding.ts'
import { type Opinion, recheckedAt } from './opinion.ts'
import { isWithin, msOf } from './times.ts'

/** How long a component may take to become ready for the first time, when nothing says longer, ms. */
const START_DEADLINE_MS = 600_000
/** An event this long before the deadline is activity, ms. */
const RECENT_MS = 300_000

/** As people read them in `docs/status-rules.md`; each has a test of the same name. */
export const DEADLINE_RULES: readonly RuleText[] = [
  {
    name: 'a component that was never ready fails when its start deadline is over',
    signal:
      'not ready for max(10 min, `progressDeadlineSeconds`, start-up budget of the probes) since its creation, neither paused nor held back by a gate',
    shown: 'at once',
    verdict: 'Failed (Degraded while pods serve)',
  },
  {
    name: 'the start deadline is extended once, by its own length, while an image is pulled or a node is added',
    signal: 'a container is being created, or an event `Pulling` or `TriggeredScaleUp` of the last 5 min',
    shown: 'never',
    verdict: 'after twice the time',
  },
]

/** Signs that somebody works on it: an image that is pulled, a node that is added. */
const ACTIVITY: readonly string[] = ['Pulling', 'TriggeredScaleUp']

/** Fails what is not ready in time: max(progressDeadlineSeconds, start-up budget of its probes), extended once. */
export function startDeadline(input: ComponentInput, opinion: Opinion): Opinion {
  const { workload, expectedSince, nowMs } = input
  const startedAtMs = msOf(workload?.creationTimestamp ?? expectedSince)
  if (startedAtMs === undefined) return opinion
  const allowedMs = allowance(input)
  const extended = isExtended(input, startedAtMs + allowedMs)
  const limitMs = extended ? allowedMs * 2 : allowedMs
  const kept = extended ? { ...opinion, extended } : opinion
  return nowMs < startedAtMs + limitMs
    ? recheckedAt(kept, startedAtMs + limitMs)
    : exceeded(kept, workload?.available ?? 0, limitMs)
}

/** Decided when the deadline is over; what was extended stays so. */
function isExtended(input: ComponentInput, deadlineMs: number): boolean {
  if (input.before?.extended === true) return true
  return input.nowMs >= deadlineMs && isActive(input, deadlineMs)
}

function allowance({ workload }: ComponentInput): number {
  return Math.max(
    START_DEADLINE_MS,
    (workload?.progressDeadlineSeconds ?? 0) * 1000,
    workload?.startBudgetMs ?? 0,
  )
}

/** A container that is still being created, or an event of {@link ACTIVITY} shortly before the deadline or after it. */
function isActive({ pods, events }: ComponentInput, deadlineMs: number): boolean {
  const creating = pods.some(
    (pod) =>
      pod.node !== '' &&
      !pod.terminating &&
      pod.containers.some(({ waiting }) => waiting?.reason === 'ContainerCreating'),
  )
  return (
    creating ||
    events.some(
      ({ reason, lastSeen }) =>
        ACTIVITY.includes(reason) && isWithin({ time: lastSeen, fromMs: deadlineMs - RECENT_MS }),
    )
  )
}

function exceeded(opinion: Opinion, available: number, limitMs: number): Opinion {
  const { message, cause } = opinion
  const serves = available >= 1
  return {
    ...opinion,
    status: serves ? 'Degraded' : 'Failed',
    failed: !serves,
    message: `not ready after ${Math.round(limitMs / 60_000)} min: ${message}`,
    cause: { code: cause?.code ?? 'StartTimeout', who: cause?.who === 'platform' ? 'platform' : 'operator' },
  }
}
