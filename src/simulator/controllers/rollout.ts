/** How big each ReplicaSet of a Deployment should be next. Decides only; `deployment.ts` does it. */
import type { StoredObject } from '../state.ts'
import { allSets, countsOf, DESIRED, type Fleet, MAXIMUM, sizeOf, total } from './deployment-view.ts'

export interface Resize {
  readonly set: StoredObject
  readonly size: number
}

/** A rollout in small steps: the new set grows within the surge, old ones shrink as far as availability allows. */
export function nextRollingStep(fleet: Fleet): readonly Resize[] {
  const { current } = fleet
  if (current !== undefined) {
    const size = sizeForNewSet(fleet, sizeOf(current))
    if (size !== sizeOf(current)) return [{ set: current, size }]
  }
  return shrinkOld(fleet)
}

/** The size a new set is created with, or grows to. */
export function sizeForNewSet({ desired, surge, recreate, ...fleet }: Fleet, size = 0): number {
  if (recreate || size > desired) return desired
  const room = desired + surge - total([...fleet.old, ...(fleet.current ? [fleet.current] : [])], sizeOf)
  return size + Math.max(0, Math.min(room, desired - size))
}

/** Pods of old sets that never became available go first: they serve nobody. */
function shrinkOld(fleet: Fleet): readonly Resize[] {
  const { current, desired, unavailable } = fleet
  const old = fleet.old.filter((set) => sizeOf(set) > 0)
  if (old.length === 0) return []
  const minimum = desired - unavailable
  const pendingNew = current ? sizeOf(current) - (countsOf(current).availableReplicas ?? 0) : 0
  let spare = total(allSets(fleet), sizeOf) - minimum - pendingNew
  if (spare <= 0) return []
  const sizes = new Map(old.map((set) => [set, sizeOf(set)]))
  for (const set of old) {
    const idle = Math.max(0, sizeOf(set) - (countsOf(set).availableReplicas ?? 0))
    spare -= shrink(sizes, set, Math.min(idle, spare))
  }
  let surplus = total(allSets(fleet), (set) => countsOf(set).availableReplicas) - minimum
  for (const set of old) surplus -= shrink(sizes, set, Math.max(0, surplus))
  return changes(sizes)
}

function shrink(sizes: Map<StoredObject, number>, set: StoredObject, by: number): number {
  const size = sizes.get(set) ?? 0
  const removed = Math.min(size, by)
  sizes.set(set, size - removed)
  return removed
}

const changes = (sizes: ReadonlyMap<StoredObject, number>): readonly Resize[] =>
  [...sizes].map(([set, size]) => ({ set, size })).filter(({ set, size }) => size !== sizeOf(set))

/** True when `spec.replicas` changed since the sets were sized: that is scaling, not a rollout. */
export function needsScaling(fleet: Fleet): boolean {
  return activeSets(fleet).some((set) => {
    const noted = set.metadata.annotations?.[DESIRED]
    return noted !== undefined && Number(noted) !== fleet.desired
  })
}

const activeSets = (fleet: Fleet): readonly StoredObject[] => allSets(fleet).filter((set) => sizeOf(set) > 0)

/**
 * Sizes for another `spec.replicas`. One set takes it all; in the middle of a rollout the sets share in proportion,
 * so that scaling does not hasten a rollout that may be bad. Every active set is listed: its notes must be renewed.
 */
export function scaledSizes(fleet: Fleet): readonly Resize[] {
  const active = activeSets(fleet)
  const only = active.length === 0 ? (fleet.current ?? fleet.old.at(-1)) : active[0]
  if (only === undefined) return []
  if (active.length <= 1) return [{ set: only, size: fleet.desired }]
  if (isSaturated(fleet)) return active.map((set) => ({ set, size: set === fleet.current ? sizeOf(set) : 0 }))
  return fleet.recreate ? [] : inProportion(fleet, active)
}

function isSaturated({ current, desired }: Fleet): boolean {
  return (
    current !== undefined &&
    sizeOf(current) === desired &&
    Number(current.metadata.annotations?.[DESIRED]) === desired &&
    countsOf(current).availableReplicas === desired
  )
}

function inProportion({ desired, surge, status }: Fleet, active: readonly StoredObject[]): readonly Resize[] {
  const allowed = desired > 0 ? desired + surge : 0
  const toAdd = allowed - total(active, sizeOf)
  const ordered = active.toSorted((a, b) => sizeOf(b) - sizeOf(a))
  let left = toAdd
  const shares = ordered.map((set) => {
    const maximum = Number(set.metadata.annotations?.[MAXIMUM]) || status.replicas || 1
    const wanted =
      desired === 0 ? -sizeOf(set) : Math.round((sizeOf(set) * (desired + surge)) / maximum) - sizeOf(set)
    const share = toAdd > 0 ? Math.min(wanted, left) : Math.max(wanted, left)
    left -= share
    return share
  })
  return ordered.map((set, place) => ({
    set,
    size: Math.max(0, sizeOf(set) + (shares[place] ?? 0) + (place === 0 ? left : 0)),
  }))
}
