/** Groups the objects of a cache by namespace, so that a participant's own can be found without a search. */

interface Namespaced {
  readonly namespace: string
  readonly name: string
}

type NamespacedChange<T> =
  | { readonly type: 'added' | 'updated'; readonly key: string; readonly object: T }
  | { readonly type: 'deleted'; readonly key: string; readonly previous: T }

export class ByNamespace<T extends Namespaced> {
  readonly #groups = new Map<string, Map<string, T>>()

  /** Takes a change over; answers the namespace that it concerns. */
  take(change: NamespacedChange<T>): string {
    if (change.type === 'deleted') {
      const { namespace } = change.previous
      const group = this.#groups.get(namespace)
      group?.delete(change.key)
      if (group?.size === 0) this.#groups.delete(namespace)
      return namespace
    }
    const { namespace } = change.object
    const group = this.#groups.get(namespace)
    if (group === undefined) this.#groups.set(namespace, new Map([[change.key, change.object]]))
    else group.set(change.key, change.object)
    return namespace
  }

  of(namespace: string): readonly T[] {
    const group = this.#groups.get(namespace)
    return group === undefined ? [] : [...group.values()]
  }
}
