/** Groups the objects of caches by namespace, so that a participant's own can be found without a search. */

interface Namespaced {
  readonly namespace: string
}

type NamespacedChange<T> =
  | { readonly type: 'added'; readonly object: T }
  | { readonly type: 'updated'; readonly object: T; readonly previous: T }
  | { readonly type: 'deleted'; readonly previous: T }

/** Objects are told apart by identity: several caches may feed one, with objects of one name and different kinds. */
export class ByNamespace<T extends Namespaced> {
  /** Lists of just the right length: a map of its own per namespace would cost more than what is in it. */
  readonly #groups = new Map<string, readonly T[]>()

  /** Takes a change over, told in order and each once; answers the namespace that it concerns. */
  take(change: NamespacedChange<T>): string {
    const { namespace } = change.type === 'deleted' ? change.previous : change.object
    const group = this.of(namespace)
    // Not by spreading, which leaves room for sixteen more.
    if (change.type === 'added') this.#groups.set(namespace, group.concat(change.object))
    else if (change.type === 'updated') this.#groups.set(namespace, replaced(group, change))
    else this.#drop(namespace, group, change.previous)
    return namespace
  }

  /** Not to be kept: the next change makes a new one. */
  of(namespace: string): readonly T[] {
    return this.#groups.get(namespace) ?? NONE
  }

  #drop(namespace: string, group: readonly T[], previous: T): void {
    const rest = group.filter((object) => object !== previous)
    if (rest.length === 0) this.#groups.delete(namespace)
    else this.#groups.set(namespace, rest)
  }
}

const NONE: readonly never[] = Object.freeze([])

function replaced<T>(group: readonly T[], { previous, object }: { previous: T; object: T }): readonly T[] {
  return group.map((each) => (each === previous ? object : each))
}
