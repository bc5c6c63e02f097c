/** One container of a pod as a rule sees it: its name for people, its events, since when it can be in trouble. */
import type { ObservedEvent, ObservedPod } from '../../model/observed.ts'
import { msOf } from '../times.ts'
import { type ContainerContext, NO_SIGNS, type PodRule, type Sign } from './sign.ts'

type FindInContainer = (context: ContainerContext) => Sign | undefined

/** For rules about starting: what they say of an init container or a sidecar begins with `Init:`, as kubectl prints it. */
export function inContainers(find: FindInContainer): PodRule['find'] {
  return inRunning((context) => {
    const sign = find(context)
    if (sign === undefined || context.container.kind === 'main') return sign
    return { ...sign, reason: `Init:${sign.reason}`, init: true }
  })
}

/** For rules about containers that run: a sidecar that runs is one like the others. */
export function inRunning(find: FindInContainer): PodRule['find'] {
  return (_, containers) => {
    let signs: Sign[] | undefined
    for (const context of containers) {
      const sign = find(context)
      if (sign !== undefined) (signs ??= []).push(sign)
    }
    return signs ?? NO_SIGNS
  }
}

/** `container controlplane`, `sidecar proxy`, `init container prepare (1/2)`. */
export function nameOf({ pod, container }: ContainerContext): string {
  if (container.kind === 'main') return `container ${container.name}`
  if (container.kind === 'sidecar') return `sidecar ${container.name}`
  const before = pod.containers.filter(({ kind }) => kind !== 'main')
  return `init container ${container.name} (${before.indexOf(container) + 1}/${before.length})`
}

/** Those of the pod's events that are about the container, or do not tell about which; newest first. */
export function eventsOf({
  events,
  container,
}: Pick<ContainerContext, 'events' | 'container'>): readonly ObservedEvent[] {
  const place = `{${container.name}}`
  return events.filter(({ about }) => about.fieldPath === '' || about.fieldPath.endsWith(place))
}

/**
 * The earliest time at which the container can have begun to wait, ms since 1970.
 *
 * A waiting container bears no time. So: since the pod is not ready (for a new pod, since its node took it), since
 * the init containers before it were done, and since it last ended; the latest of these that is known.
 */
export function waitsSince({ pod, container }: ContainerContext): number | undefined {
  const times = [pod.readyTurnedAt === '' ? pod.creationTimestamp : pod.readyTurnedAt]
  for (const other of pod.containers) {
    if (other === container) break
    if (other.kind === 'init' && other.terminated !== undefined) times.push(other.terminated.finishedAt)
  }
  if (container.lastTerminated !== undefined) times.push(container.lastTerminated.finishedAt)
  return latestOf(times)
}

/** The same, or later, when the first of the events that tell of it came later. */
export function troubledSince(
  context: ContainerContext,
  telling: readonly ObservedEvent[],
): number | undefined {
  const waiting = waitsSince(context)
  const told = firstSeenOf(telling)
  return told === undefined || waiting === undefined ? (told ?? waiting) : Math.max(told, waiting)
}

/** ms since 1970; undefined without events. */
export function firstSeenOf(events: readonly ObservedEvent[]): number | undefined {
  const times = events.flatMap(({ firstSeen }) => msOf(firstSeen) ?? [])
  return times.length === 0 ? undefined : Math.min(...times)
}

function latestOf(times: readonly string[]): number | undefined {
  const known = times.flatMap((time) => msOf(time) ?? [])
  return known.length === 0 ? undefined : Math.max(...known)
}

/** When a container of the pod last began or ended; undefined when none ever did. */
export function lastActivityOf({ containers }: ObservedPod): number | undefined {
  return latestOf(
    containers.flatMap(({ runningSince, terminated, lastTerminated }) => [
      runningSince ?? '',
      terminated?.finishedAt ?? '',
      lastTerminated?.finishedAt ?? '',
    ]),
  )
}

/** Those that came after any container of the pod began or ended: what they tell of is not overcome. */
export function sinceLastActivity(
  pod: ObservedPod,
  events: readonly ObservedEvent[],
): readonly ObservedEvent[] {
  if (events.length === 0) return events
  const activeMs = lastActivityOf(pod) ?? -Infinity
  return events.filter(({ lastSeen }) => (msOf(lastSeen) ?? Infinity) > activeMs)
}
