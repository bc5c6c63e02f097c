/** Rules about the volumes of a pod: claims without a volume, volumes that a node cannot mount (status reference §4.1). */
import type { ObservedClaim, ObservedEvent } from '../../model/observed.ts'
import { msOf } from '../times.ts'
import { claimName, pendingText } from './claims.ts'
import { firstSeenOf, sinceLastActivity } from './containers.ts'
import { blamesClaim } from './scheduling.ts'
import { type Graces, NO_SIGNS, type PodContext, type PodRule, type Sign, timesFrom } from './sign.ts'
import { MISSING_OBJECT } from './starts.ts'
import { oneLine } from './words.ts'

const SHOWN_MS = 30_000
const VERDICT_MS = 300_000
const MISSING_MS = 60_000

export const claimLost: PodRule = {
  name: 'a PersistentVolumeClaim that lost its volume fails the component at once',
  signal: 'claim of the pod in phase `Lost`',
  shown: 'at once',
  verdict: 'Failed at once',
  cause: 'VolumePending',
  evenWhenReady: true,
  find: (context) =>
    claimSigns(context, 'Lost', (claim) => ({
      reason: 'VolumeLost',
      message: `${claimName(claim)} has lost its volume`,
      ...timesFrom(claimedSince(context, claim), { shownAfterMs: 0, verdictAfterMs: 0 }, context.nowMs),
    })),
}

/** A claim that waits for its first consumer is normal until the pod has a node. */
export const claimPending: PodRule = {
  name: 'a PersistentVolumeClaim that stays Pending is shown after 30 s and fails the component after 5 min',
  signal: 'claim of the pod in phase `Pending`; of a pod without a node only when the scheduler names it',
  shown: 'after 30 s',
  verdict: 'Failed after 5 min',
  cause: 'VolumePending',
  find: (context) => {
    if (context.pod.node === '' && !blamesClaim(context)) return NO_SIGNS
    const graces = { shownAfterMs: SHOWN_MS, verdictAfterMs: VERDICT_MS }
    return claimSigns(context, 'Pending', (claim) => ({
      reason: 'VolumePending',
      message: pendingText(context, claim),
      ...timesFrom(claimedSince(context, claim), graces, context.nowMs),
    }))
  },
}

export const mountMissing: PodRule = {
  name: 'a volume whose Secret or ConfigMap does not exist is shown after 30 s and fails the component after 60 s',
  signal: 'events `FailedMount` with secret … not found, configmap … not found, before any container has run',
  shown: 'after 30 s',
  verdict: 'Failed after 60 s',
  cause: 'ConfigMissing',
  find: (context) => {
    const failed = failedMounts(context).filter(({ message }) => MISSING_OBJECT.test(message))
    return mountSigns(context, failed, { shownAfterMs: SHOWN_MS, verdictAfterMs: MISSING_MS })
  },
}

export const mountFailed: PodRule = {
  name: 'a volume that cannot be attached or mounted is shown after 30 s and fails the component after 5 min',
  signal: 'events `FailedMount`, `FailedAttachVolume`, `FailedMapVolume`, before any container has run',
  shown: 'after 30 s',
  verdict: 'Failed after 5 min',
  cause: 'MountFailed',
  find: (context) => {
    const failed = failedMounts(context)
    if (failed.some(({ message }) => MISSING_OBJECT.test(message))) return NO_SIGNS
    return mountSigns(context, failed, { shownAfterMs: SHOWN_MS, verdictAfterMs: VERDICT_MS })
  },
}

function claimSigns(
  { claims }: PodContext,
  phase: string,
  tell: (claim: ObservedClaim) => Sign,
): readonly Sign[] {
  return claims
    .filter((claim) => claim.phase === phase)
    .map((claim) => ({ ...tell(claim), object: `PersistentVolumeClaim/${claim.name}` }))
}

/** Of the two the younger: a claim may be older than the pod that first needs it. */
function claimedSince({ pod }: PodContext, claim: ObservedClaim): number | undefined {
  const times = [pod.creationTimestamp, claim.creationTimestamp].flatMap((time) => msOf(time) ?? [])
  return times.length === 0 ? undefined : Math.max(...times)
}

const MOUNTING: readonly string[] = ['FailedMount', 'FailedAttachVolume', 'FailedMapVolume']

/** A volume is mounted once in the life of a pod: a container that ran after the event proves that it worked. */
function failedMounts({ pod, events }: PodContext): readonly ObservedEvent[] {
  return sinceLastActivity(
    pod,
    events.filter(({ reason }) => MOUNTING.includes(reason)),
  )
}

/** The kubelet's summary of all volumes says less than what failed with one of them. */
const SUMMARY = /^unable to (?:attach or )?mount volumes/iu

function mountSigns(
  { pod, nowMs }: PodContext,
  failed: readonly ObservedEvent[],
  graces: Graces,
): readonly Sign[] {
  const telling = failed.find(({ message }) => !SUMMARY.test(message)) ?? failed[0]
  if (telling === undefined) return NO_SIGNS
  return [
    {
      reason: telling.reason,
      message: `pod ${pod.name} waits for a volume: ${oneLine(telling.message, 300)}`,
      ...timesFrom(firstSeenOf(failed), graces, nowMs),
    },
  ]
}
