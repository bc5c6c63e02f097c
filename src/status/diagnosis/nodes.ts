/** Rules about the node of a pod: lost, without a sandbox for it, or emptied on purpose (status reference §4.1). */
import type { ObservedPod } from '../../model/observed.ts'
import { compare } from '../events/order.ts'
import { msOf } from '../times.ts'
import { firstSeenOf, lastActivityOf, sinceLastActivity } from './containers.ts'
import { type ComponentRule, NO_SIGNS, type PodContext, type PodRule, type Sign, timesFrom } from './sign.ts'
import { labelled, oneLine, withoutTransport } from './words.ts'

const SANDBOX_SHOWN_MS = 30_000
const SANDBOX_VERDICT_MS = 180_000
/** An event and the status that goes with it are written a moment apart. */
const TOLERANCE_MS = 5_000

export const nodeLost: PodRule = {
  name: 'a pod whose node is lost degrades the component at once',
  signal:
    'pod not ready although all its containers are (the node controller says so), reason `NodeLost`, or event `NodeNotReady`',
  shown: 'at once',
  verdict: 'Degraded at once',
  cause: 'NodeLost',
  whileEnding: 'too',
  find: (context) => {
    const { pod, nowMs } = context
    const lost = pod.terminating ? isGivenUp(pod) : isLost(pod) || isToldLost(context)
    return lost ? [lostSign(pod, nowMs)] : NO_SIGNS
  },
}

/** The node controller takes the pods of a lost node away, but they stay until the node answers or is removed. */
export const lostBeforeReplaced: ComponentRule = {
  name: 'a pod that is taken off a lost node degrades the component until another takes its place',
  signal: 'pod terminating with reason `NodeLost` or in phase Unknown, and pods are missing',
  shown: 'at once',
  verdict: 'Degraded at once',
  cause: 'NodeLost',
  find: ({ workload, pods, nowMs }) => {
    const [lost] = pods
      .filter((pod) => pod.terminating && isGivenUp(pod))
      .toSorted((a, b) => compare(a.name, b.name))
    const living = pods.filter(({ terminating, phase }) => !terminating && phase !== 'Failed').length
    if (lost === undefined || living >= workload.desired) return undefined
    return { ...lostSign(lost, nowMs), object: `Pod/${lost.name}` }
  },
}

function lostSign(pod: ObservedPod, nowMs: number): Sign {
  const node = pod.node === '' ? 'its node' : `node ${pod.node}`
  return {
    reason: 'NodeLost',
    message: `pod ${pod.name} is lost: ${node} does not answer any more`,
    ...timesFrom(msOf(pod.readyTurnedAt), { shownAfterMs: 0, verdictAfterMs: 0 }, nowMs),
  }
}

/** The node controller's own words. */
function isGivenUp({ reason, phase }: ObservedPod): boolean {
  return reason === 'NodeLost' || phase === 'Unknown'
}

export const sandboxFailed: PodRule = {
  name: 'a pod whose sandbox or network cannot be set up is shown after 30 s and fails the component after 3 min',
  signal: 'events `FailedCreatePodSandBox`, before any container has run',
  shown: 'after 30 s',
  verdict: 'Failed after 3 min',
  cause: 'SandboxFailed',
  find: ({ pod, events, nowMs }) => {
    const failed = sinceLastActivity(
      pod,
      events.filter(({ reason }) => reason === 'FailedCreatePodSandBox'),
    )
    const [newest] = failed
    if (newest === undefined) return NO_SIGNS
    const graces = { shownAfterMs: SANDBOX_SHOWN_MS, verdictAfterMs: SANDBOX_VERDICT_MS }
    return [
      {
        reason: newest.reason,
        message: labelled(`pod ${pod.name} has no sandbox on node ${pod.node}`, sandboxText(newest.message)),
        ...timesFrom(firstSeenOf(failed), graces, nowMs),
      },
    ]
  },
}

export const disrupted: PodRule = {
  name: 'a pod that is moved away on purpose is shown at once and is never a verdict',
  signal: '`DisruptionTarget` True',
  shown: 'at once',
  verdict: 'never',
  cause: 'Disrupted',
  evenWhenReady: true,
  find: ({ pod: { name, disruption }, nowMs }) => {
    if (disruption === undefined) return NO_SIGNS
    const graces = { shownAfterMs: 0, verdictAfterMs: undefined }
    const why = labelled(disruption.reason, oneLine(disruption.message))
    return [
      {
        reason: 'DisruptionTarget',
        message: `pod ${name} is moved away: ${why}`,
        ...timesFrom(undefined, graces, nowMs),
      },
    ]
  },
}

/** Written in the place of a reason by the projection of a pod, see there. */
export const GATES_NOT_OPEN = 'ReadinessGatesNotReady'

export const readinessGate: PodRule = {
  name: 'a readiness gate that is not open is shown at once and is never a verdict',
  signal: '`Ready` False: `ReadinessGatesNotReady`',
  shown: 'at once',
  verdict: 'never',
  cause: 'ReadinessGate',
  find: ({ pod: { name, reason, message, readyTurnedAt }, nowMs }) => {
    if (reason !== GATES_NOT_OPEN) return NO_SIGNS
    const graces = { shownAfterMs: 0, verdictAfterMs: undefined }
    return [
      {
        reason,
        message: labelled(`pod ${name} waits for a readiness gate`, oneLine(message)),
        ...timesFrom(msOf(readyTurnedAt), graces, nowMs),
      },
    ]
  },
}

/** A kubelet never writes this: it counts a pod as ready when its containers are. Only the node controller does. */
function isLost(pod: ObservedPod): boolean {
  const { reason, phase, node, containers } = pod
  if (isGivenUp(pod)) return true
  if (node === '' || phase !== 'Running' || reason === GATES_NOT_OPEN) return false
  let serving = 0
  for (const { kind, ready, runningSince } of containers) {
    if (kind === 'init') continue
    if (!ready || runningSince === undefined) return false
    serving += 1
  }
  return serving > 0
}

function isToldLost({ pod, events }: PodContext): boolean {
  const told = msOf(events.find(({ reason }) => reason === 'NodeNotReady')?.lastSeen)
  if (told === undefined) return false
  const turnedMs = msOf(pod.readyTurnedAt) ?? Infinity
  const activeMs = lastActivityOf(pod) ?? -Infinity
  return Math.abs(told - turnedMs) <= TOLERANCE_MS && activeMs < told
}

/** The id of the sandbox is another one at each try. */
function sandboxText(message: string): string {
  const text = withoutTransport(message.replace(/^failed to create pod sandbox: /iu, ''))
  return oneLine(text.replaceAll(/ "[0-9a-f]{12,}"/gu, ''), 300)
}
