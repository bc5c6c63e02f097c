/** Rules about pods that no node takes (status reference §4.1). */
import { msOf } from '../times.ts'
import { pendingText, provisionerText } from './claims.ts'
import { NO_SIGNS, type PodContext, type PodRule, type Sign, timesFrom } from './sign.ts'
import { oneLine } from './words.ts'

const SHOWN_MS = 5_000
const VERDICT_MS = 300_000
/** What a new node may take from the moment the autoscaler asked for it. */
const SCALE_UP_MS = 600_000
/** A scheduler looks at a pod within milliseconds; one that is busy, or restarts, within seconds. */
const UNSEEN_MS = 30_000

const NAMED_CLAIM = /persistentvolumeclaim "[^"]*" not found/iu
const UNBOUND_CLAIM = /unbound (?:immediate )?PersistentVolumeClaim/iu

export const schedulingGated: PodRule = {
  name: 'a scheduling gate that holds a pod back is shown at once and is never a verdict',
  signal: '`PodScheduled` False: `SchedulingGated`',
  shown: 'at once',
  verdict: 'never',
  cause: 'SchedulingGated',
  find: ({ pod, nowMs }) => {
    const { unscheduled } = pod
    if (unscheduled?.reason !== GATED) return NO_SIGNS
    const graces = { shownAfterMs: 0, verdictAfterMs: undefined }
    return [
      {
        reason: GATED,
        message: `pod ${pod.name} is held back: ${oneLine(unscheduled.message)}`,
        ...timesFrom(msOf(unscheduled.since), graces, nowMs),
      },
    ]
  },
}

const GATED = 'SchedulingGated'

export const claimMissing: PodRule = {
  name: 'a pod whose PersistentVolumeClaim does not exist fails the component after 5 s',
  signal:
    '`PodScheduled` False: `Unschedulable` with persistentvolumeclaim … not found, or with unbound PersistentVolumeClaims … not found while no claim of the pod is known or its provisioner says not found',
  shown: 'at once',
  verdict: 'Failed after 5 s',
  cause: 'VolumePending',
  find: (context) => {
    if (!missesClaim(context)) return NO_SIGNS
    const graces = { shownAfterMs: 0, verdictAfterMs: SHOWN_MS }
    return [{ ...unscheduledSign(context, graces), ...claimToBlame(context) }]
  },
}

/**
 * Of a claim that is there and merely not bound yet the scheduler says "unbound … not found" as well, in every ordinary
 * start: then that it waits is all that is known.
 */
function missesClaim(context: PodContext): boolean {
  const text = textOf(context)
  if (NAMED_CLAIM.test(text)) return true
  if (!UNBOUND_CLAIM.test(text) || !/not found/iu.test(text)) return false
  return (
    context.claims.length === 0 ||
    context.claims.some((claim) => /not found/iu.test(provisionerText(context, claim)))
  )
}

/** The scheduler does not say which claim, nor why; the provisioner does. */
function claimToBlame(context: PodContext): Partial<Pick<Sign, 'message' | 'object'>> {
  const claim = context.claims.find((one) => one.phase === 'Pending' && provisionerText(context, one) !== '')
  if (claim === undefined) return {}
  return { message: pendingText(context, claim), object: `PersistentVolumeClaim/${claim.name}` }
}

export const noNodeMatches: PodRule = {
  name: 'a pod whose node affinity or selector no node matches fails the component at once, unless nodes are being added',
  signal: "`PodScheduled` False: `Unschedulable`, all nodes didn't match Pod's node affinity/selector",
  shown: 'at once',
  verdict: 'Failed at once; after an event `TriggeredScaleUp` 10 min later than it',
  cause: 'Unschedulable',
  find: (context) => {
    if (!matchesNoNode(textOf(context)) || scaleUpMs(context) !== undefined) return NO_SIGNS
    return [unscheduledSign(context, { shownAfterMs: 0, verdictAfterMs: 0 })]
  },
}

export const unschedulable: PodRule = {
  name: 'a pod that no node can take is shown after 5 s and fails the component after 5 min, later while nodes are being added',
  signal: '`PodScheduled` False: `Unschedulable`',
  shown: 'after 5 s',
  verdict: 'Failed after 5 min, and not before 10 min after an event `TriggeredScaleUp`',
  cause: 'Unschedulable',
  find: (context) => {
    const text = textOf(context)
    if (text === '' || missesClaim(context) || blamesClaim(context)) return NO_SIGNS
    const triggeredMs = scaleUpMs(context)
    if (triggeredMs === undefined && matchesNoNode(text)) return NO_SIGNS
    const sign = unscheduledSign(context, { shownAfterMs: SHOWN_MS, verdictAfterMs: VERDICT_MS })
    if (triggeredMs === undefined || sign.verdictAtMs === undefined) return [sign]
    return [{ ...sign, verdictAtMs: Math.max(sign.verdictAtMs, triggeredMs + SCALE_UP_MS) }]
  },
}

export const unseenByScheduler: PodRule = {
  name: 'a pod that no scheduler looks at is shown after 30 s and fails the component after 5 min',
  signal: 'pod without a node and without the condition `PodScheduled`',
  shown: 'after 30 s',
  verdict: 'Failed after 5 min',
  cause: 'Unschedulable',
  find: ({ pod, nowMs }) => {
    const { node, unscheduled, phase, containers } = pod
    const unseen = node === '' && unscheduled === undefined && phase === 'Pending' && containers.length === 0
    if (!unseen) return NO_SIGNS
    const graces = { shownAfterMs: UNSEEN_MS, verdictAfterMs: VERDICT_MS }
    return [
      {
        reason: 'Pending',
        message: `pod ${pod.name} has no node: no scheduler has looked at it`,
        ...timesFrom(msOf(pod.creationTimestamp), graces, nowMs),
      },
    ]
  },
}

/** The scheduler waits for a claim of the pod to be bound. */
export function blamesClaim(context: PodContext): boolean {
  return UNBOUND_CLAIM.test(textOf(context)) && context.claims.some(({ phase }) => phase === 'Pending')
}

/** Empty for a pod that has a node, or is held back by a gate. */
function textOf({ pod: { unscheduled } }: PodContext): string {
  if (unscheduled === undefined || unscheduled.reason === GATED) return ''
  return unscheduled.message === '' ? 'no node can take it' : unscheduled.message
}

/** No waiting changes either: nodes that are not meant, and those of the control plane, which take nobody. */
const MISMATCHES: readonly RegExp[] = [
  /(?<nodes>\d+) node\(s\) didn't (?:match|satisfy) (?:Pod's |plugin )?\[?(?:node (?:affinity|selector)|NodeAffinity)/iu,
  /(?<nodes>\d+) node\(s\) had untolerated taint \{node-role\.kubernetes\.io\//iu,
]

/** `0/3 nodes are available: 3 node(s) didn't match …`: that holds for all of them. */
function matchesNoNode(text: string): boolean {
  const all = Number(/^0\/(?<all>\d+) nodes are available: /u.exec(text)?.groups?.['all'] ?? 0)
  const clause = clauseOf(text)
  const [unmeant = 0, closed = 0] = MISMATCHES.map((mismatch) =>
    Number(mismatch.exec(clause)?.groups?.['nodes'] ?? 0),
  )
  return unmeant > 0 && unmeant + closed === all
}

/** When the cluster autoscaler last asked for nodes for this pod. */
function scaleUpMs({ events }: PodContext): number | undefined {
  return msOf(events.find(({ reason }) => reason === 'TriggeredScaleUp')?.lastSeen)
}

function unscheduledSign(context: PodContext, graces: Parameters<typeof timesFrom>[1]): Sign {
  const { pod, nowMs } = context
  return {
    reason: pod.unscheduled?.reason || 'Unschedulable',
    message: `pod ${pod.name} has no node: ${firstClause(textOf(context))}`,
    // It never had a node, so it has waited since it was made.
    ...timesFrom(msOf(pod.unscheduled?.since) ?? msOf(pod.creationTimestamp), graces, nowMs),
  }
}

/** What follows is about preemption and resource claims, and says the same once more. */
function firstClause(text: string): string {
  return oneLine(clauseOf(text), 300)
}

function clauseOf(text: string): string {
  return text.split(/\.(?:\s|$)/u)[0] ?? ''
}
