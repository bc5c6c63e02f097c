/** Names in order. Sorted when asked, not when changed: changes come in bursts, lists in between. */

export class SortedNames {
  readonly #names = new Set<string>()
  #sorted: readonly string[] | undefined = []

  add(name: string): void {
    if (this.#names.has(name)) return
    this.#names.add(name)
    this.#sorted = undefined
  }

  remove(name: string): void {
    if (this.#names.delete(name)) this.#sorted = undefined
  }

  /** By code unit, the same on every machine. */
  sorted(): readonly string[] {
    this.#sorted ??= [...this.#names].toSorted()
    return this.#sorted
  }
}
