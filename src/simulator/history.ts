/** The last changes in order, from which watches catch up and lists see the past, as etcd's uncompacted revisions. */
import { keyOf, type Resource } from '../model/kubernetes.ts'
import type { StateChange, StoredObject } from './state.ts'

export interface Revision {
  readonly version: number
  readonly change: StateChange
}

export class History {
  readonly #capacity: number
  #revisions: Revision[] = []
  /** Changes up to this version are forgotten. */
  #floor = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  add(revision: Revision): void {
    this.#revisions.push(revision)
    // Trimmed in halves, so that a full ring does not move all its entries with every change.
    if (this.#revisions.length <= this.#capacity * 2) return
    this.#floor = this.#revisions.at(-this.#capacity - 1)?.version ?? this.#floor
    this.#revisions = this.#revisions.slice(-this.#capacity)
  }

  /** All changes after this version; undefined when some of them are forgotten. */
  since(version: number): readonly Revision[] | undefined {
    if (version < this.#floor) return undefined
    const start = this.#revisions.findLastIndex((revision) => revision.version <= version)
    return this.#revisions.slice(start + 1)
  }

  /** Everything up to this version is gone, as after a compaction. */
  forget(version: number): void {
    this.#floor = version
    this.#revisions = []
  }
}

/** What a collection held before these changes. */
export function rewound(
  resource: Resource,
  objects: readonly StoredObject[],
  changes: readonly Revision[],
): readonly StoredObject[] {
  const own = changes.filter(
    ({ change }) => change.resource.plural === resource.plural && change.resource.group === resource.group,
  )
  if (own.length === 0) return objects
  const held = new Map(objects.map((object) => [keyOf(object), object]))
  for (const { change } of own.toReversed())
    if (change.previous === undefined) held.delete(keyOf(change.object))
    else held.set(keyOf(change.previous), change.previous)
  return [...held.keys()].toSorted().flatMap((key) => held.get(key) ?? [])
}
