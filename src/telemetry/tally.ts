/** Counts things by their labels for tens of nanoseconds each; a registry takes the counts over at a scrape. */

export type Labels = Readonly<Record<string, string>>

export class Tally<L extends Labels> {
  readonly #counts = new Map<string, { readonly labels: L; count: number }>()

  add(labels: L): void {
    const key = Object.values(labels).join(' ')
    const known = this.#counts.get(key)
    if (known === undefined) this.#counts.set(key, { labels, count: 1 })
    else known.count += 1
  }

  /** Since the start; labels that never occurred are not there. */
  get values(): readonly (readonly [L, number])[] {
    return [...this.#counts.values()].map(({ labels, count }) => [labels, count])
  }
}
