/** Rules about pods that are over: evicted, failed, or not gone when they should be (status reference §4.1). */
import type { ObservedPod } from '../../model/observed.ts'
import { compare } from '../events/order.ts'
import { msOf } from '../times.ts'
import { tellEnd } from './endings.ts'
import { type ComponentRule, NO_SIGNS, type PodRule, timesFrom } from './sign.ts'
import { counted, labelled, oneLine } from './words.ts'

/** Phase Failed with one of these is what a node leaves behind; its controller makes another pod. */
const LEFTOVER =
  /^(?:Evicted|Preempting|Shutdown|NodeShutdown|NodeAffinity|Terminated|UnexpectedAdmissionError|OutOf\w+)$/u

/** Repeated so often within so long, it is a trouble of its own. */
const EVICTIONS = 3
const EVICTIONS_MS = 600_000
const STUCK_MS = 30_000

const AT_ONCE = { shownAfterMs: 0, verdictAfterMs: 0 }
const ONLY_SHOWN = { shownAfterMs: 0, verdictAfterMs: undefined }

/** Its controller has made another, so it says nothing about its component. */
export function isLeftover({ phase, reason }: ObservedPod): boolean {
  return phase === 'Failed' && LEFTOVER.test(reason)
}

export const leftover: PodRule = {
  name: 'a pod that was evicted or refused by its node is never a verdict: a replacement comes',
  signal:
    'pod phase Failed: `Evicted`, `Preempting`, `Shutdown`, `NodeAffinity`, `Terminated`, `UnexpectedAdmissionError`, `OutOf…`',
  shown: 'at once for the pod; its component ignores it',
  verdict: 'never',
  cause: 'Evicted',
  who: 'nobody yet',
  find: ({ pod, nowMs }) => {
    if (!isLeftover(pod)) return NO_SIGNS
    return [
      {
        reason: pod.reason,
        message: labelled(`pod ${pod.name} was taken off its node`, oneLine(pod.message)),
        ...timesFrom(endedAt(pod), ONLY_SHOWN, nowMs),
      },
    ]
  },
}

export const podFailed: PodRule = {
  name: 'a pod that failed for another reason fails the component at once, unless another has taken its place',
  signal: 'pod phase Failed with any other reason, and no live pod of the component',
  shown: 'at once',
  verdict: 'Failed at once',
  cause: 'PodFailed',
  find: ({ pod, nowMs }) => {
    if (pod.phase !== 'Failed' || isLeftover(pod)) return NO_SIGNS
    return [
      {
        reason: pod.reason === '' ? 'Failed' : pod.reason,
        message: labelled(`pod ${pod.name} failed`, oneLine(pod.message) || endOf(pod)),
        ...timesFrom(endedAt(pod), AT_ONCE, nowMs),
      },
    ]
  },
}

function endOf({ containers }: ObservedPod): string {
  const failed = containers.find(({ terminated }) => terminated !== undefined && terminated.exitCode !== 0)
  if (failed?.terminated === undefined) return ''
  return `container ${failed.name} ${tellEnd(failed.terminated, failed.restarts)}`
}

export const evictedAgain: ComponentRule = {
  name: 'a component whose pods are evicted three times in 10 min is degraded',
  signal: 'three pods in phase Failed: `Evicted` that ended within 10 min',
  shown: 'at once',
  verdict: 'Degraded at once, until 10 min after the third last eviction',
  cause: 'Evicted',
  find: ({ pods, nowMs }) => {
    const evicted = pods
      .filter(({ phase, reason }) => phase === 'Failed' && reason === 'Evicted')
      .map((pod) => ({ pod, atMs: endedAt(pod) ?? -Infinity }))
      .toSorted((a, b) => b.atMs - a.atMs || compare(a.pod.name, b.pod.name))
    const [newest, , third] = evicted
    if (newest === undefined || third === undefined || third.atMs + EVICTIONS_MS <= nowMs) return undefined
    return {
      reason: 'Evicted',
      message: labelled(`pods are evicted (${EVICTIONS} in 10 min or less)`, oneLine(newest.pod.message)),
      endsAtMs: third.atMs + EVICTIONS_MS,
      ...timesFrom(newest.atMs, AT_ONCE, nowMs),
    }
  },
}

/** Waits for a node to answer or for a finalizer. While another pod may serve, it hinders nobody. */
export const endsLate: PodRule = {
  name: 'a pod that ends later than it should is shown 30 s after its grace and is no verdict by itself',
  signal: 'pod terminating, `metadata.deletionTimestamp` passed',
  shown: '30 s after its grace period',
  verdict: 'never',
  cause: 'TerminationStuck',
  whileEnding: true,
  find: ({ pod, nowMs }) => {
    if (!pod.terminating || isOver(pod)) return NO_SIGNS
    const graces = { shownAfterMs: STUCK_MS, verdictAfterMs: undefined }
    return [{ ...stuckWords(pod), ...timesFrom(msOf(pod.deletionTimestamp) ?? Infinity, graces, nowMs) }]
  },
}

export const terminationStuck: ComponentRule = {
  name: 'an old pod that does not end and whose successor waits for it degrades the component 30 s after its grace',
  signal:
    'pod terminating, of a StatefulSet or of a Deployment with strategy `Recreate`, and pods are missing',
  shown: '30 s after its grace period',
  verdict: 'Degraded 30 s after its grace period',
  cause: 'TerminationStuck',
  find: ({ workload, pods, nowMs }) => {
    const successorWaits = workload.kind === 'StatefulSet' || workload.recreate
    const living = pods.filter((pod) => !pod.terminating && !isOver(pod)).length
    if (!successorWaits || living >= workload.desired) return undefined
    const [oldest] = pods
      .filter((pod) => pod.terminating && pod.deletionTimestamp !== undefined)
      .toSorted(
        (a, b) =>
          (msOf(a.deletionTimestamp) ?? 0) - (msOf(b.deletionTimestamp) ?? 0) || compare(a.name, b.name),
      )
    if (oldest === undefined) return undefined
    const graces = { shownAfterMs: STUCK_MS, verdictAfterMs: STUCK_MS }
    return {
      ...stuckWords(oldest),
      object: `Pod/${oldest.name}`,
      ...timesFrom(msOf(oldest.deletionTimestamp) ?? Infinity, graces, nowMs),
    }
  },
}

function stuckWords({ name, node, deletionTimestamp = '', finalizers = [] }: ObservedPod): {
  readonly reason: string
  readonly message: string
} {
  const held =
    finalizers.length === 0
      ? `node ${node} has not ended it`
      : `${counted(finalizers.length, 'finalizer')} left: ${finalizers.join(', ')}`
  return {
    reason: 'Terminating',
    message: `pod ${name} should have ended at ${deletionTimestamp}: ${held}`,
  }
}

function isOver({ phase }: ObservedPod): boolean {
  return phase === 'Failed' || phase === 'Succeeded'
}

/** A pod bears no time of its end: its Ready condition turned then, or its last container ended. */
function endedAt({ readyTurnedAt, containers, creationTimestamp }: ObservedPod): number | undefined {
  const ends = containers.flatMap(({ terminated }) => msOf(terminated?.finishedAt) ?? [])
  const known = [...ends, ...(readyTurnedAt === '' ? [] : [msOf(readyTurnedAt) ?? -Infinity])]
  return known.length === 0 ? msOf(creationTimestamp) : Math.max(...known)
}
