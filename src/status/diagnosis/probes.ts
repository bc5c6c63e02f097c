/** Rules about containers that run, but do not answer as they should (status reference §4.1). */
import type { ObservedContainer, ObservedProbe } from '../../model/observed.ts'
import { msOf } from '../times.ts'
import { eventsOf, inRunning, nameOf } from './containers.ts'
import { type ContainerContext, type PodRule, type Sign, timesFrom } from './sign.ts'
import { oneLine } from './words.ts'

/** For a container whose probes are not known. */
const UNKNOWN_BUDGET_MS = 30_000

export const probeFailing: PodRule = {
  name: 'a failing probe is named with what it asks and the answer, once its own budget is over, and is never a verdict',
  signal: 'event `Unhealthy` about a container that runs and is not ready',
  shown:
    'when the container has run for longer than initialDelay + failureThreshold × period + timeout of its probes',
  verdict:
    'never: the start deadline of the component decides; a kill for a startup or liveness probe is a restart',
  cause: 'ProbeFailing',
  find: inRunning((context) => {
    const failure = isUnready(context) ? latestFailure(context) : undefined
    if (failure === undefined) return undefined
    const asks = asksOf(context.container, failure.kind)
    return {
      reason: 'Unhealthy',
      message: `${nameOf(context)} runs, but its ${failure.kind} probe${asks} fails: ${oneLine(failure.answer)}`,
      ...probeTimes(context),
    }
  }),
}

export const neverReady: PodRule = {
  name: 'a container that runs and does not become ready is named with its probe, even when no event tells of it',
  signal: 'container running and not ready, without such an event',
  shown: 'when the container has run for longer than the budget of its probes',
  verdict: 'never: the start deadline of the component decides',
  cause: 'ProbeFailing',
  find: inRunning((context) => {
    if (!isUnready(context) || latestFailure(context) !== undefined) return undefined
    return {
      reason: 'NotReady',
      message: `${nameOf(context)} ${silenceOf(context)}`,
      ...probeTimes(context),
    }
  }),
}

/** ` GET :8080/health` with its space, as it stands in a message; empty when it is not known. */
export function asksOf({ probes }: ObservedContainer, kind: string): string {
  const asks = probeOf(probes, kind)?.asks ?? ''
  return asks === '' ? '' : ` ${asks}`
}

function probeOf(probes: readonly ObservedProbe[] = [], kind: string): ObservedProbe | undefined {
  return probes.find((probe) => probe.kind === kind)
}

/** A container that just ended has its crash to tell of, which says more. */
function isUnready(context: ContainerContext): boolean {
  const { kind, ready, runningSince } = context.container
  return kind !== 'init' && !ready && runningSince !== undefined && context.crash === undefined
}

const FAILED_PROBE =
  /^(?<kind>startup|readiness|liveness) probe (?:failed|errored(?: and resulted in [^:]*)?): (?<answer>.*)$/isu

interface ProbeFailure {
  readonly kind: string
  readonly answer: string
}

/** Of this run of the container. The kubelet writes whole seconds. */
function latestFailure(context: ContainerContext): ProbeFailure | undefined {
  const startedMs = (msOf(context.container.runningSince) ?? 0) - 1000
  for (const { reason, message, lastSeen } of eventsOf(context)) {
    if (reason !== 'Unhealthy' || (msOf(lastSeen) ?? Infinity) < startedMs) continue
    const { kind, answer } = FAILED_PROBE.exec(message)?.groups ?? {}
    if (kind !== undefined && answer !== undefined) return { kind: kind.toLowerCase(), answer }
  }
  return undefined
}

/** Failures within the budget are part of a start; the readiness probe begins when the startup probe has succeeded. */
function probeTimes({ container, nowMs }: ContainerContext): Pick<Sign, 'shownAtMs' | 'verdictAtMs'> {
  const { probes = [], runningSince } = container
  const budgetMs = (probeOf(probes, 'startup')?.budgetMs ?? 0) + (probeOf(probes, 'readiness')?.budgetMs ?? 0)
  const graces = { shownAfterMs: budgetMs === 0 ? UNKNOWN_BUDGET_MS : budgetMs, verdictAfterMs: undefined }
  return timesFrom(msOf(runningSince), graces, nowMs)
}

function silenceOf({ container, pod }: ContainerContext): string {
  const { probes, runningSince = '' } = container
  const probe = probeOf(probes, 'readiness') ?? probeOf(probes, 'startup')
  const asked = probe === undefined ? 'it is not reported ready' : `its ${probe.kind} probe ${probe.asks}`
  if (probe === undefined) return `runs since ${runningSince}, but ${asked}`
  const lostAfterStart = (msOf(pod.readyTurnedAt) ?? 0) > (msOf(runningSince) ?? Infinity)
  return lostAfterStart
    ? `runs, but ${asked} does not succeed any more since ${pod.readyTurnedAt}`
    : `runs since ${runningSince}, but ${asked} has not succeeded`
}
