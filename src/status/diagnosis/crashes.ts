/** Rules about containers that end again and again (status reference §4.1). */
import { msOf } from '../times.ts'
import { inContainers, nameOf, waitsSince } from './containers.ts'
import { killingProbe, lastEndOf, loops, restartsText, tellEnd } from './endings.ts'
import { asksOf } from './probes.ts'
import { type ContainerContext, type Crash, type PodRule, type Sign, timesFrom } from './sign.ts'
import { labelled, oneLine } from './words.ts'

export const outOfMemory: PodRule = {
  name: 'a container killed for its memory is shown at once and fails the component at the second time',
  signal: 'container `state` or `lastState` terminated: `OOMKilled`',
  shown: 'at once',
  verdict: 'Failed at the second restart, or at the second kill in a row',
  cause: 'OutOfMemory',
  evenWhenReady: true,
  find: inCrashes((context, crash) => {
    if (crash.ending !== 'memory') return undefined
    const { memoryLimit, restarts } = context.container
    const limit =
      memoryLimit === undefined ? 'used more than its memory limit' : `memory limit ${memoryLimit}`
    const when = crash.end.finishedAt === '' ? '' : ` at ${crash.end.finishedAt}`
    return {
      reason: 'OOMKilled',
      message: `${nameOf(context)} was killed: ${limit}${when}${restartsText(restarts)}`,
      ...crashTimes(context, crash),
    }
  }),
}

export const killedByProbe: PodRule = {
  name: 'a container that its startup or liveness probe ends again and again fails the component like a crash',
  signal: 'restarts, with event `Unhealthy` of a startup or liveness probe while it ran last',
  shown: 'at once',
  verdict: 'Failed at the second restart, or when it ends twice in the same way',
  cause: 'ProbeFailing',
  evenWhenReady: true,
  find: inCrashes((context, crash) => {
    const probe = crash.ending === 'probe' ? killingProbe(context, crash.end) : undefined
    if (probe === undefined) return undefined
    const asks = asksOf(context.container, probe.kind)
    const killed = `${nameOf(context)} was ended by the kubelet${restartsText(context.container.restarts)}`
    return {
      reason: reasonOf(context, crash),
      message: `${killed}: ${labelled(`its ${probe.kind} probe${asks} fails`, oneLine(probe.answer))}`,
      ...crashTimes(context, crash),
    }
  }),
}

export const crashLoop: PodRule = {
  name: 'a container in a crash loop fails the component at its second restart, or when it ends twice with the same exit code',
  signal: 'container waiting: `CrashLoopBackOff`',
  shown: 'at once',
  verdict: 'Failed at the second restart, or at the same exit code twice',
  cause: 'CrashLoop',
  find: inContainers((context) => {
    const { crash } = context
    if (crash === undefined) return untoldEnd(context)
    return crash.backingOff && crash.looping ? endSign(context, crash) : undefined
  }),
}

/** A container that backs off has ended, even if nothing tells how, as in a dump that was shortened. */
function untoldEnd(context: ContainerContext): Sign | undefined {
  const { container, nowMs } = context
  if (container.waiting?.reason !== BACKING_OFF || lastEndOf(container) !== undefined) return undefined
  const looping = loops(container)
  return {
    reason: BACKING_OFF,
    message: labelled(
      `${nameOf(context)} ends after its start${restartsText(container.restarts)}`,
      oneLine(container.waiting.message),
    ),
    ...timesFrom(waitsSince(context), { shownAfterMs: 0, verdictAfterMs: looping ? 0 : undefined }, nowMs),
    ...(!looping && { who: 'nobody yet' as const }),
  }
}

const BACKING_OFF = 'CrashLoopBackOff'

export const betweenCrashes: PodRule = {
  name: 'a crash loop keeps its reason and its verdict between restarts, until the container has run ready for 60 s',
  signal: 'container running or terminated that restarted twice, or ended twice with the same exit code',
  shown: 'at once',
  verdict: 'Failed at once, until it has run ready for 60 s, or has run for 10 min',
  cause: 'CrashLoop',
  evenWhenReady: true,
  find: inCrashes((context, crash) =>
    !crash.backingOff && crash.looping ? endSign(context, crash) : undefined,
  ),
}

/** Order of start is left to restarts: a control plane that ends because its database is not there yet is normal. */
export const endedOnce: PodRule = {
  name: 'a container that restarted once is shown, and is given another chance',
  signal: 'container terminated, or restarted once and not ready',
  shown: 'at once, until it has run for 60 s',
  verdict: 'never',
  cause: 'CrashLoop',
  who: 'nobody yet',
  find: inCrashes((context, crash) => (crash.looping ? undefined : endSign(context, crash))),
}

function inCrashes(find: (context: ContainerContext, crash: Crash) => Sign | undefined): PodRule['find'] {
  return inContainers((context) => {
    const { crash } = context
    return crash === undefined ? undefined : find(context, crash)
  })
}

/** What the runtime could not start, what memory or a probe ended: other rules say it better. */
function endSign(context: ContainerContext, crash: Crash): Sign | undefined {
  const { end, ending } = crash
  if (ending === 'memory' || (ending === 'probe' && killingProbe(context, end) !== undefined))
    return undefined
  if (ending === 'start' && context.container.runningSince === undefined) return undefined
  return {
    reason: reasonOf(context, crash),
    message: `${nameOf(context)} ${tellEnd(end, context.container.restarts)}`,
    ...crashTimes(context, crash),
  }
}

/** The word of the back-off stays while the next attempt runs. */
function reasonOf({ container }: ContainerContext, { looping, end }: Crash): string {
  return looping ? BACKING_OFF : container.waiting?.reason || end.reason || 'Error'
}

function crashTimes(
  { nowMs }: ContainerContext,
  crash: Crash,
): Pick<Sign, 'shownAtMs' | 'verdictAtMs' | 'endsAtMs' | 'who'> {
  const graces = { shownAfterMs: 0, verdictAfterMs: crash.looping ? 0 : undefined }
  return {
    ...timesFrom(msOf(crash.end.finishedAt), graces, nowMs),
    // The first time may be the last.
    ...(!crash.looping && { who: 'nobody yet' as const }),
    ...(crash.endsAtMs !== undefined && { endsAtMs: crash.endsAtMs }),
  }
}
