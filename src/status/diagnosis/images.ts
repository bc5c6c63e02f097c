/** Rules about images that a node cannot get (status reference §4.1). */
import type { ObservedEvent } from '../../model/observed.ts'
import { msOf } from '../times.ts'
import { eventsOf, inContainers, nameOf, troubledSince, waitsSince } from './containers.ts'
import { type PullFailure, readPullFailure } from './image-text.ts'
import { type ContainerContext, type PodRule, type Sign, timesFrom } from './sign.ts'

const PULLING: readonly string[] = [
  'ImagePullBackOff',
  'ErrImagePull',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
]
const PERMANENT_MS = 10_000
const PASSING_MS = 180_000
const PASSING_PULLS = 3

const FAILED_PULL = 'Failed to pull image '

export const imageNameInvalid: PodRule = {
  name: 'an image name that is invalid, or an image that must never be pulled, fails the component at once',
  signal: 'container waiting: `InvalidImageName`, `ErrImageNeverPull`',
  shown: 'at once',
  verdict: 'Failed at once',
  cause: 'ImagePull',
  find: inContainers((context) => {
    const { container, nowMs } = context
    const reason = container.waiting?.reason ?? ''
    const fault = FAULTS[reason]
    if (fault === undefined) return undefined
    return {
      reason,
      message: `${nameOf(context)} has ${fault} "${container.image}"`,
      ...timesFrom(waitsSince(context), { shownAfterMs: 0, verdictAfterMs: 0 }, nowMs),
    }
  }),
}

const FAULTS: Readonly<Record<string, string | undefined>> = {
  InvalidImageName: 'an invalid image name',
  ErrImageNeverPull: 'the pull policy Never, and the node does not hold its image',
}

export const imageNotThere: PodRule = {
  name: 'an image that does not exist, or that the registry denies, fails the component after 10 s',
  signal:
    'container waiting: `ImagePullBackOff`, `ErrImagePull` with not found, manifest unknown, does not exist, denied, unauthorized, no basic auth, no match for platform, invalid reference',
  shown: 'at once',
  verdict: 'Failed after 10 s',
  cause: 'ImagePull',
  who: 'operator',
  find: inContainers((context) => {
    const failure = pullFailureOf(context)
    if (failure?.permanent !== true) return undefined
    return {
      ...pullSign(context, failure.text),
      ...permanentTimes(context),
    }
  }),
}

/** The back-off of older kubelets tells no cause: then the pod's latest event does, while there is one. */
export const registrySilent: PodRule = {
  name: 'a registry that does not answer fails the component after 3 min or 3 pulls',
  signal: 'container waiting: `ImagePullBackOff`, `ErrImagePull` with any other text, or with none',
  shown: 'at once',
  verdict: 'Failed after 3 min or 3 pulls',
  cause: 'ImagePull',
  who: 'platform',
  find: inContainers((context) => {
    const failure = pullFailureOf(context)
    if (failure === undefined || failure.permanent) return undefined
    const said = failure.text === '' ? '' : ` (${failure.text})`
    return {
      ...pullSign(context, `registry not answering; retrying${said}`),
      ...passingTimes(context),
    }
  }),
}

function pullSign(context: ContainerContext, why: string): Pick<Sign, 'reason' | 'message'> {
  const { container } = context
  return {
    reason: container.waiting?.reason ?? '',
    message: `${nameOf(context)} cannot pull image "${container.image}": ${why}`,
  }
}

/** Where nothing tells since when: a back-off begins after a pull that failed, and lasts 10 s at least. */
function permanentTimes(context: ContainerContext): Pick<Sign, 'shownAtMs' | 'verdictAtMs'> {
  const { container, nowMs } = context
  const sinceMs = waitsSince(context)
  const over = sinceMs === undefined && container.waiting?.reason === 'ImagePullBackOff'
  return timesFrom(sinceMs, { shownAfterMs: 0, verdictAfterMs: over ? 0 : PERMANENT_MS }, nowMs)
}

function passingTimes(context: ContainerContext): Pick<Sign, 'shownAtMs' | 'verdictAtMs'> {
  const { nowMs } = context
  const pulls = failedPulls(context)
  const times = timesFrom(
    troubledSince(context, pulls),
    { shownAfterMs: 0, verdictAfterMs: PASSING_MS },
    nowMs,
  )
  const thirdPull = pulls.reduce((sum, { count }) => sum + count, 0) >= PASSING_PULLS
  if (!thirdPull || times.verdictAtMs === undefined) return times
  const told = msOf(pulls[0]?.lastSeen) ?? nowMs
  return { ...times, verdictAtMs: Math.min(times.verdictAtMs, told, nowMs) }
}

function pullFailureOf(context: ContainerContext): PullFailure | undefined {
  const { waiting, image } = context.container
  if (waiting === undefined || !PULLING.includes(waiting.reason)) return undefined
  const own = readPullFailure(waiting.message, image)
  if (own.text !== '') return own
  return readPullFailure(failedPulls(context)[0]?.message ?? '', image)
}

/** Of this image: another container of the pod may fail to pull another. */
function failedPulls(context: ContainerContext): readonly ObservedEvent[] {
  const { image } = context.container
  return eventsOf(context).filter(({ message }) => message.startsWith(`${FAILED_PULL}"${image}"`))
}
